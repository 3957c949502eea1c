"""What learners said of a course, with small groups suppressed."""

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

import courses
from lms import clock, exports
from lms.access import asked, rule
from lms.db import db
from lms.downloads import Table
from lms.services import accounts, cohorts, evaluations
from lms.services.evaluations import Results

pages = Blueprint("evaluations", __name__)


@pages.get("/manage/programmes/<int:programme>/evaluations")
@rule("overseer")
def results(programme: int) -> str:
    """Show what learners said of a release, for all periods that may be shown or for one."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    evaluated = evaluations.list_evaluated(db.session, programme)
    shown = None
    if evaluated:
        release = request.args.get("release", evaluated[0].release_id, type=int)
        shown = results_of(programme, release, found.time_zone)
    return render_template(
        "evaluations/results.html",
        programme=found,
        programme_name=found.name,
        role=accounts.role_in(db.session, current_user.id, programme) or "",
        evaluated=evaluated,
        results=shown,
        month=month,
        least=courses.LEAST_SHOWN,
        least_with_words=courses.LEAST_WITH_WORDS,
    )


def month(key: str) -> str:
    """Name a month such as “2026-09”."""
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"


def results_of(programme: int, release: int, zone: str) -> Results:
    """Return the results that the address asks for."""
    period = request.args.get("period") or None
    return evaluations.find_results(db.session, programme, release, zone, clock.now(), period)


@pages.get("/manage/programmes/<int:programme>/evaluations/table.<format>")
@rule("overseer")
def table(programme: int, format: str) -> ResponseReturnValue:
    """Give the counts of the page as a file for a spreadsheet."""
    return exported(programme, format, words=False)


@pages.get("/manage/programmes/<int:programme>/evaluations/words.<format>")
@rule("overseer")
def words(programme: int, format: str) -> ResponseReturnValue:
    """Give the words of the page as a file for a spreadsheet."""
    return exported(programme, format, words=True)


def exported(programme: int, form: str, *, words: bool) -> ResponseReturnValue:
    """Return what the page shows as a file; that it was taken stands in the trail."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    evaluated = evaluations.list_evaluated(db.session, programme)
    if not evaluated:
        return redirect(url_for("evaluations.results", programme=programme))
    release = request.args.get("release", evaluated[0].release_id, type=int)
    shown = results_of(programme, release, found.time_zone)
    made: Table = (evaluations.words_table if words else evaluations.results_table)(
        shown, found.name, found.time_zone
    )
    return exports.noted(
        made,
        form,
        programme_id=programme,
        zone=found.time_zone,
        act="evaluations.exported",
        subject=f"release {release}",
    )
