"""One learner's record, for the people who teach them."""

from flask import render_template
from flask_login import current_user

import certificates
import courses
from lms import clock
from lms.access import asked, rule
from lms.db import db
from lms.services import cohorts, psychometrics, reports
from lms.views.reports.place import local_to, pages


@pages.get("/manage/cohorts/<int:cohort>/learners/<int:enrolment>")
@rule("reader")
def learner(cohort: int, enrolment: int) -> str:
    """Show all that is on record of one learner of this cohort."""
    found = cohorts.cohort_for(db.session, current_user.id, cohort, asked())
    report = reports.learner_report(db.session, found, enrolment, clock.now())
    serial = None
    if report.credential is not None:
        serial = certificates.format_serial(report.credential.credential.serial)
    return render_template(
        "reports/learner.html",
        cohort=found,
        programme_name=found.programme_name,
        report=report,
        bases=psychometrics.cut_bases(db.session, found.programme_id, report.content.banks),
        serial=serial,
        unit_address=unit_place,
        local=local_to(found.time_zone),
    )


def unit_place(_report: object, unit: courses.Unit) -> str:
    """Return where a unit stands on the learner's page: its lesson is the learner's to open."""
    return f"#unit-{unit.number}"
