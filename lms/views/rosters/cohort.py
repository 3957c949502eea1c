"""The rosters of a cohort: sending one, the template, and those that were sent."""

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.downloads import handed_out
from lms.errors import Refused
from lms.extensions import limiter
from lms.forms.rosters import SendForm
from lms.services import cohorts, rosters
from lms.services.cohorts import RunCohort
from lms.views.rosters.place import data_folder, may_write, pages


@pages.route("/manage/cohorts/<int:cohort>/rosters", methods=["GET", "POST"])
@rule("overseer", post="administrator")
@limiter.limit("60 per hour", methods=["POST"])
def cohort(cohort: int) -> ResponseReturnValue:
    """Show the rosters of a cohort, and take another."""
    run = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    form = SendForm()
    if form.validate_on_submit():
        try:
            roster = sent(run, form)
        except Refused as refusal:
            db.session.rollback()
            form.file.errors = [refusal.message]
        else:
            return redirect(url_for("rosters.roster", roster=roster), 303)
    page = render_template(
        "rosters/cohort.html",
        cohort=run,
        programme_name=run.programme_name,
        form=form,
        may_write=may_write(run.programme_id),
        listed=rosters.list_rosters(db.session, cohort),
        columns=rosters.COLUMNS,
        most_rows=rosters.MOST_ROWS,
        most_megabytes=rosters.MOST_BYTES // 1_000_000,
    )
    return page, 422 if form.errors else 200


def sent(run: RunCohort, form: SendForm) -> int:
    """Keep what a form holds, read it at once unless it is long, and return the roster."""
    file, now = form.file.data, clock.now()
    roster = rosters.send(
        db.session,
        run,
        file.stream,
        file.filename or "",
        data=data_folder(),
        by=current_user.id,
        now=now,
    )
    db.session.commit()
    if rosters.roster_for(db.session, current_user.id, roster, asked()).size <= rosters.SMALL:
        waiting = rosters.claim(db.session, now, roster)
        if waiting is not None:
            rosters.try_roster(db.session, waiting, data_folder(), now)
    return roster


@pages.get("/manage/cohorts/<int:cohort>/rosters/template.<format>")
@rule("reader")
def template(cohort: int, format: str) -> Response:
    """Hand out the template: the headings, and a person who does not exist."""
    cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    return handed_out(rosters.template_table(), format)
