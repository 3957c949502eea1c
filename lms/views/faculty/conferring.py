"""Conferring completion: who waits for a director's word, and one click for many."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.faculty import ConferForm
from lms.services import accounts, cohorts, credentials, faculty
from lms.views.faculty.place import pages


@pages.route("/manage/programmes/<int:programme>/conferrals", methods=["GET", "POST"])
@rule("overseer", post="director")
def conferrals(programme: int) -> ResponseReturnValue:
    """Show who waits for a director to confer completion, and confer it on those chosen."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    waiting = credentials.list_to_confer(db.session, programme)
    form, problem = ConferForm(), None
    form.learners.choices = [SelectChoice(each.seat.enrolment_id, each.name) for each in waiting]
    if form.validate_on_submit():
        try:
            count = credentials.confer(
                db.session,
                programme,
                form.learners.data,
                by=current_user.id,
                now=clock.now(),
                verify_address=current_app.config["SETTINGS"].verify_address,
            )
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            flash(
                ngettext(
                    "Completion is conferred on one learner, who is told.",
                    "Completion is conferred on %(num)s learners, who are told.",
                    count,
                ),
                "success",
            )
            return redirect(url_for("faculty.conferrals", programme=programme), 303)
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    page = render_template(
        "faculty/conferrals.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_confer=accounts.satisfies(role, "director"),
        is_demanded=faculty.director_confers(db.session, programme),
        waiting=waiting,
        chosen=form.learners.data or [],
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200
