"""The people of a programme: their roles, who is invited, what each may teach, what is missing."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.faculty import CompetenceForm, EndForm, RoleForm
from lms.services import accounts, closing, cohorts, faculty
from lms.services.faculty import Called
from lms.views.faculty.place import BASIS_WORDS, ROLE_WORDS, pages


@pages.route("/manage/programmes/<int:programme>/people", methods=["GET", "POST"])
@rule("reader", post="administrator")
@limiter.limit("60 per hour", methods=["POST"])
def people(programme: int) -> ResponseReturnValue:
    """Show who works for a programme and what is missing, and invite somebody into a role."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    form, problem = RoleForm(), None
    if form.validate_on_submit():
        try:
            is_given = invite(programme, form)
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            flash(
                _("%(email)s now holds this role.", email=form.email.data)
                if is_given
                else _(
                    "Written to %(email)s: the link makes the role theirs.", email=form.email.data
                ),
                "success",
            )
            return redirect(url_for("faculty.people", programme=programme), 303)
    today = clock.today_in(found.time_zone)
    listed = faculty.list_people(db.session, programme, today)
    role = next(each.role for each in listed if each.account_id == current_user.id)
    page = render_template(
        "faculty/people.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_change=accounts.satisfies(role, "administrator"),
        people=listed,
        invitations=faculty.list_pending(db.session, programme),
        now=clock.now(),
        count={each: sum(person.role == each for person in listed) for each in ROLE_WORDS},
        least_educators=faculty.LEAST_EDUCATORS,
        undisclosed={each.name for each in closing.list_undisclosed(db.session, programme, today)},
        teaching=faculty.list_teaching(db.session, programme, today),
        words=ROLE_WORDS,
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200


def invite(programme: int, form: RoleForm) -> bool:
    """Invite whom a form names; return whether the programme knew them, and they hold the role."""
    called = Called(form.email.data, form.role.data, form.full_name.data or "", form.site.data)
    return faculty.invite(
        db.session,
        programme,
        called,
        public_url=current_app.config["SETTINGS"].public_url,
        by=current_user.id,
        now=clock.now(),
    )


@pages.post("/manage/programmes/<int:programme>/people/invitations/<int:invitation>/again")
@rule("administrator")
@limiter.limit("60 per hour")
def send_again(programme: int, invitation: int) -> ResponseReturnValue:
    """Send an invitation again; the link it had stops working."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    try:
        email = faculty.invite_again(
            db.session,
            programme,
            invitation,
            public_url=current_app.config["SETTINGS"].public_url,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "error")
    else:
        db.session.commit()
        flash(_("Written to %(email)s again. The earlier link is void.", email=email), "success")
    return redirect(url_for("faculty.people", programme=programme, _anchor="invited"), 303)


@pages.post("/manage/programmes/<int:programme>/people/invitations/<int:invitation>/end")
@rule("administrator")
def end_invitation(programme: int, invitation: int) -> ResponseReturnValue:
    """End an invitation: its link opens nothing from now on."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    email = faculty.end_invitation(
        db.session, programme, invitation, by=current_user.id, now=clock.now()
    )
    db.session.commit()
    flash(_("The invitation of %(email)s is ended.", email=email), "success")
    return redirect(url_for("faculty.people", programme=programme), 303)


@pages.post("/manage/programmes/<int:programme>/people/<int:person>/withdraw")
@rule("administrator")
def withdraw(programme: int, person: int) -> ResponseReturnValue:
    """Take somebody's role in a programme away."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    try:
        accounts.withdraw_role(
            db.session,
            programme_id=programme,
            account_id=person,
            by=current_user.id,
            now=clock.now(),
        )
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "error")
        return redirect(url_for("faculty.people", programme=programme), 303)
    db.session.commit()
    if person == current_user.id:
        return redirect(url_for("catalogue.index"), 303)
    flash(_("The role is withdrawn."), "success")
    return redirect(url_for("faculty.people", programme=programme), 303)


@pages.route("/manage/programmes/<int:programme>/people/<int:person>", methods=["GET", "POST"])
@rule("reader", post="administrator")
def person(programme: int, person: int) -> ResponseReturnValue:
    """Show what somebody may teach and on what ground, and record another competence."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    today = clock.today_in(found.time_zone)
    shown = faculty.person_for(db.session, programme, person, today)
    taught = faculty.list_taught_courses(db.session, programme)
    titles = {
        (course.slug, module.key): module.title for course in taught for module in course.modules
    }
    form, problem = CompetenceForm(), None
    form.module.choices = [
        SelectChoice(f"{slug}/{key}", title) for (slug, key), title in titles.items()
    ]
    if form.validate_on_submit():
        slug, key = form.module.data.split("/", 1)
        try:
            faculty.record_competence(
                db.session,
                programme,
                person,
                course_slug=slug,
                module_key=key,
                basis=form.basis.data,
                evidence=form.evidence.data,
                valid_until=form.valid_until.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refused:
            db.session.rollback()
            problem = refused.message
        else:
            db.session.commit()
            flash(_("Recorded."), "success")
            return redirect(url_for("faculty.person", programme=programme, person=person), 303)
    role = accounts.role_in(db.session, current_user.id, programme) or ""
    page = render_template(
        "faculty/person.html",
        programme=found,
        programme_name=found.name,
        role=role,
        may_change=accounts.satisfies(role, "administrator"),
        person=shown,
        lines=faculty.list_competences(db.session, programme, person),
        titles=titles,
        today=today,
        words=ROLE_WORDS,
        bases=BASIS_WORDS,
        form=form,
        problem=problem,
    )
    return page, 422 if problem or form.errors else 200


@pages.post("/manage/programmes/<int:programme>/competences/<int:competence>/end")
@rule("administrator")
def end_competence(programme: int, competence: int) -> ResponseReturnValue:
    """End a competence; it stays on record."""
    cohorts.programme_for(db.session, current_user.id, programme, asked())
    if not EndForm().validate_on_submit():
        raise Refused(_("This form has expired. Go back, reload, send it again."))
    person = faculty.end_competence(
        db.session, programme, competence, by=current_user.id, now=clock.now()
    )
    db.session.commit()
    flash(_("Ended. It stays on record."), "success")
    return redirect(url_for("faculty.person", programme=programme, person=person), 303)
