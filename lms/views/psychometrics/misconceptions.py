"""Dangerous misconceptions of a programme or a cohort."""

from flask import render_template, request
from flask_login import current_user

from lms.access import asked, rule
from lms.db import db
from lms.services import cohorts, psychometrics
from lms.views.psychometrics.place import pages, words


@pages.get("/manage/programmes/<int:programme>/misconceptions")
@rule("reader")
def misconceptions(programme: int) -> str:
    """Show what learners were wrong and certain about, and the lessons that teach it."""
    found = cohorts.programme_for(db.session, current_user.id, programme, asked())
    cohort = request.args.get("cohort", type=int)
    report = psychometrics.misconceptions(db.session, programme, cohort_id=cohort)
    return render_template(
        "psychometrics/misconceptions.html",
        programme=found,
        programme_name=found.name,
        report=report,
        findings=psychometrics.open_findings(db.session, report.safety_misses),
        chosen=cohort,
        **words(),
    )
