"""What the pages of sittings share: their blueprint, the right to them, and a sentence."""

from flask import Blueprint
from flask_babel import ngettext
from flask_login import current_user

from lms.access import asked
from lms.db import db
from lms.services import cohorts
from lms.services.cohorts import RunCohort

pages = Blueprint("sittings", __name__)


def administered(cohort: int) -> RunCohort:
    """Return a cohort to somebody who may what the open page declares, or refuse."""
    return cohorts.cohort_for(db.session, current_user.id, cohort, asked())


def told_of(moved: int) -> str:
    """Say how many attempts under way an act has reached; nothing for none."""
    if not moved:
        return ""
    return " " + str(
        ngettext(
            "One attempt under way has a new end.",
            "%(num)s attempts under way have a new end.",
            moved,
        )
    )
