"""What the pages of cohorts share: their blueprint, the right to a cohort, days by module."""

from flask import Blueprint
from flask_login import current_user

import courses
from lms.access import asked
from lms.db import db
from lms.services import cohorts
from lms.services.cohorts import RunCohort

pages = Blueprint("cohorts", __name__)


def run_for(cohort: int) -> RunCohort:
    """Return a cohort to somebody who may what the open page declares, or refuse."""
    return cohorts.cohort_for(db.session, current_user.id, cohort, asked())


def last_days(course: courses.Course, plan: cohorts.Due) -> dict[str, courses.DueDate]:
    """Return by module the day of its last unit."""
    return {
        module.key: max(
            (plan[unit.key] for unit in course.units if unit.module_key == module.key),
            key=lambda due: due.on,
        )
        for module in course.modules
    }
