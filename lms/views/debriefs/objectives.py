"""What a cohort masters, what it finds hard and what it is sure of wrongly, as a page."""

from flask import render_template
from flask_login import current_user

from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.services import cohorts, debriefs, reports
from lms.views.debriefs.place import pages

HARDEST = 12
"""Items shown as the hardest: as many as a session has time for."""


@pages.get("/manage/cohorts/<int:cohort>/objectives")
@rule("reader")
def objectives(cohort: int) -> str:
    """Show which objectives a cohort masters, its hardest items and its misconceptions."""
    now = clock.now()
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.cohort_report(db.session, found, now)
    return render_template(
        "debriefs/objectives.html",
        cohort=found,
        programme_name=found.programme_name,
        report=report,
        debrief=debriefs.debrief(report),
        names={line.enrolment_id: line.name for line in report.lines},
        most=HARDEST,
    )
