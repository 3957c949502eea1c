"""Evidence packs: asking for what an accreditor wants of a cohort, and fetching it as one file."""

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
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from lms import clock, exports
from lms.access import asked, rule
from lms.config import Settings
from lms.db import db
from lms.downloads import Column, Table
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.packs import PackForm
from lms.services import accounts, cohorts, packs

pages = Blueprint("packs", __name__)


@pages.route("/manage/programmes/<int:programme>/packs", methods=["GET", "POST"])
@rule("overseer")
@limiter.limit("20 per hour", methods=["POST"])
def index(programme: int) -> ResponseReturnValue:
    """Show the packs of a programme, and ask for one; whoever may read it all may ask for it."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    lines = cohorts.list_cohorts(db.session, [programme])
    form = PackForm()
    form.cohort.choices = [SelectChoice(line.id, line.title) for line in lines]
    if form.validate_on_submit():
        run = cohorts.cohort_for(db.session, current_user.id, form.cohort.data, asked())
        packs.ask(db.session, run, by=current_user.id, now=clock.now())
        db.session.commit()
        flash(_("The pack is being made. This page shows when it is ready."), "success")
        return redirect(url_for("packs.index", programme=programme), 303)
    listed = packs.list_packs(db.session, programme)
    page = render_template(
        "packs/index.html",
        programme_id=programme,
        programme_name=found.name,
        zone=found.time_zone,
        role=accounts.role_in(db.session, current_user.id, programme),
        form=form,
        listed=listed,
        is_under_way=any(each.state in ("waiting", "making") for each in listed),
        parts=[(part.name, words()[part.name]) for part in packs.PARTS],
        days=packs.KEPT.days,
    )
    return page, 422 if form.errors else 200


@pages.get("/manage/programmes/<int:programme>/packs/table.<format>")
@rule("overseer")
def index_table(programme: int, format: str) -> Response:
    """Give the list of packs that were asked for, not what is in them."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    states = {
        "ready": _("Ready"),
        "removed": _("Removed"),
        "failed": _("Not made"),
        "waiting": _("Being made"),
        "making": _("Being made"),
    }
    table = Table(
        _("Evidence packs of %(name)s", name=found.name),
        (
            Column(_("Cohort")),
            Column(_("Asked"), "", "moment"),
            Column(_("By")),
            Column(_("State")),
            Column(_("Kept until"), _("when the file is removed"), "moment"),
            Column(_("SHA-256"), _("of the file")),
            Column(_("Why"), _("why it was not made")),
        ),
        [
            (
                each.cohort_title,
                each.asked_at,
                each.asked_by,
                states[each.state],
                each.kept_until if each.state == "ready" else None,
                each.sha256 if each.state == "ready" else None,
                each.failure,
            )
            for each in packs.list_packs(db.session, programme)
        ],
    )
    return exports.given(table, format, programme_id=programme, zone=found.time_zone)


@pages.post("/manage/packs/<int:pack>/fetch")
@rule("overseer")
def fetch(pack: int) -> ResponseReturnValue:
    """Hand out the file; a form, not a link, since it leaves its entry in the trail."""
    found = packs.pack_for(db.session, current_user.id, pack, asked())
    settings: Settings = current_app.config["SETTINGS"]
    try:
        path = packs.fetched(db.session, found, settings.data, by=current_user.id, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "error")
        return redirect(url_for("packs.index", programme=found.programme_id), 303)
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


def words() -> dict[str, str]:
    """Say what each file of a pack answers."""
    return {
        "01-objectives-map.csv": _("Which lessons teach each objective, and which items test it"),
        "02-outline-of-every-hour.csv": _("Each session with its minutes and the topics it serves"),
        "03-disclosures.csv": _("Interests of everybody who controls content, and who is missing"),
        "04-item-statistics.csv": _("How every item did on first attempts"),
        "05-standard-setting.csv": _("What the cut score of each examination rests on"),
        "06-roster-with-hours.csv": _("Who learns there, licensed where, with hours by mode"),
        "07-evaluations.csv": _("What learners said, small groups suppressed"),
        "08-credentials.csv": _("Every certificate with its standing and what was done to it"),
        "09-change-log.csv": _("Every release and what changed"),
    }
