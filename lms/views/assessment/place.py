"""Where the pages of an attempt hang, and where its learner has to be instead of answering."""

from typing import Any

from flask import Blueprint, current_app, url_for
from flask_login import current_user

from lms import clock
from lms.db import db
from lms.services import assessment, credentials, sittings
from lms.services.assessment import Sitting

pages = Blueprint("assessment", __name__)


def look(attempt: int) -> tuple[Sitting, str | None]:
    """Return a learner's attempt, and the address to go to when its items are not to be seen.

    An attempt whose time is over is closed first: the sweep would do so a moment later, with the
    same result.
    """
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    if sitting.is_over(clock.now()):
        close(attempt)
        sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    if sitting.state.submitted_at is not None or sitting.voided_at is not None:
        return sitting, url_for("assessment.result", attempt=attempt)
    if sitting.paused_at is not None:
        return sitting, url_for("assessment.paused", attempt=attempt)
    return sitting, None


def frame(sitting: Sitting) -> dict[str, Any]:
    """Return what every page of an attempt under way says of its clock and its learner's aids."""
    now = clock.now()
    left = None if sitting.closes_at is None else (sitting.closes_at - now).total_seconds()
    terms = None
    if sitting.is_accommodated:
        terms = sittings.terms_for(
            db.session, sitting.seat, sitting.module_key, now, sitting.started_at
        )
    return {
        "sitting": sitting,
        "module": sitting.content.course.module(sitting.module_key),
        "left": None if left is None else max(0.0, left),
        "can_pause": terms is not None and terms.pause_minutes > 0,
        "is_spacious": terms is not None and terms.larger_spacing,
    }


def close(attempt: int) -> None:
    """Submit an attempt whose time is over, and award what it completes."""
    now = clock.now()
    seat = assessment.close_overdue(db.session, attempt, now)
    if seat is not None:
        address = current_app.config["SETTINGS"].verify_address
        credentials.award_if_complete(db.session, seat, now=now, verify_address=address)
    db.session.commit()


def item_address(attempt: int, number: int) -> str:
    """Return the address of an item's page."""
    return url_for("assessment.item", attempt=attempt, number=number)
