"""Attempts of a learner as an administrator sees them: voided and restored, with a reason."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.forms.reviews import RestoreForm, VoidForm
from lms.services import cohorts, reviews
from lms.views.reviews.place import pages, verify_address


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>/attempts")
@rule("overseer")
def attempts(cohort: int, enrolment: int) -> str:
    """List a learner's attempts, each with its standing."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    name, lines = reviews.list_attempts_of(db.session, found, enrolment)
    return render_template(
        "reviews/attempts.html",
        cohort=found,
        programme_name=found.programme_name,
        enrolment=enrolment,
        learner=name,
        lines=lines,
    )


@pages.get("/manage/attempts/<int:attempt>/standing")
@rule("overseer")
def attempt(attempt: int) -> str:
    """Show how an attempt stands, and what voiding or restoring it would do."""
    return attempt_page(attempt)


def attempt_page(
    attempt: int, void_form: VoidForm | None = None, restore_form: RestoreForm | None = None
) -> str:
    """Draw the page of an attempt, with the form that was sent wrongly as it was sent."""
    seen = reviews.examine(db.session, current_user.id, attempt, clock.now(), asked())
    seat = seen.sitting.seat
    return render_template(
        "reviews/attempt.html",
        seen=seen,
        seat=seat,
        module=seen.sitting.content.course.module(seen.sitting.module_key),
        programme_name=seat.programme_name,
        is_own=seat.account_id == current_user.id,
        void_form=void_form or VoidForm(formdata=None),
        restore_form=restore_form or RestoreForm(formdata=None),
    )


@pages.post("/manage/attempts/<int:attempt>/void")
@rule("administrator")
def void(attempt: int) -> ResponseReturnValue:
    """Let an attempt count for nothing from now on."""
    reviews.examine(db.session, current_user.id, attempt, clock.now(), asked())
    form = VoidForm()
    if not form.validate_on_submit():
        return attempt_page(attempt, void_form=form), 422
    effects = reviews.void(
        db.session,
        current_user.id,
        attempt,
        reason=form.reason.data or "",
        gives_back=bool(form.gives_back.data),
        now=clock.now(),
        verify_address=verify_address(),
    )
    db.session.commit()
    flash(_("The attempt is voided, and its learner is told."), "success")
    if effects.doubtful:
        flash(_("A certificate rested on it: decide whether it stands."), "caution")
    return redirect(url_for("reviews.attempt", attempt=attempt), 303)


@pages.post("/manage/attempts/<int:attempt>/restore")
@rule("administrator")
def restore(attempt: int) -> ResponseReturnValue:
    """Let a voided attempt count again."""
    reviews.examine(db.session, current_user.id, attempt, clock.now(), asked())
    form = RestoreForm()
    if not form.validate_on_submit():
        return attempt_page(attempt, restore_form=form), 422
    reviews.restore(
        db.session,
        current_user.id,
        attempt,
        reason=form.reason.data or "",
        now=clock.now(),
        verify_address=verify_address(),
    )
    db.session.commit()
    flash(_("The attempt counts again, and its learner is told."), "success")
    return redirect(url_for("reviews.attempt", attempt=attempt), 303)
