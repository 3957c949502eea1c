"""The unlisted page behind a holder's link: chosen credentials, for a time."""

import dataclasses

from flask import render_template
from flask.typing import ResponseReturnValue

from lms import clock
from lms.access import rule
from lms.db import db
from lms.services import sharing
from lms.services.sharing import Display
from lms.views.verification.page import facts_of
from lms.views.verification.place import count_look_up, look_ups, pages


@pages.get("/s/<token>")
@rule("public")
@look_ups
def shared(token: str) -> ResponseReturnValue:
    """Show what a link shows; one answer to a link that is unknown, expired or ended."""
    now = clock.now()
    link = sharing.find_open_link(db.session, token, now)
    if link is None:
        return render_template("verification/no_link.html"), 404
    count_look_up("link", link.id, link.account_id)
    display = dataclasses.replace(Display(), shown_name=link.shown_name)
    return render_template(
        "verification/shared.html",
        link=link,
        facts=[facts_of(found, display) for found in link.found],
        now=now,
    )
