"""Pauses that an accommodation allows: the clock stops, the items are put away, one goes on."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.assessment import PlainForm
from lms.services import assessment, sittings
from lms.views.assessment.item import current_slot
from lms.views.assessment.place import item_address, look, pages


@pages.get("/attempts/<int:attempt>/paused")
@rule("learner")
def paused(attempt: int) -> ResponseReturnValue:
    """Show that the attempt is paused, and how to go on; never an item."""
    sitting, _elsewhere = look(attempt)
    if sitting.state.submitted_at is not None:
        return redirect(url_for("assessment.result", attempt=attempt))
    if sitting.paused_at is None:
        return redirect(item_address(attempt, current_slot(sitting)))
    return render_template(
        "assessment/paused.html",
        sitting=sitting,
        module=sitting.content.course.module(sitting.module_key),
        pause_ends=None,
    )


@pages.post("/attempts/<int:attempt>/pause")
@rule("learner")
def pause(attempt: int) -> ResponseReturnValue:
    """Stop the clock of an attempt."""
    sitting = checked(attempt)
    sittings.pause(db.session, sitting.seat, attempt, clock.now())
    db.session.commit()
    return redirect(url_for("assessment.paused", attempt=attempt), 303)


@pages.post("/attempts/<int:attempt>/resume")
@rule("learner")
def resume(attempt: int) -> ResponseReturnValue:
    """Let the clock of an attempt go on."""
    sitting = checked(attempt)
    sittings.resume(db.session, sitting.seat, attempt, clock.now())
    db.session.commit()
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    waiting = [n for n in sitting.state.unanswered(sitting.paper) if n not in sitting.state.locked]
    return redirect(item_address(attempt, waiting[0] if waiting else current_slot(sitting)), 303)


def checked(attempt: int) -> assessment.Sitting:
    """Return the learner's attempt, the form's token looked at."""
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    if not PlainForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    return sitting
