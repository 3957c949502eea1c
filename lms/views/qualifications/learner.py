"""A learner's qualifications with a programme: what is asked, stating one, taking it back."""

import re
import secrets

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.qualifications import ActForm, StateForm
from lms.services import cohorts, proofs, qualifications
from lms.services.cohorts import Seat
from lms.views.qualifications.place import folder, pages, proof_answer, words

_TICKET = re.compile(r"[0-9a-f]{32}")
UPLOADS = "30 per hour"


@pages.get("/learn/<int:enrolment>/qualifications")
@rule("learner")
def own(enrolment: int) -> str:
    """Show a learner what the programme asks for, and what they have stated."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    today = clock.today_in(seat.time_zone)
    held = qualifications.list_of_learner(db.session, seat)
    demands = qualifications.list_demands(db.session, seat.programme_id)
    fine = {each.stated.kind for each in held if each.state(today) in ("valid", "expiring")}
    waiting = {each.stated.kind for each in held if each.state(today) == "waiting"}
    return render_template(
        "qualifications/own.html",
        seat=seat,
        programme_name=seat.programme_name,
        held=held,
        demands=demands,
        fine=fine,
        waiting=waiting - fine,
        today=today,
        **words(),
    )


@pages.route("/learn/<int:enrolment>/qualifications/new", methods=["GET", "POST"])
@rule("learner")
@limiter.limit(UPLOADS, methods=["POST"])
def add(enrolment: int) -> ResponseReturnValue:
    """State a qualification, with its proof."""
    seat, form = cohorts.seat_for(db.session, current_user.id, enrolment), StateForm()
    if form.validate_on_submit() and added(seat, form):
        flash(_("Sent. The programme looks at it and tells you."), "success")
        return redirect(url_for("qualifications.own", enrolment=enrolment), 303)
    if not _TICKET.fullmatch(form.ticket.data or ""):
        form.ticket.data = secrets.token_hex(16)
    page = render_template(
        "qualifications/new.html",
        seat=seat,
        programme_name=seat.programme_name,
        form=form,
        most=proofs.MOST_BYTES // 1_000_000,
    )
    return page, 422 if form.errors else 200


def added(seat: Seat, form: StateForm) -> bool:
    """Keep what a form holds; False with the form's errors filled in."""
    ticket = form.ticket.data or ""
    stated = qualifications.Stated(
        kind=form.kind.data,
        number=form.number.data,
        issuer=form.issuer.data,
        issued_on=form.issued_on.data,
        expires_on=form.expires_on.data,
    )
    try:
        # One byte more than is taken, so that a larger file is seen to be larger.
        proof = proofs.proof_of(form.proof.data.stream.read(proofs.MOST_BYTES + 1))
    except Refused as refusal:
        form.proof.errors = [refusal.message]
        return False
    try:
        qualifications.state(
            db.session,
            seat,
            stated,
            proof,
            folder=folder(),
            ticket=ticket if _TICKET.fullmatch(ticket) else secrets.token_hex(16),
            now=clock.now(),
        )
    except qualifications.Unstated as refusal:
        db.session.rollback()
        form[refusal.field].errors = [refusal.message]
        return False
    except Refused as refusal:
        db.session.rollback()
        form.form_errors.append(refusal.message)
        return False
    db.session.commit()
    return True


@pages.get("/learn/<int:enrolment>/qualifications/<int:qualification>/proof")
@rule("learner")
def own_proof(enrolment: int, qualification: int) -> Response:
    """Hand a learner the proof that they attached."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    return proof_answer(qualifications.own_for(db.session, seat, qualification))


@pages.post("/learn/<int:enrolment>/qualifications/<int:qualification>/take-back")
@rule("learner")
def take_back(enrolment: int, qualification: int) -> ResponseReturnValue:
    """Take a qualification back, with its proof."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    if ActForm().validate_on_submit():
        name = qualifications.take_back(db.session, seat, qualification, clock.now())
        db.session.commit()
        proofs.drop(folder(), name)
        flash(_("Taken back, and its proof is deleted."), "success")
    return redirect(url_for("qualifications.own", enrolment=enrolment), 303)
