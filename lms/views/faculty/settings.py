"""A programme's settings: what it says of itself, and what it demands."""

from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.forms.accounts import time_zones
from lms.forms.faculty import SettingsForm
from lms.services import accounts, cohorts, faculty
from lms.views.faculty.place import ROLE_WORDS, pages


@pages.route("/manage/programmes/<int:programme>/settings", methods=["GET", "POST"])
@rule("overseer", post="administrator")
def settings(programme: int) -> ResponseReturnValue:
    """Show the settings of a programme, and change them."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    known = faculty.settings_of(db.session, programme)
    form = SettingsForm(data=asdict(known))
    form.time_zone.choices = time_zones()
    if form.validate_on_submit():
        wanted = faculty.ProgrammeRecord(
            name=form.name.data,
            summary=form.summary.data,
            time_zone=form.time_zone.data,
            web=form.web.data,
            contact_email=form.contact_email.data,
            director_name=form.director_name.data,
            director_title=form.director_title.data,
            educator_name=form.educator_name.data or None,
            educator_title=form.educator_title.data or None,
            director_confers=form.director_confers.data,
        )
        changed = faculty.change_programme(
            db.session, programme, wanted, by=current_user.id, now=clock.now()
        )
        db.session.commit()
        flash(_("Saved.") if changed else _("Nothing was different."), "success")
        return redirect(url_for("faculty.settings", programme=programme), 303)
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    listed = faculty.list_people(db.session, programme, clock.today_in(found.time_zone))
    page = render_template(
        "faculty/settings.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_change=accounts.satisfies(role, "administrator"),
        leaders=[each for each in listed if each.role in ("director", "educator")],
        least_educators=faculty.LEAST_EDUCATORS,
        known=known,
        words=ROLE_WORDS,
        form=form,
    )
    return page, 422 if form.errors else 200
