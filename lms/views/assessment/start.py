"""Before an attempt: what a quiz asks, what holds for this learner, and the beginning."""

import secrets

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.assessment import StartForm
from lms.services import assessment, catalogue, cohorts, learning
from lms.views.assessment.place import item_address, pages


@pages.get("/learn/<int:enrolment>/<module>/quiz")
@rule("learner")
def quiz(enrolment: int, module: str) -> str:
    """Say what the quiz asks, what passes it, and how earlier attempts went."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    here, bank = assessment.module_with_quiz(content, module)
    specification = bank.specification
    return render_template(
        "assessment/quiz.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        module=here,
        specification=specification,
        needed=quizzes.needed_points(specification.length, specification.cut_percent),
        bank=bank,
        state=learning.progress_of(db.session, seat).state_of(f"{module}/quiz"),
        attempts=assessment.list_attempts(db.session, enrolment, module),
    )


@pages.post("/learn/<int:enrolment>/<module>/quiz/start")
@rule("learner")
def start(enrolment: int, module: str) -> ResponseReturnValue:
    """Begin an attempt, or go on with the one that is open."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    if not StartForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    attempt = assessment.start(db.session, seat, module, seed=secrets.randbits(62), now=clock.now())
    db.session.commit()
    sitting = assessment.sitting_for(db.session, current_user.id, attempt)
    open_slots = [
        n for n in sitting.state.unanswered(sitting.paper) if n not in sitting.state.locked
    ]
    if not open_slots:
        return redirect(url_for("assessment.review", attempt=attempt), 303)
    return redirect(item_address(attempt, open_slots[0]), 303)
