"""The look back before submission, and the submission itself."""

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.assessment import SubmitForm
from lms.services import assessment, credentials
from lms.views.assessment.item import answers_of, trail
from lms.views.assessment.place import frame, look, pages


@pages.get("/attempts/<int:attempt>/review")
@rule("learner")
def review(attempt: int) -> ResponseReturnValue:
    """Show what is answered and what is not, before the attempt is submitted."""
    sitting, elsewhere = look(attempt)
    if elsewhere:
        return redirect(elsewhere)
    return render_template(
        "assessment/review.html",
        **frame(sitting),
        answers=answers_of(sitting),
        unanswered=[
            n for n in sitting.state.unanswered(sitting.paper) if n not in sitting.state.locked
        ],
        flagged=sorted(sitting.flagged - sitting.state.locked),
        trail=trail(sitting),
    )


@pages.post("/attempts/<int:attempt>/submit")
@rule("learner")
def submit(attempt: int) -> ResponseReturnValue:
    """Close the attempt, score it, and award what it completes, in one transaction."""
    if not SubmitForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    now = clock.now()
    seat = assessment.submit(db.session, current_user.id, attempt, now)
    credentials.award_if_complete(
        db.session,
        seat,
        now=now,
        verify_address=current_app.config["SETTINGS"].verify_address,
    )
    db.session.commit()
    return redirect(url_for("assessment.result", attempt=attempt), 303)
