"""Rules of reminders of a programme, whom each would reach today, and the quiet hours."""

from datetime import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.messages import HoursForm, RuleForm
from lms.services import accounts, cohorts, mail, messages
from lms.views.messages.blueprint import pages

# A preview shows so many names; the count is of all.
MOST_SHOWN = 200


@pages.get("/manage/programmes/<int:programme>/reminders")
@rule("overseer")
def rules(programme: int) -> str:
    """Show the rules of reminders, the quiet hours, and what became of the mail of late."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return _rules_page(programme, found)


def _rules_page(programme: int, found: object, form: HoursForm | None = None) -> str:
    role = accounts.role_in(db.session, current_user.id, programme)
    hours = mail.hours_of(db.session, programme)
    return render_template(
        "messages/rules.html",
        programme=found,
        programme_name=getattr(found, "name", ""),
        role=role,
        may_change=accounts.satisfies(role, "administrator"),
        rules=messages.list_rules(db.session, programme),
        expiring=messages.expiring_rule(),
        bounds=messages.RULES,
        hours=hours,
        form=form or HoursForm(formdata=None, data=_as_times(hours)),
        last=messages.last_round(db.session, programme),
        troubled=mail.list_troubled(db.session, programme),
    )


def _as_times(hours: mail.Hours) -> dict[str, time]:
    minutes = {"begins": hours.begins, "ends": hours.ends, "digest_at": hours.digest_at}
    return {name: time(*divmod(minute, 60)) for name, minute in minutes.items()}


@pages.get("/manage/programmes/<int:programme>/reminders/<reminder>")
@rule("overseer")
def preview(programme: int, reminder: str) -> str:
    """Show whom a rule would reach today, whether it is on or off, and why each of them."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    asked_for = request.args.get("cohort", type=int)
    seen = messages.preview(db.session, programme, reminder, clock.now(), asked_for)
    role = accounts.role_in(db.session, current_user.id, programme)
    return render_template(
        "messages/preview.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_change=accounts.satisfies(role, "administrator"),
        rule=seen.rule,
        bounds=messages.RULES.get(seen.rule.name),
        seen=seen,
        reached=seen.reached[:MOST_SHOWN],
        chosen=asked_for if any(each.id == asked_for for each in seen.running) else "",
    )


@pages.post("/manage/programmes/<int:programme>/reminders/<reminder>")
@rule("administrator")
def set_rule(programme: int, reminder: str) -> ResponseReturnValue:
    """Switch a rule on or off, and set its days."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    the_rule = messages.find_rule(db.session, programme, reminder)
    form = RuleForm()
    if not form.validate_on_submit():
        raise Refused(_("Give a whole number of days. Go back and try again."))
    changed = messages.set_rule(
        db.session,
        found,
        the_rule.name,
        is_on=form.is_on.data,
        days=form.days.data,
        by=current_user.id,
        now=clock.now(),
    )
    db.session.commit()
    if changed:
        flash(_("The rule is saved. This page shows whom it reaches today."), "success")
    return redirect(url_for("messages.preview", programme=programme, reminder=reminder), 303)


@pages.post("/manage/programmes/<int:programme>/quiet-hours")
@rule("administrator")
def hours(programme: int) -> ResponseReturnValue:
    """Set the hours in which a programme's mail keeps still."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    form = HoursForm()
    if not form.validate_on_submit():
        return _rules_page(programme, found, form), 422
    given = (form.begins.data, form.ends.data, form.digest_at.data)
    wanted = mail.Hours(*(each.hour * 60 + each.minute for each in given))
    try:
        changed = messages.set_hours(db.session, found, wanted, current_user.id, clock.now())
    except Refused as refused:
        form.ends.errors = [refused.message]
        return _rules_page(programme, found, form), 422
    db.session.commit()
    if changed:
        flash(_("The quiet hours are saved. What is written from now on keeps them."), "success")
    return redirect(url_for("messages.rules", programme=programme), 303)
