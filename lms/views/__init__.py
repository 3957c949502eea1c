"""The pages: each file one feature, each route with its declared rule."""

import functools
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from lms.views import (
    accounts,
    assessment,
    audit,
    catalogue,
    cohorts,
    credentials,
    formats,
    learning,
    mail,
    reports,
)

FEATURES = (accounts, assessment, audit, catalogue, cohorts, credentials, learning, mail, reports)


def register_pages(app: Flask) -> None:
    """Add every feature's pages to `app`, and what each page's header needs."""
    formats.init_app(app)
    for feature in FEATURES:
        app.register_blueprint(feature.pages)
    app.context_processor(header)


def header() -> dict[str, Any]:
    """Return the links of the site header for the person who asks."""
    if not current_user.is_authenticated:
        return {}
    here = (request.endpoint or "").split(".")[0]
    places = [
        (_("Learn"), "learning.home", ("learning", "assessment")),
        (_("Credentials"), "credentials.index", ("credentials",)),
    ]
    if current_user.is_staff:
        places.insert(0, (_("Cohorts"), "cohorts.index", ("cohorts", "reports", "audit")))
    return {
        "nav_items": [
            {"label": label, "url": address_of(endpoint), "current": here in features}
            for label, endpoint, features in places
        ],
        "menu_items": [
            {"label": _("Your account"), "url": address_of("accounts.profile")},
            {"label": _("Where you are signed in"), "url": address_of("accounts.sessions")},
        ],
    }


@functools.cache
def address_of(endpoint: str) -> str:
    """Return the address of a page that is the same for everybody."""
    return url_for(endpoint)
