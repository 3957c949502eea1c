"""Checks of certificates from elsewhere, for the administrators of a programme."""

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.errors import Refused
from lms.forms.transcripts import DecideForm
from lms.services import cohorts, transcripts
from lms.views.transcripts.page import words
from lms.views.transcripts.place import pages, proof_answer


@pages.get("/manage/programmes/<int:programme>/external")
@rule("overseer")
def checks(programme: int) -> str:
    """Show what a programme was asked to check, what waits first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return render_template(
        "transcripts/checks.html",
        programme=found,
        programme_name=found.name,
        asked=transcripts.list_checks(db.session, programme),
        **words(),
    )


@pages.route("/manage/external/<int:check>", methods=["GET", "POST"])
@rule("overseer", post="administrator")
def check(check: int) -> ResponseReturnValue:
    """Let an administrator look at a certificate and answer, once."""
    found = transcripts.check_for_staff(db.session, current_user.id, check, asked())
    form = DecideForm()
    if form.validate_on_submit():
        try:
            transcripts.decide(
                db.session,
                found,
                outcome=form.outcome.data,
                words=form.words.data,
                by=current_user.id,
                now=clock.now(),
            )
        except Refused as refusal:
            db.session.rollback()
            form.words.errors = [refusal.message]
        else:
            db.session.commit()
            flash(_("Answered. The holder has been told."), "success")
            back = url_for("transcripts.checks", programme=found.check.programme_id)
            return redirect(back, 303)
    page = render_template(
        "transcripts/check.html",
        asked=found,
        form=form,
        me=current_user.id,
        programme_name=found.check.programme,
        today=clock.now().date(),
        **words(),
    )
    return page, 422 if form.errors else 200


@pages.get("/manage/external/<int:check>/proof")
@rule("overseer")
def checked_proof(check: int) -> Response:
    """Hand an administrator the proof that their programme was asked to look at."""
    return proof_answer(
        transcripts.check_for_staff(db.session, current_user.id, check, asked()).external
    )
