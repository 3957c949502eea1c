"""The audit trail of a programme: who did what to whom, and when."""

from flask import Blueprint, render_template, request
from flask_login import current_user

from lms.access import asked, rule
from lms.db import db
from lms.services import accounts, cohorts, reports

pages = Blueprint("audit", __name__)


@pages.get("/manage/programmes/<int:programme>/audit")
@rule("overseer")
def trail(programme: int) -> str:
    """Show the acts of a programme, newest first."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    before = request.args.get("before", type=int)
    return render_template(
        "audit/trail.html",
        programme=found,
        programme_name=found.name,
        role=accounts.role_in(db.session, current_user.id, programme),
        page=reports.trail(db.session, programme, before),
        is_continued=before is not None,
    )
