"""What a cohort is set to: its days, its places, who teaches it, and the days of its modules."""

from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

import courses
from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.forms.cohorts import DaysForm, SettingsForm, days_form
from lms.services import catalogue, cohorts
from lms.services.cohorts import CohortSettings, RunCohort
from lms.views.cohorts.place import last_days, pages, run_for


@pages.route("/manage/cohorts/<int:cohort>/settings", methods=["GET", "POST"])
@rule("reader", post="administrator")
def settings(cohort: int) -> ResponseReturnValue:
    """Show what a cohort is set to, and set it."""
    found = run_for(cohort)
    now_set = cohorts.settings_of(db.session, found)
    form = SettingsForm(obj=now_set)
    teachers = {each.account_id: each for each in cohorts.list_teachers(db.session, found)}
    form.faculty.choices = [SelectChoice(key, each.name) for key, each in teachers.items()]
    if not form.is_submitted():
        form.faculty.data = sorted(now_set.faculty)
    if form.validate_on_submit():
        wanted = replace(
            now_set,
            title=form.title.data,
            starts_on=form.starts_on.data,
            due_on=form.due_on.data,
            enrols_until=form.enrols_until.data,
            cadence_weeks=form.cadence_weeks.data,
            capacity=form.capacity.data,
            has_waiting_list=form.has_waiting_list.data,
            faculty=frozenset(form.faculty.data or ()),
        )
        try:
            return set_to(found, wanted, "cohorts.settings")
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
    page = render_template(
        "cohorts/settings.html",
        cohort=found,
        programme_name=found.programme_name,
        form=form,
        teachers=teachers,
        room=cohorts.rooms(db.session, [found.id])[found.id],
        now_set=now_set,
        content=catalogue.release(db.session, found.release_id),
    )
    return page, 422 if form.errors else 200


@pages.route("/manage/cohorts/<int:cohort>/settings/days", methods=["GET", "POST"])
@rule("reader", post="administrator")
def days(cohort: int) -> ResponseReturnValue:
    """Show which modules are on the plan and when each is due, and set it."""
    found = run_for(cohort)
    now_set = cohorts.settings_of(db.session, found)
    content = catalogue.release(db.session, found.release_id)
    modules = content.course.modules
    form = days_form(module.title for module in modules)
    if not form.is_submitted():
        fill(form, modules, now_set)
    if form.validate_on_submit() and makes_sense(form, modules):
        try:
            return set_to(found, read(form, modules, now_set), "cohorts.days")
        except Refused as refused:
            db.session.rollback()
            form.form_errors.append(refused.message)
    page = render_template(
        "cohorts/days.html",
        cohort=found,
        programme_name=found.programme_name,
        form=form,
        modules=modules,
        last_of=last_days(content.course, cohorts.plan_of(db.session, found)),
    )
    return page, 422 if form.errors else 200


def set_to(found: RunCohort, wanted: CohortSettings, back: str) -> ResponseReturnValue:
    """Set a cohort to what is wanted and go back to the page, which says what has changed."""
    changed = cohorts.change_settings(
        db.session, found, wanted, by=current_user.id, now=clock.now()
    )
    db.session.commit()
    if changed:
        flash(_("Saved. Everybody sees it from now on."), "success")
    else:
        flash(_("Nothing was different, so nothing has changed."), "info")
    return redirect(url_for(back, cohort=found.id), 303)


def fill(form: DaysForm, modules: tuple[courses.Module, ...], now_set: CohortSettings) -> None:
    """Show in the form what holds."""
    rules = {rule.module_key: rule for rule in now_set.rules}
    for number, module in enumerate(modules, start=1):
        own = rules.get(module.key)
        is_required = not now_set.required or module.key in now_set.required
        form[f"required_{number}"].data = is_required
        form[f"on_{number}"].data = own.on if own else None
        form[f"days_{number}"].data = own.days if own else None


def makes_sense(form: DaysForm, modules: tuple[courses.Module, ...]) -> bool:
    """Whether at least one module is on the plan and none has two days, said at the fields."""
    numbers = range(1, len(modules) + 1)
    if not any(form[f"required_{number}"].data for number in numbers):
        form.form_errors.append(_("Leave at least one module on the plan."))
        return False
    both = [n for n in numbers if form[f"on_{n}"].data and form[f"days_{n}"].data is not None]
    for number in both:
        form[f"days_{number}"].errors = [_("Give a day, or a number of days, not both.")]
    return not both


def read(
    form: DaysForm, modules: tuple[courses.Module, ...], now_set: CohortSettings
) -> CohortSettings:
    """Return the settings with what the form says of modules."""
    required, rules = [], []
    for number, module in enumerate(modules, start=1):
        if form[f"required_{number}"].data:
            required.append(module.key)
        on, days = form[f"on_{number}"].data, form[f"days_{number}"].data
        if on is not None or days is not None:
            rules.append(courses.DueRule(module.key, on, days))
    every = len(required) == len(modules)
    rules.sort(key=lambda rule: rule.module_key)
    return replace(
        now_set, required=frozenset() if every else frozenset(required), rules=tuple(rules)
    )
