"""Certificates from elsewhere: adding one with its proof, looking at it, taking it off."""

import re
import secrets

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import rule
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.transcripts import ActForm, AskCheckForm, ExternalForm, minutes_of
from lms.services import transcripts
from lms.views.transcripts.page import words
from lms.views.transcripts.place import folder, pages, proof_answer
from lms.views.transcripts.words import credit_word

_TICKET = re.compile(r"[0-9a-f]{32}")
UPLOADS = "30 per hour"


@pages.route("/transcript/external/new", methods=["GET", "POST"])
@rule("member")
@limiter.limit(UPLOADS, methods=["POST"])
def add() -> ResponseReturnValue:
    """Put a certificate from elsewhere on one's own transcript."""
    form = ExternalForm()
    form.credit.choices = [(each, credit_word(each)) for each in transcripts.CREDITS]
    status = 200
    if form.validate_on_submit():
        found = added(form)
        if found is not None:
            flash(_("It is on your transcript."), "success")
            return redirect(url_for("transcripts.external", external=found), 303)
    if form.errors:
        status = 422
    if not _TICKET.fullmatch(form.ticket.data or ""):
        form.ticket.data = secrets.token_hex(16)
    page = render_template(
        "transcripts/new.html", form=form, most=transcripts.MOST_BYTES // 1_000_000
    )
    return page, status


def added(form: ExternalForm) -> int | None:
    """Keep what a form holds; return its id, or None with the form's errors filled in."""
    ticket = form.ticket.data or ""
    stated = transcripts.Statement(
        title=form.title.data,
        issuer=form.issuer.data,
        completed_on=form.completed_on.data,
        expires_on=form.expires_on.data,
        minutes=minutes_of(form.hours.data),
        credit=form.credit.data,
    )
    try:
        proof = sent_proof(form)
    except Refused as refusal:
        form.proof.errors = [refusal.message]
        return None
    try:
        found = transcripts.add(
            db.session,
            current_user.id,
            stated,
            proof,
            folder=folder(),
            ticket=ticket if _TICKET.fullmatch(ticket) else secrets.token_hex(16),
            now=clock.now(),
        )
    except transcripts.Unstated as refusal:
        db.session.rollback()
        form[refusal.field].errors = [refusal.message]
        return None
    except Refused as refusal:
        db.session.rollback()
        form.form_errors.append(refusal.message)
        return None
    db.session.commit()
    return found


def sent_proof(form: ExternalForm) -> transcripts.Proof | None:
    """Return the proof that came with a form, None when there is none, or say what is wrong."""
    file = form.proof.data
    if file is None or not file.filename:
        return None
    # One byte more than is taken, so that a larger file is seen to be larger.
    return transcripts.proof_of(file.stream.read(transcripts.MOST_BYTES + 1))


@pages.get("/transcript/external/<int:external>")
@rule("private")
def external(external: int) -> ResponseReturnValue:
    """Show a person one of their certificates from elsewhere."""
    return shown(external, AskCheckForm())


def shown(external: int, form: AskCheckForm, status: int = 200) -> tuple[str, int]:
    """Return the page of a certificate with the form that asks for its check."""
    found = transcripts.own_certificate_for(db.session, current_user.id, external)
    asked = {each.programme_id for each in found.checks}
    programmes = transcripts.list_programmes(db.session, current_user.id)
    form.programme.choices = [each for each in programmes if each[0] not in asked]
    page = render_template(
        "transcripts/external.html",
        found=found,
        form=form,
        today=clock.now().date(),
        **words(),
    )
    return page, status


@pages.get("/transcript/external/<int:external>/proof")
@rule("private")
def proof(external: int) -> Response:
    """Hand a person the proof that they attached."""
    return proof_answer(transcripts.own_certificate_for(db.session, current_user.id, external))


@pages.post("/transcript/external/<int:external>/check")
@rule("private")
def ask(external: int) -> ResponseReturnValue:
    """Ask a programme to check a certificate."""
    transcripts.own_certificate_for(db.session, current_user.id, external)
    form = AskCheckForm()
    form.programme.choices = transcripts.list_programmes(db.session, current_user.id)
    if not form.validate_on_submit():
        return shown(external, form, 422)
    try:
        transcripts.ask_check(
            db.session, current_user.id, external, form.programme.data, clock.now()
        )
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("transcripts.external", external=external), 303)
    db.session.commit()
    flash(_("The programme sees it now. You get a message when it has answered."), "success")
    return redirect(url_for("transcripts.external", external=external), 303)


@pages.route("/transcript/external/<int:external>/remove", methods=["GET", "POST"])
@rule("private")
def remove(external: int) -> ResponseReturnValue:
    """Take a certificate off one's own transcript, once it has been asked twice."""
    found = transcripts.own_certificate_for(db.session, current_user.id, external)
    form = ActForm()
    if request.method == "GET" or not form.validate_on_submit():
        return render_template("transcripts/remove.html", found=found, form=form)
    name = transcripts.remove(db.session, current_user.id, external, clock.now())
    db.session.commit()
    if name is not None:
        transcripts.drop_proof(folder(), name)
    flash(_("It is off your transcript, and its proof is deleted."), "success")
    return redirect(url_for("transcripts.own"), 303)
