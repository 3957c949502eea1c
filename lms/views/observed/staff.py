"""Observed skills as staff see them: a cohort's, one observation, who decides, a plan."""

import re
import secrets

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.observed import ActForm, OpenForm, PlanForm, ThirdForm
from lms.services import accounts, catalogue, cohorts, observed
from lms.services.cohorts import RunCohort
from lms.services.observed import Observed
from lms.views.observed.place import pages

MOST_SHOWN = 100
_TICKET = re.compile(r"[0-9a-f]{32}")


def run_cohort(cohort: int) -> RunCohort:
    """Return a cohort in which the person who asks has the right that the page declares."""
    return cohorts.cohort_for(db.session, current_user.id, cohort, asked())


@pages.get("/manage/cohorts/<int:cohort>/observed", endpoint="cohort")
@rule("reader")
def of_cohort(cohort: int) -> str:
    """Show the observations of a cohort, and how far raters agree."""
    found = run_cohort(cohort)
    observations = observed.list_observations(db.session, found)
    return render_template(
        "observed/cohort.html",
        cohort=found,
        programme_name=found.programme_name,
        observations=observations,
        agreements=observed.agreements(observations),
        most=MOST_SHOWN,
        sheets=[
            (rating, each)
            for rating, each in observed.own_sheets(db.session, current_user.id)
            if each.cohort_id == cohort
        ],
        has_checklists=bool(
            catalogue.release(db.session, found.release_id).course.practice.checklists
        ),
    )


@pages.get("/manage/cohorts/<int:cohort>/observed/table.<format>")
@rule("reader")
def cohort_table(cohort: int, format: str) -> Response:
    """Hand out the table of a cohort's observations."""
    found = run_cohort(cohort)
    return exports.noted(
        observed.observed_table(db.session, found, clock.now()),
        format,
        programme_id=found.programme_id,
        zone=found.time_zone,
        act="observations.exported",
        subject=f"cohort {found.id}",
        detail={"format": format},
    )


@pages.route("/manage/cohorts/<int:cohort>/observed/new", methods=["GET", "POST"])
@rule("instructor")
def new(cohort: int) -> ResponseReturnValue:
    """Open an observation with two raters."""
    found = run_cohort(cohort)
    form = OpenForm()
    offer(form, found)
    if form.validate_on_submit():
        try:
            opened = observed.open_observation(
                db.session,
                found,
                enrolment_id=form.learner.data,
                checklist=form.checklist.data,
                setting=form.setting.data,
                observed_on=form.observed_on.data,
                raters=(form.first.data, form.second.data),
                ticket=ticket_of(form),
                by=current_user.id,
                now=clock.now(),
            )
            db.session.commit()
            flash(_("Opened. Each rater finds their sheet under observed skills."), "success")
            return redirect(url_for("observed.observation", observation=opened), 303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
    elif not form.is_submitted():
        form.learner.data = request.args.get("learner", type=int)
        form.checklist.data = request.args.get("checklist")
    form.ticket.data = ticket_of(form)
    page = render_template(
        "observed/new.html", cohort=found, programme_name=found.programme_name, form=form
    )
    return page, 422 if form.errors else 200


def ticket_of(form: OpenForm) -> str:
    """Return the ticket of a form, a new one where it has none."""
    sent = form.ticket.data or ""
    return sent if _TICKET.fullmatch(sent) else secrets.token_hex(16)


def offer(form: OpenForm, cohort: RunCohort) -> None:
    """Fill the choices of the form."""
    practice = catalogue.release(db.session, cohort.release_id).course.practice
    nobody = [(0, _("Choose…"))]
    form.learner.choices = nobody + observed.list_learners(db.session, cohort)
    form.checklist.choices = [(each.slug, each.title) for each in practice.checklists]
    raters = observed.list_raters(db.session, cohort.programme_id)
    form.first.choices = form.second.choices = nobody + raters


@pages.get("/manage/observations/<int:observation>")
@rule("reader")
def observation(observation: int) -> str:
    """Show an observation as far as it may be seen."""
    seen = observed.observation_for(db.session, current_user.id, observation, asked())
    return observation_page(seen, ThirdForm(), PlanForm())


def observation_page(seen: Observed, third: ThirdForm, plan: PlanForm) -> str:
    """Draw the page of an observation."""
    cohort = cohorts.cohort_for(db.session, current_user.id, seen.cohort_id, "reader")
    taken = {rater.account_id for rater in seen.raters} | {seen.learner_account_id}
    raters = observed.list_raters(db.session, seen.programme_id)
    left = [each for each in raters if each[0] not in taken]
    third.third.choices = [(0, _("Choose…")), *left] if left else []
    mine = [each for each in seen.raters if each.account_id == current_user.id]
    held = accounts.role_in(db.session, current_user.id, seen.programme_id)
    return render_template(
        "observed/observation.html",
        cohort=cohort,
        programme_name=cohort.programme_name,
        seen=seen,
        mine=mine[0] if mine else None,
        may_act=accounts.satisfies(held, "instructor"),
        third=third,
        plan=plan,
        form=ActForm(),
    )


@pages.post("/manage/observations/<int:observation>/third")
@rule("instructor")
def name_third(observation: int) -> ResponseReturnValue:
    """Name who decides the lines on which the raters differ."""
    seen = observed.observation_for(db.session, current_user.id, observation, asked())
    form = ThirdForm()
    form.third.choices = observed.list_raters(db.session, seen.programme_id)
    if not form.validate_on_submit():
        return observation_page(seen, form, PlanForm(formdata=None)), 422
    observed.name_third(db.session, seen, form.third.data, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Named. They see both sheets and decide the lines that differ."), "success")
    return redirect(url_for("observed.observation", observation=observation), 303)


@pages.post("/manage/observations/<int:observation>/plan")
@rule("instructor")
def plan(observation: int) -> ResponseReturnValue:
    """Agree a plan for what was not met."""
    seen = observed.observation_for(db.session, current_user.id, observation, asked())
    form = PlanForm()
    if form.validate_on_submit():
        try:
            observed.plan(
                db.session,
                seen,
                due_on=form.due_on.data,
                steps=form.steps.data,
                by=current_user.id,
                now=clock.now(),
            )
            db.session.commit()
            flash(_("Planned. The learner sees it with the result."), "success")
            return redirect(url_for("observed.observation", observation=observation), 303)
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
    return observation_page(seen, ThirdForm(formdata=None), form), 422


@pages.post("/manage/observations/<int:observation>/withdraw")
@rule("instructor")
def withdraw(observation: int) -> ResponseReturnValue:
    """Withdraw an observation that was opened by mistake."""
    seen = observed.observation_for(db.session, current_user.id, observation, asked())
    if not ActForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    observed.withdraw(db.session, seen, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("Withdrawn. It counts for nothing and stays on record."), "success")
    return redirect(url_for("observed.cohort", cohort=seen.cohort_id), 303)
