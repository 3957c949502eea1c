"""What the link of an invitation to work for a programme leads to: an account and a role."""

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
from lms.services import faculty
from lms.services.faculty import Offer
from lms.views.faculty.partners import PLACES
from lms.views.faculty.place import ROLE_WORDS, pages


@pages.route("/faculty/<token>", methods=["GET", "POST"])
@rule("public")
@limiter.limit("30 per minute")
def invited(token: str) -> ResponseReturnValue:
    """Let somebody accept an invitation, once: by a new account, or as who they are."""
    offer = faculty.offer_of(db.session, token, clock.now())
    if offer.account_id is None and not current_user.is_authenticated:
        return with_password(token, offer)
    return with_account(token, offer)


def with_password(token: str, offer: Offer) -> ResponseReturnValue:
    """Make the account of somebody who has none, confirmed by the link they hold."""
    form, problem = AcceptForm(email=offer.email, data={"full_name": offer.full_name}), None
    if form.validate_on_submit():
        # Hashed first: the writers' queue must not wait for it.
        password_hash = hash_password(form.password.data)
        try:
            account = faculty.accept_anew(
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
            return redirect(place_of(offer), 303)
    page = render_template(
        "faculty/invited.html", offer=offer, role=ROLE_WORDS[offer.role], form=form, problem=problem
    )
    return page, 422 if form.errors or problem else 200


def with_account(token: str, offer: Offer) -> ResponseReturnValue:
    """Let somebody who has an account take the role; nobody else may, whatever link they hold."""
    form, problem = ActForm(), None
    is_theirs = current_user.is_authenticated and current_user.id == offer.account_id
    if is_theirs and form.validate_on_submit():
        try:
            faculty.accept_as(db.session, token, current_user, clock.now())
        except (Conflict, Refused) as refusal:
            db.session.rollback()
            problem = refusal.message
        else:
            db.session.commit()
            return redirect(place_of(offer), 303)
    page = render_template(
        "faculty/asked.html",
        offer=offer,
        role=ROLE_WORDS[offer.role],
        form=form,
        problem=problem,
        is_theirs=is_theirs,
        is_signed_in=current_user.is_authenticated,
        token=token,
    )
    return page, 422 if problem else 200


def place_of(offer: Offer) -> str:
    """Return where whoever has taken a role finds what it opens."""
    if offer.role in PLACES:
        return url_for(PLACES[offer.role], programme=offer.programme_id)
    return url_for("cohorts.index")
