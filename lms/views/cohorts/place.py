"""What the pages of cohorts share: their blueprint, and the right to a cohort."""

from flask import Blueprint
from flask_login import current_user

from lms.access import asked
from lms.db import db
from lms.services import cohorts
from lms.services.cohorts import RunCohort

pages = Blueprint("cohorts", __name__)


def run_for(cohort: int) -> RunCohort:
    """Return a cohort to somebody who may what the open page declares, or refuse."""
    return cohorts.cohort_for(db.session, current_user.id, cohort, asked())
