"""What holds for a person: their accommodations for staff, and their own terms in a quiz."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.sittings import AccommodationForm
from lms.services import cohorts, sittings
from lms.views.sittings.place import administered, pages


@pages.route(
    "/manage/cohorts/<int:cohort>/learners/<int:enrolment>/accommodations",
    methods=["GET", "POST"],
)
@rule("overseer", post="administrator")
def person(cohort: int, enrolment: int) -> ResponseReturnValue:
    """Show what somebody is granted for all their sittings, and grant more."""
    found = administered(cohort)
    learner = sittings.learner_for(db.session, found, enrolment)
    form, problem = AccommodationForm(), None
    if form.validate_on_submit():
        try:
            grant(learner, form)
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            flash(_("Granted. It holds for attempts under way, too."), "success")
            return redirect(url_for("sittings.person", cohort=cohort, enrolment=enrolment), 303)
    today = clock.today_in(found.time_zone)
    if not form.is_submitted():
        form.valid_from.data = today
    granted = sittings.list_accommodations(db.session, learner.account_id, learner.programme_id)
    page = render_template(
        "sittings/person.html",
        cohort=found,
        programme_name=found.programme_name,
        learner=learner,
        granted=granted,
        today=today,
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200


def grant(learner: sittings.Learner, form: AccommodationForm) -> None:
    """Grant what a form says."""
    given = quizzes.Accommodation(
        percent=form.percent,
        minutes=form.minutes,
        unlimited=form.extra.data == "unlimited",
        pause_minutes=form.pause_minutes.data or 0,
        pauses_move_window=bool(form.pauses_move_window.data and form.pause_minutes.data),
        larger_spacing=bool(form.larger_spacing.data),
    )
    assert form.valid_from.data is not None
    sittings.grant(
        db.session,
        learner,
        given,
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
        reason=form.reason.data or "",
        by=current_user.id,
        now=clock.now(),
    )


@pages.post(
    "/manage/cohorts/<int:cohort>/learners/<int:enrolment>"
    "/accommodations/<int:accommodation>/withdraw"
)
@rule("administrator")
def withdraw(cohort: int, enrolment: int, accommodation: int) -> ResponseReturnValue:
    """Withdraw an accommodation from now on."""
    learner = sittings.learner_for(db.session, administered(cohort), enrolment)
    sittings.withdraw(db.session, learner, accommodation, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Withdrawn. Attempts under way keep it."), "success")
    return redirect(url_for("sittings.person", cohort=cohort, enrolment=enrolment), 303)


@pages.post(
    "/manage/cohorts/<int:cohort>/learners/<int:enrolment>"
    "/accommodations/<int:accommodation>/reason"
)
@rule("administrator")
def reason(cohort: int, enrolment: int, accommodation: int) -> str:
    """Show why an accommodation was granted, on this page alone, and note that it was read."""
    found = administered(cohort)
    learner = sittings.learner_for(db.session, found, enrolment)
    line, words = sittings.read_reason(
        db.session, learner, accommodation, by=current_user.id, now=clock.now()
    )
    db.session.commit()
    return render_template(
        "sittings/reason.html",
        cohort=found,
        programme_name=found.programme_name,
        learner=learner,
        line=line,
        reason=words,
    )


@pages.get("/learn/<int:enrolment>/<module>/quiz/terms")
@rule("learner")
def terms(enrolment: int, module: str) -> str:
    """Show a learner what holds for them in a quiz, and where it comes from."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    now = clock.now()
    quiz = sittings.quiz_of(db.session, seat.release_id, module)[0]
    granted = sittings.list_accommodations(db.session, seat.account_id, seat.programme_id)
    today = clock.today_in(seat.time_zone)
    running = sittings.find_running(db.session, seat.enrolment_id, module)
    started_at = running.started_at if running else None
    return render_template(
        "sittings/terms.html",
        seat=seat,
        programme_name=seat.programme_name,
        module=quiz,
        terms=sittings.terms_for(db.session, seat, module, now, started_at),
        running=running,
        granted=[line for line in granted if line.state_on(today) in ("valid", "coming")],
        today=today,
    )
