"""The sittings of a cohort: windows, what others get instead, incidents."""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

import quizzes
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.sittings import ExceptionForm, IncidentForm, WindowForm
from lms.services import sittings
from lms.services.cohorts import RunCohort
from lms.views.sittings.place import administered, pages, told_of

# Two forms on one page ask for a window: the names of one carry this before them.
EXCEPTION = "exception"


@pages.get("/manage/cohorts/<int:cohort>/sittings")
@rule("overseer")
def cohort(cohort: int) -> str:
    """Show the sittings of a cohort, and who has accommodations."""
    found = administered(cohort)
    today = clock.today_in(found.time_zone)
    return render_template(
        "sittings/cohort.html",
        cohort=found,
        programme_name=found.programme_name,
        lines=sittings.list_sittings(db.session, found),
        accommodated=sittings.list_accommodated(db.session, found, today),
        groups=sittings.list_groups(db.session, found.id),
    )


@pages.get("/manage/cohorts/<int:cohort>/sittings/<module>")
@rule("overseer")
def module(cohort: int, module: str) -> str:
    """Show one sitting: its window, what others get instead, incidents, and what holds for whom."""
    return sitting_page(administered(cohort), module)


@pages.post("/manage/cohorts/<int:cohort>/sittings/<module>/window")
@rule("administrator")
def set_window(cohort: int, module: str) -> ResponseReturnValue:
    """Set when a cohort sits a quiz."""
    found, form = administered(cohort), WindowForm()
    if form.validate_on_submit() and set_for(found, module, sittings.WHOLE_COHORT, form):
        return redirect(url_for("sittings.module", cohort=cohort, module=module), 303)
    return sitting_page(found, module, window=form), 422


@pages.post("/manage/cohorts/<int:cohort>/sittings/<module>/exceptions")
@rule("administrator")
def set_exception(cohort: int, module: str) -> ResponseReturnValue:
    """Set what a group or a learner gets instead."""
    found, form = administered(cohort), ExceptionForm(prefix=EXCEPTION)
    form.target.choices = targets(found)
    if form.validate_on_submit() and set_for(found, module, target_of(form.target.data), form):
        return redirect(url_for("sittings.module", cohort=cohort, module=module), 303)
    return sitting_page(found, module, exception=form), 422


@pages.post("/manage/cohorts/<int:cohort>/sittings/<module>/rules/<int:given>/remove")
@rule("administrator")
def remove_rule(cohort: int, module: str, given: int) -> ResponseReturnValue:
    """Take back a window, or what a group or a learner got instead."""
    found = administered(cohort)
    moved = sittings.remove_rule(
        db.session, found, module, given, by=current_user.id, now=clock.now()
    )
    db.session.commit()
    flash(_("Taken back.") + told_of(moved), "success")
    return redirect(url_for("sittings.module", cohort=cohort, module=module), 303)


@pages.post("/manage/cohorts/<int:cohort>/sittings/<module>/incidents")
@rule("administrator")
def declare(cohort: int, module: str) -> ResponseReturnValue:
    """Give everybody in a sitting the same extra time."""
    found, form = administered(cohort), IncidentForm()
    if not form.validate_on_submit():
        return sitting_page(found, module, incident=form), 422
    moved = sittings.declare_incident(
        db.session,
        found,
        module,
        minutes=form.minutes.data or 0,
        description=form.description.data or "",
        ticket=form.ticket.data or "",
        by=current_user.id,
        now=clock.now(),
    )
    db.session.commit()
    if moved is not None:
        flash(_("The incident is declared.") + told_of(moved), "success")
    return redirect(url_for("sittings.module", cohort=cohort, module=module), 303)


@pages.post("/manage/cohorts/<int:cohort>/sittings/<module>/incidents/<int:incident>/withdraw")
@rule("administrator")
def withdraw_incident(cohort: int, module: str, incident: int) -> ResponseReturnValue:
    """Take back an incident that was a slip."""
    found = administered(cohort)
    moved = sittings.withdraw_incident(
        db.session, found, module, incident, by=current_user.id, now=clock.now()
    )
    db.session.commit()
    flash(_("The incident is withdrawn.") + told_of(moved), "success")
    return redirect(url_for("sittings.module", cohort=cohort, module=module), 303)


