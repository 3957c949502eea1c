"""Batches: asking for a cohort's certificates as one file, watching it grow, fetching it."""

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.config import Settings
from lms.db import db
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.batches import AskForm
from lms.services import batches, cohorts

pages = Blueprint("batches", __name__)


@pages.route("/manage/cohorts/<int:cohort>/certificates", methods=["GET", "POST"])
@rule("overseer", post="administrator")
@limiter.limit("20 per hour", methods=["POST"])
def of_cohort(cohort: int) -> ResponseReturnValue:
    """Show the batches of a cohort, and ask for another."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    form = AskForm()
    if form.validate_on_submit():
        try:
            batch = batches.ask(db.session, run, by=current_user.id, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            flash(refusal.message, "error")
            return redirect(url_for("batches.of_cohort", cohort=cohort), 303)
        db.session.commit()
        return redirect(url_for("batches.batch", batch=batch), 303)
    return render_template(
        "batches/of_cohort.html",
        cohort=run,
        programme_name=run.programme_name,
        listed=batches.list_of_cohort(db.session, cohort),
        form=form,
        days=batches.KEPT.days,
    )


@pages.get("/manage/batches/<int:batch>")
@rule("overseer")
def batch(batch: int) -> str:
    """Show how far a batch is, and what is in it once it is finished."""
    found = batches.batch_for(db.session, current_user.id, batch, asked())
    return render_template(
        "batches/batch.html",
        batch=found,
        programme_name=found.programme_name,
        left_out=batches.list_left_out(db.session, batch) if found.left_out else [],
        form=AskForm(),
        manifest=batches.MANIFEST,
        sums=batches.SUMS,
    )


@pages.post("/manage/batches/<int:batch>/fetch")
@rule("administrator")
def fetch(batch: int) -> ResponseReturnValue:
    """Hand out the file; a form, not a link, since it leaves its entry in the trail."""
    found = batches.batch_for(db.session, current_user.id, batch, asked())
    settings: Settings = current_app.config["SETTINGS"]
    try:
        path = batches.fetched(
            db.session, found, settings.data, by=current_user.id, now=clock.now()
        )
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("batches.batch", batch=batch), 303)
    db.session.commit()
    answer = send_file(
        path,
        mimetype="application/zip",
        as_attachment=True,
        download_name=found.download_name,
        etag=False,
        conditional=False,
    )
    # Flask would let any cache on the way keep it for a year, as it does a style sheet.
    answer.headers["Cache-Control"] = "no-store"
    return answer
