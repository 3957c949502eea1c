"""What the link of an invitation leads to: a password and a place, or a place alone."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security.utils import hash_password, login_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Conflict, Refused
from lms.extensions import limiter
from lms.forms.rosters import AcceptForm, ActForm
from lms.services import rosters
from lms.services.rosters import Invited
from lms.views.rosters.place import pages


@pages.route("/invited/<token>", methods=["GET", "POST"])
@rule("public")
@limiter.limit("30 per minute")
def invited(token: str) -> ResponseReturnValue:
    """Let somebody accept an invitation, once."""
    found = rosters.invited_by(db.session, token, clock.now())
    if found.needs_password and not current_user.is_authenticated:
        return with_password(token, found)
    return with_account(token, found)


def with_password(token: str, found: Invited) -> ResponseReturnValue:
    """Take over an account that nobody has used yet."""
    # What an address is called by a stranger is not shown: whoever is asked names themselves.
    known = {} if found.is_asked else {"full_name": found.full_name, "profession": found.profession}
    form, problem = AcceptForm(email=found.email, data=known), None
    if form.validate_on_submit():
        # Hashed first: the writers' queue must not wait for it.
        password_hash = hash_password(form.password.data)
        try:
            account = rosters.accept_anew(
                db.session,
                token,
                password_hash=password_hash,
                full_name=form.full_name.data,
                profession=form.profession.data,
                now=clock.now(),
            )
        except (Conflict, Refused) as refusal:
            db.session.rollback()
            problem = refusal.message
        else:
            login_user(account)
            db.session.commit()
            return redirect(url_for("learning.home"), 303)
    page = render_template("rosters/invited.html", invited=found, form=form, problem=problem)
    return page, 422 if form.errors or problem else 200


def with_account(token: str, found: Invited) -> ResponseReturnValue:
    """Let somebody who has an account take the place they are asked to take."""
    form, problem = ActForm(), None
    is_theirs = current_user.is_authenticated and current_user.id == found.account_id
    if is_theirs and form.validate_on_submit():
        try:
            rosters.accept_as(db.session, token, current_user, clock.now())
        except (Conflict, Refused) as refusal:
            db.session.rollback()
            problem = refusal.message
        else:
            db.session.commit()
            return redirect(url_for("learning.home"), 303)
    page = render_template(
        "rosters/asked.html",
        invited=found,
        form=form,
        problem=problem,
        is_theirs=is_theirs,
        is_signed_in=current_user.is_authenticated,
        token=token,
    )
    return page, 422 if problem else 200