def sitting_page(
    found: RunCohort,
    module: str,
    *,
    window: WindowForm | None = None,
    exception: ExceptionForm | None = None,
    incident: IncidentForm | None = None,
) -> str:
    """Draw the page of a sitting, with the form that was sent wrongly as it was sent."""
    now = clock.now()
    quiz, bank = sittings.quiz_of(db.session, found.release_id, module)
    rules = sittings.list_rules(db.session, found, module)
    ours = next((line for line in rules if line.target == sittings.WHOLE_COHORT), None)
    learners = sittings.list_learners(db.session, found.id)
    running = sittings.list_running(db.session, found.id, module)
    begun = {each.enrolment_id: each.started_at for each in running}
    place = sittings.place_of(db.session, found, module)
    people = [
        sittings.Who(each.enrolment_id, each.account_id, begun.get(each.enrolment_id))
        for each in learners
    ]
    if window is None:
        window = window_form(ours.given if ours else quizzes.Override(), found.time_zone)
    if exception is None:
        exception = ExceptionForm(formdata=None, prefix=EXCEPTION)
        exception.target.choices = targets(found)
    if incident is None:
        incident = IncidentForm(formdata=None, ticket=secrets.token_hex(16))
    return render_template(
        "sittings/sitting.html",
        cohort=found,
        programme_name=found.programme_name,
        module=quiz,
        rules=bank.specification.rules,
        ours=ours,
        exceptions=[line for line in rules if line.target != sittings.WHOLE_COHORT],
        incidents=sittings.list_incidents(db.session, found.id, module),
        learners=learners,
        running={each.enrolment_id: each for each in running},
        terms=sittings.terms_of(db.session, place, people, now),
        window=window,
        exception=exception,
        incident=incident,
        free=quizzes.UNBOUNDED,
    )


def window_form(given: quizzes.Override, zone: str) -> WindowForm:
    """Return the form of a cohort's window, filled with what is set."""
    values = {
        "opens": local(given.opens_at, zone),
        "closes": local(given.closes_at, zone),
        "limit": given.limit_minutes if isinstance(given.limit_minutes, int) else None,
        "lifts_limit": given.limit_minutes is quizzes.UNBOUNDED,
        "attempts": given.attempts if isinstance(given.attempts, int) else None,
        "lifts_attempts": given.attempts is quizzes.UNBOUNDED,
    }
    return WindowForm(formdata=None, data=values)


def local(value: object, zone: str) -> datetime | None:
    """Return an instant as the programme's clocks show it."""
    if not isinstance(value, datetime):
        return None
    return value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def set_for(
    found: RunCohort, module: str, target: sittings.Target, form: WindowForm | ExceptionForm
) -> bool:
    """Set what a form gives; return whether it was taken, with the refusal in the form."""
    try:
        moved = sittings.set_rule(
            db.session,
            found,
            module,
            target,
            given_by(form, found.time_zone),
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        db.session.rollback()
        form.form_errors.append(refused.message)
        return False
    db.session.commit()
    flash(_("Saved.") + told_of(moved), "success")
    return True


def given_by(form: WindowForm | ExceptionForm, zone: str) -> quizzes.Override:
    """Return what a form gives, its times as instants."""
    free = quizzes.UNBOUNDED
    opens, closes = form.opens.data, form.closes.data
    lifts_opening = isinstance(form, ExceptionForm) and form.lifts_opening.data
    lifts_closing = isinstance(form, ExceptionForm) and form.lifts_closing.data
    return quizzes.Override(
        opens_at=free if lifts_opening else opens and quizzes.window_edge(opens, zone, "opens"),
        closes_at=free if lifts_closing else closes and quizzes.window_edge(closes, zone, "closes"),
        limit_minutes=free if form.lifts_limit.data else form.limit.data,
        attempts=free if form.lifts_attempts.data else form.attempts.data,
    )


def targets(found: RunCohort) -> list[SelectChoice]:
    """Return for whom an exception can be set: groups first, then learners."""
    groups = [
        SelectChoice(f"group-{each.id}", _("Group %(name)s", name=each.name))
        for each in sittings.list_groups(db.session, found.id)
    ]
    return groups + [
        SelectChoice(f"learner-{each.enrolment_id}", each.name)
        for each in sittings.list_learners(db.session, found.id)
    ]


def target_of(choice: str) -> sittings.Target:
    """Return the target that one of the choices names."""
    kind, _dash, number = choice.partition("-")
    if kind == "group":
        return sittings.Target(group_id=int(number))
    return sittings.Target(enrolment_id=int(number))
