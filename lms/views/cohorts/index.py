"""The programmes somebody works for, their cohorts, and opening a new one."""

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import NotFound, Refused
from lms.forms.cohorts import CohortForm
from lms.services import accounts, catalogue, closing, cohorts, reports
from lms.views.cohorts.beginning import steps_of
from lms.views.cohorts.place import pages


@pages.get("/manage")
@rule("member")
def index() -> str:
    """Show staff their programmes and cohorts; for everybody else there is nothing here."""
    now = clock.now()
    roles = [
        line
        for line in accounts.list_programme_roles(db.session, current_user.id)
        if accounts.satisfies(line[2], "reader")
    ]
    if not roles:
        raise NotFound()
    administered = [key for key, _name, role in roles if accounts.satisfies(role, "administrator")]
    begun = reports.beginnings(db.session, administered, now.date())
    lines = cohorts.list_cohorts(db.session, [programme for programme, _name, _role in roles])
    return render_template(
        "cohorts/index.html",
        beginnings={
            programme: steps_of(
                programme, done, [line for line in lines if line.programme_id == programme]
            )
            for programme, done in begun.items()
        },
        programmes=[
            {
                "id": programme,
                "name": name,
                "role": role,
                "is_administrator": accounts.satisfies(role, "administrator"),
                "is_overseer": accounts.satisfies(role, "overseer"),
                "cohorts": [line for line in lines if line.programme_id == programme],
            }
            for programme, name, role in roles
        ],
        today_in={
            zone: now.astimezone(ZoneInfo(zone)).date()
            for zone in {line.time_zone for line in lines}
        },
        week_on=cohorts.week_on,
        pulse=reports.pulse(db.session, [line.id for line in lines], now),
        programme_name=roles[0][1] if len(roles) == 1 else None,
    )


@pages.route("/manage/programmes/<int:programme>/cohorts/new", methods=["GET", "POST"])
@rule("administrator")
def new(programme: int) -> ResponseReturnValue:
    """Open a cohort bound to a release."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    name, zone = found.name, found.time_zone
    form = CohortForm()
    form.release.choices = releases()
    if form.validate_on_submit():
        now = clock.now()
        try:
            today = now.astimezone(ZoneInfo(zone)).date()
            closing.refuse_undisclosed(db.session, programme, form.release.data, today)
        except Refused as refused:
            form.release.errors = [refused.message]
            return page_of(form, name, zone), 422
        try:
            cohort = cohorts.create_cohort(
                db.session,
                programme_id=programme,
                release_id=form.release.data,
                title=form.title.data,
                starts_on=form.starts_on.data,
                due_on=form.due_on.data,
                enrols_until=form.enrols_until.data,
                by=current_user.id,
                now=now,
            )
        except Refused as refused:
            db.session.rollback()
            form.title.errors = [refused.message]
        else:
            db.session.commit()
            flash(opened(form), "success")
            return redirect(url_for("reports.cohort", cohort=cohort.id), 303)
    return page_of(form, name, zone), 422 if form.errors else 200


def opened(form: CohortForm) -> str:
    """Say that a cohort is open, and how people come in."""
    words = _("The cohort is open. Learners enrol on the programme’s page, or you bring them in.")
    if form.enrols_until.data is None:
        words = _("The cohort is open. Bring its learners in from a spreadsheet or by a link.")
    return str(words)


def page_of(form: CohortForm, name: str, zone: str) -> str:
    """Draw the form of a new cohort."""
    return render_template("cohorts/new.html", form=form, programme_name=name, zone=zone)


def releases() -> list[SelectChoice]:
    """Return the latest release of each course, in words."""
    return [
        SelectChoice(key, _("%(course)s, release %(label)s", course=title, label=label))
        for key, label in (
            (key, label) for key, _slug, label in catalogue.list_latest_releases(db.session)
        )
        for title in [catalogue.release(db.session, key).course.title]
    ]
