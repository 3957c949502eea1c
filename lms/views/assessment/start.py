"""Before an attempt: what a quiz asks, what holds for this learner, and the beginning."""

import secrets
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.assessment import RereadForm, StartForm
from lms.services import assessment, catalogue, cohorts, learning, psychometrics, sittings
from lms.services.cohorts import Seat
from lms.views.assessment.place import close, item_address, pages


@pages.get("/learn/<int:enrolment>/<module>/quiz")
@rule("learner")
def quiz(enrolment: int, module: str) -> str:
    """Say what the quiz asks, what holds for this learner, and how earlier attempts went."""
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
        basis=psychometrics.cut_basis(db.session, seat.programme_id, bank.id, seat.release_id),
        kinds=[kind for kind in quizzes.KINDS if any(item.kind == kind for item in bank.items)],
        has_cases=any(cell.vignette for cell in specification.cells),
        certainty_marks=quizzes.CERTAINTY_MARKS,
        state=learning.progress_of(db.session, seat).state_of(f"{module}/quiz"),
        **standing(seat, module),
    )


def standing(seat: Seat, module: str) -> dict[str, Any]:
    """Return what holds for a learner in a quiz now: terms, attempts, and what stands before one.

    An attempt whose time is over is closed first.
    """
    now = clock.now()
    attempts = assessment.list_attempts(db.session, seat.enrolment_id, module)
    running = next((each for each in attempts if each.is_open), None)
    if running is not None and running.closes_at is not None and running.closes_at < now:
        close(running.id)
        attempts = assessment.list_attempts(db.session, seat.enrolment_id, module)
        running = next((each for each in attempts if each.is_open), None)
    started_at = running.started_at if running else None
    terms = sittings.terms_for(db.session, seat, module, now, started_at)
    used = assessment.used_tries(db.session, seat.enrolment_id, module, attempts)
    most = terms.attempts.value
    sources = (terms.opens_at, terms.starts_until, terms.limit_minutes, terms.attempts)
    return {
        "terms": terms,
        "ends_at": running.closes_at if running else None,
        "shows_terms": any(each.sources[0].kind != "nothing" for each in sources)
        or terms.pause_minutes > 0
        or terms.larger_spacing,
        "attempts": attempts,
        "attempts_left": None if most is None else max(0, most - used),
        "may_start": quizzes.decide_start(terms, now, used),
        "retake": assessment.retake_of(db.session, seat, module, now, attempts),
    }


@pages.post("/learn/<int:enrolment>/<module>/quiz/reread")
@rule("learner")
def reread(enrolment: int, module: str) -> ResponseReturnValue:
    """Open a lesson again before a retake, and note that it was opened, with script or without."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    form = RereadForm()
    if not form.validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    lesson = learning.lesson_of(db.session, seat, form.lesson.data)
    learning.keep_place(db.session, seat, lesson, "", clock.now())
    db.session.commit()
    home, _slash, slug = lesson.key.partition("/")
    return redirect(url_for("learning.lesson", enrolment=enrolment, module=home, lesson=slug), 303)


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
