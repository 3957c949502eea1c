"""The groups of a cohort: who carries which label."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import NotFound, Refused
from lms.forms.sittings import GroupForm, MembersForm
from lms.services import sittings
from lms.views.sittings.place import administered, pages, told_of


@pages.route("/manage/cohorts/<int:cohort>/groups", methods=["GET", "POST"])
@rule("overseer", post="administrator")
def groups(cohort: int) -> ResponseReturnValue:
    """Show the groups of a cohort, and make another."""
    found, form = administered(cohort), GroupForm()
    if form.validate_on_submit():
        try:
            made = sittings.make_group(
                db.session, found, form.name.data or "", by=current_user.id, now=clock.now()
            )
        except Refused as refused:
            db.session.rollback()
            form.name.errors = [refused.message]
        else:
            db.session.commit()
            return redirect(url_for("sittings.group", cohort=cohort, group=made), 303)
    page = render_template(
        "sittings/groups.html",
        cohort=found,
        programme_name=found.programme_name,
        groups=sittings.list_groups(db.session, found.id),
        form=form,
    )
    return page, 422 if form.errors else 200


@pages.route("/manage/cohorts/<int:cohort>/groups/<int:group>", methods=["GET", "POST"])
@rule("overseer", post="administrator")
def group(cohort: int, group: int) -> ResponseReturnValue:
    """Show who is in a group, and change it."""
    found = administered(cohort)
    shown = next((g for g in sittings.list_groups(db.session, found.id) if g.id == group), None)
    if shown is None:
        raise NotFound()
    learners = sittings.list_learners(db.session, found.id)
    form, problem = MembersForm(), None
    form.members.choices = [SelectChoice(each.enrolment_id, each.name) for each in learners]
    if form.validate_on_submit():
        try:
            moved = sittings.set_members(
                db.session,
                found,
                group,
                form.members.data or [],
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            flash(_("The group is saved.") + told_of(moved), "success")
            return redirect(url_for("sittings.groups", cohort=cohort), 303)
    page = render_template(
        "sittings/group.html",
        cohort=found,
        programme_name=found.programme_name,
        group=shown,
        learners=learners,
        chosen=form.members.data if form.is_submitted() else list(shown.members),
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200


@pages.post("/manage/cohorts/<int:cohort>/groups/<int:group>/remove")
@rule("administrator")
def remove_group(cohort: int, group: int) -> ResponseReturnValue:
    """Remove a group with what is set for it."""
    found = administered(cohort)
    moved = sittings.remove_group(db.session, found, group, by=current_user.id, now=clock.now())
    db.session.commit()
    flash(_("The group is removed.") + told_of(moved), "success")
    return redirect(url_for("sittings.groups", cohort=cohort), 303)
