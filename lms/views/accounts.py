"""Pages of people: one's details and sessions, and the first set-up."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from flask_security.utils import hash_password, login_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Conflict
from lms.forms.accounts import DetailsForm, SetupForm
from lms.services import accounts, catalogue

pages = Blueprint("accounts", __name__)


@pages.route("/account", methods=["GET", "POST"])
@rule("member")
def profile() -> ResponseReturnValue:
    """Show and change what a person says about themselves."""
    form = DetailsForm(obj=current_user)
    if form.validate_on_submit():
        accounts.change_details(
            db.session,
            current_user,
            full_name=form.full_name.data,
            profession=form.profession.data,
            licence_number=form.licence_number.data,
            licence_jurisdiction=form.licence_jurisdiction.data,
            now=clock.now(),
        )
        db.session.commit()
        flash(_("Your details are saved."), "success")
        return redirect(url_for("accounts.profile"), 303)
    return render_template("accounts/profile.html", form=form)


@pages.get("/account/sessions")
@rule("member")
def sessions() -> str:
    """Show where a person is signed in."""
    found = accounts.list_sign_ins(db.session, current_user.id, clock.now())
    return render_template(
        "accounts/sessions.html",
        here=[each for each in found if each.id == current_user.sign_in_id],
        elsewhere=[each for each in found if each.id != current_user.sign_in_id],
    )


@pages.post("/account/sessions/<int:sign_in>/end")
@rule("member")
def end_session(sign_in: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    accounts.end_sign_in(db.session, current_user.id, sign_in, clock.now())
    db.session.commit()
    flash(_("That session has ended."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@pages.post("/account/sessions/end-others")
@rule("member")
def end_other_sessions() -> ResponseReturnValue:
    """End every session of one's own but this one."""
    ended = accounts.end_other_sign_ins(
        db.session, current_user.id, keep=current_user.sign_in_id, now=clock.now()
    )
    db.session.commit()
    flash(
        ngettext("One other session has ended.", "%(num)s other sessions have ended.", ended),
        "success",
    )
    return redirect(url_for("accounts.sessions"), 303)


@pages.route("/setup/<token>", methods=["GET", "POST"])
@rule("public")
def setup(token: str) -> ResponseReturnValue:
    """Make the first administrator and their programme, once."""
    accounts.check_setup_link(db.session, token, clock.now())
    form = SetupForm()
    problem = None
    if form.validate_on_submit():
        try:
            _set_up(token, form)
        except Conflict as conflict:
            db.session.rollback()
            problem = conflict.message
        else:
            flash(_("Your programme exists. What is next stands below."), "success")
            return redirect(url_for("cohorts.index"), 303)
    page = render_template("accounts/setup.html", form=form, problem=problem)
    return page, 409 if problem else 200


def _set_up(token: str, form: SetupForm) -> None:
    now = clock.now()
    # Hashed first: the writers' queue must not wait for it.
    password_hash = hash_password(form.password.data)
    founder = accounts.use_setup_link(
        db.session,
        token,
        email=form.email.data,
        password_hash=password_hash,
        full_name=form.full_name.data,
        profession=form.profession.data,
        now=now,
    )
    catalogue.found_programme(
        db.session,
        founder_id=founder.id,
        now=now,
        name=form.name.data,
        summary=form.summary.data,
        time_zone=form.time_zone.data,
        web=form.web.data,
        contact_email=form.contact_email.data,
        director_name=form.director_name.data,
        director_title=form.director_title.data,
        educator_name=form.educator_name.data,
        educator_title=form.educator_title.data,
    )
    login_user(founder)
    db.session.commit()
