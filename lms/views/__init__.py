"""The pages: each file one feature, each route with its declared rule."""

import functools
from typing import Any

from flask import Flask, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from lms.views import (
    accounts,
    acts,
    assessment,
    audit,
    badges,
    batches,
    branding,
    catalogue,
    closing,
    cohorts,
    credentials,
    credits,
    crosswalk,
    debriefs,
    dossiers,
    evaluations,
    evidence,
    faculty,
    formats,
    inbox,
    learning,
    live,
    mail,
    messages,
    notes,
    observed,
    packs,
    places,
    practice,
    psychometrics,
    qualifications,
    reading,
    register,
    releases,
    renewals,
    reporting,
    reports,
    reviews,
    rosters,
    saved,
    search,
    sharing,
    sittings,
    transcripts,
    updates,
    verification,
    watch,
)

FEATURES = (
    accounts,
    acts,
    assessment,
    audit,
    badges,
    batches,
    branding,
    catalogue,
    closing,
    cohorts,
    credentials,
    credits,
    crosswalk,
    debriefs,
    dossiers,
    evaluations,
    evidence,
    faculty,
    inbox,
    learning,
    live,
    mail,
    messages,
    notes,
    observed,
    packs,
    practice,
    psychometrics,
    qualifications,
    reading,
    register,
    releases,
    renewals,
    reporting,
    reports,
    reviews,
    rosters,
    saved,
    search,
    sharing,
    sittings,
    transcripts,
    updates,
    verification,
    watch,
)


def register_pages(app: Flask) -> None:
    """Add every feature's pages to `app`, and what each page's header needs."""
    formats.init_app(app)
    places.init_app(app)
    for feature in FEATURES:
        app.register_blueprint(feature.pages)
    app.context_processor(header)


def header() -> dict[str, Any]:
    """Return the links of the site header for the person who asks."""
    if not current_user.is_authenticated:
        return {}
    # Marking is part of assessment, and lies where staff manage their cohorts.
    is_managing = request.path.startswith("/manage")
    is_learning = request.path.startswith("/learn/")
    feature = (request.endpoint or "").split(".")[0]
    here = "cohorts" if is_managing else "learning" if is_learning else feature
    found = links(
        here,
        is_staff=current_user.is_staff,
        is_visitor=current_user.is_visitor,
        language=str(get_locale()),
    )
    # To who audits and nothing else, forms would promise what the services refuse.
    return {**found, "reads_only": is_managing and current_user.is_auditor}


@functools.lru_cache(maxsize=256)
def links(here: str, *, is_staff: bool, is_visitor: bool, language: str) -> dict[str, Any]:
    """Return the header's links on the pages of one feature, worded in one language."""
    study = (
        *("learning", "closing", "assessment", "crosswalk", "notes", "reading"),
        *("live", "qualifications"),
    )
    places: list[tuple[str, str, tuple[str, ...]]] = [
        # Of sittings and reviews a learner can open their own terms and appeals alone.
        (_("Learn"), "learning.home", study if is_staff else (*study, "sittings", "reviews")),
        (
            _("Credentials"),
            "credentials.index",
            ("acts", "badges", "credentials", "renewals", "sharing", "transcripts", "updates"),
        ),
    ]
    if is_visitor:
        here_too = () if is_staff else ("cohorts",)
        places.insert(
            0, (_("Your programmes"), "faculty.visiting", ("faculty", "practice", *here_too))
        )
    if is_staff:
        places.insert(
            0,
            (
                _("Cohorts"),
                "cohorts.index",
                (
                    *("cohorts", "releases", "reports", "audit", "sittings", "psychometrics"),
                    *("reviews", "batches"),
                ),
            ),
        )
    return {
        "nav_items": [
            {"label": label, "url": url_for(endpoint), "current": here in features}
            for label, endpoint, features in places
        ],
        "menu_items": [
            {"label": _("Your account"), "url": url_for("accounts.profile")},
            {"label": _("Where you are signed in"), "url": url_for("accounts.sessions")},
            {"label": _("Evidence library"), "url": url_for("evidence.index")},
        ],
    }
