"""The schedule of a cohort: its sessions, planning one or several, changing and cancelling."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.live import PlanForm
from lms.services import live
from lms.services.cohorts import RunCohort
from lms.services.live import Live, Plan
from lms.views.live.place import held, module_choices, pages, run, words


@pages.get("/manage/cohorts/<int:cohort>/live")
@rule("reader")
def cohort(cohort: int) -> str:
    """Show the sessions of a cohort: those to come, and those that were held."""
    found, now = run(cohort), clock.now()
    sessions = live.list_live(db.session, found.id)
    return render_template(
        "live/cohort.html",
        cohort=found,
        programme_name=found.programme_name,
        coming=[each for each in sessions if each.ends_at >= now],
        past=[each for each in reversed(sessions) if each.ends_at < now],
        attended=live.count_attendance(db.session, found.id),
        places=live.count_places(db.session, found.id),
        now=now,
        **words(),
    )


@pages.route("/manage/cohorts/<int:cohort>/live/new", methods=["GET", "POST"])
@rule("instructor")
def new(cohort: int) -> ResponseReturnValue:
    """Plan a session, or several weekly ones."""
    found, form = run(cohort), PlanForm()
    form.module.choices = module_choices(found)
    if form.validate_on_submit():
        try:
            made = live.schedule(
                db.session, found, plan_of(form), by=current_user.id, now=clock.now()
            )
        except live.Unplanned as refusal:
            refuse(form, refusal)
        else:
            db.session.commit()
            flash(
                ngettext("%(num)s session is planned.", "%(num)s sessions are planned.", len(made)),
                "success",
            )
            return redirect(url_for("live.cohort", cohort=cohort), 303)
    page = render_template(
        "live/plan.html", cohort=found, programme_name=found.programme_name, form=form, live=None
    )
    return page, 422 if form.errors else 200


@pages.route("/manage/cohorts/<int:cohort>/live/<int:live>/change", methods=["GET", "POST"])
@rule("instructor")
def change(cohort: int, live: int) -> ResponseReturnValue:
    """Change a session; its learners are told of another time or place."""
    return changed(*held(cohort, live))


def changed(found: RunCohort, session: Live) -> ResponseReturnValue:
    """Answer the form that changes a session."""
    form = PlanForm(data=filled(session, found.time_zone))
    form.module.choices = module_choices(found)
    if form.validate_on_submit():
        try:
            is_moved = live.change(
                db.session, found, session.id, plan_of(form), by=current_user.id, now=clock.now()
            )
        except live.Unplanned as refusal:
            refuse(form, refusal)
        except Refused as refusal:
            db.session.rollback()
            form.form_errors.append(refusal.message)
        else:
            db.session.commit()
            told = _("Saved. The learners of the cohort are told.")
            flash(told if is_moved else _("Saved."), "success")
            return redirect(url_for("live.session", cohort=found.id, live=session.id), 303)
    page = render_template(
        "live/plan.html", cohort=found, programme_name=found.programme_name, form=form, live=session
    )
    return page, 422 if form.errors else 200


@pages.post("/manage/cohorts/<int:cohort>/live/<int:live>/cancel")
@rule("instructor")
def cancel(cohort: int, live: int) -> ResponseReturnValue:
    """Cancel a session; its learners are told."""
    return cancelled(*held(cohort, live))


def cancelled(found: RunCohort, session: Live) -> ResponseReturnValue:
    """Cancel a session and go back to the list, or say why it cannot be."""
    try:
        live.cancel(db.session, found, session.id, by=current_user.id, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("live.session", cohort=found.id, live=session.id), 303)
    db.session.commit()
    flash(_("Cancelled. The learners of the cohort are told."), "success")
    return redirect(url_for("live.cohort", cohort=found.id), 303)


def plan_of(form: PlanForm) -> Plan:
    """Return what a form plans."""
    return Plan(
        title=form.title.data,
        starts=form.starts.data,
        ends=form.ends.data,
        minutes=form.credited,
        mode=form.mode.data,
        place=form.place.data,
        link=form.link.data,
        capacity=form.capacity.data,
        led_by=form.led_by.data,
        module_key=form.module.data,
        weeks=form.weeks.data or 1,
    )


def filled(session: Live, zone: str) -> dict[str, object]:
    """Return the fields of a session's form, its times on the programme's clocks."""
    starts, ends = (
        each.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for each in (session.starts_at, session.ends_at)
    )
    return {
        "title": session.title,
        "starts": starts,
        "ends": ends,
        "minutes": session.minutes,
        "mode": session.mode,
        "place": session.place,
        "link": session.link,
        "capacity": session.capacity,
        "led_by": session.led_by,
        "module": session.module_key or "",
        "weeks": 1,
    }


def refuse(form: PlanForm, refusal: live.Unplanned) -> None:
    """Put what is wrong with a plan beside its field."""
    db.session.rollback()
    form[refusal.field].errors = [refusal.message]
