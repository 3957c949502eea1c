"""Releases of the curriculum: what each changed, and whom of a programme that reaches."""

from flask import Blueprint, render_template
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.services import cohorts, updates

pages = Blueprint("releases", __name__)


@pages.get("/manage/programmes/<int:programme>/releases")
@rule("overseer")
def index(programme: int) -> str:
    """List the published releases of the curriculum with their kinds."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    return render_template(
        "releases/index.html",
        programme=found,
        programme_name=found.name,
        releases=updates.list_releases(db.session),
    )


@pages.get("/manage/programmes/<int:programme>/releases/<int:release>")
@rule("overseer")
def release(programme: int, release: int) -> str:
    """Show what a release changed, and whom of the programme that reaches."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    reach = updates.reach_of(db.session, programme, release, clock.now())
    return render_template(
        "releases/release.html",
        programme=found,
        programme_name=found.name,
        reach=reach,
    )
