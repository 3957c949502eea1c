"""Batches: asking for a cohort's certificates as one file, watching it grow, fetching it."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_login import current_user

from lms import clock, exports
from lms.access import asked, rule
from lms.config import Settings
from lms.db import db
from lms.downloads import Column, Table
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.batches import AskForm
from lms.services import batches, cohorts

pages = Blueprint("batches", __name__)

LEFT_OUT_WORDS = {
    "revoked": lazy("Revoked"),
    "suspended": lazy("Suspended"),
    "superseded": lazy("Superseded by another"),
    "cannot-be-made": lazy("Could not be drawn: tell whoever runs this site"),
}
STATE_WORDS = {
    "ready": lazy("Ready"),
    "removed": lazy("Removed"),
    "waiting": lazy("Waiting"),
    "making": lazy("Being made"),
    "packing": lazy("Being packed"),
}


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
        words=LEFT_OUT_WORDS,
        form=AskForm(),
        manifest=batches.MANIFEST,
        sums=batches.SUMS,
    )


@pages.get("/manage/cohorts/<int:cohort>/certificates/table.<format>")
@rule("overseer")
def cohort_table(cohort: int, format: str) -> Response:
    """Give the batches of a cohort, the latest first."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    table = Table(
        _("Files of certificates of %(cohort)s", cohort=run.title),
        (
            Column(_("Asked"), "", "moment"),
            Column(_("By")),
            Column(_("State")),
            Column(_("Certificates"), "", "number"),
            Column(_("Dealt with"), _("made, or left out"), "number"),
        ),
        [
            (each.asked_at, each.asked_by, str(STATE_WORDS[each.state]), each.total, each.done)
            for each in batches.list_of_cohort(db.session, cohort)
        ],
    )
    return exports.given(table, format, programme_id=run.programme_id, zone=run.time_zone)


@pages.get("/manage/batches/<int:batch>/table.<format>")
@rule("overseer")
def left_out_table(batch: int, format: str) -> Response:
    """Give the certificates that are not in the file, and why."""
    found = batches.batch_for(db.session, current_user.id, batch, asked())
    run = cohorts.cohort_for(db.session, current_user.id, found.cohort_id, asked())
    table = Table(
        _("Certificates not in the file of %(cohort)s", cohort=found.cohort_title),
        (Column(_("Holder")), Column(_("Why"))),
        [
            (each.holder, str(LEFT_OUT_WORDS.get(each.reason, each.reason)))
            for each in batches.list_left_out(db.session, batch)
        ],
    )
    return exports.given(table, format, programme_id=run.programme_id, zone=run.time_zone)


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
