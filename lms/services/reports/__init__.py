"""Reports: where a cohort stands, who needs a person, one learner's record, the trail of acts."""

from lms.services.reports.cohort import (
    SHOWN,
    SORTS,
    Cell,
    CohortReport,
    Concern,
    LearnerLine,
    arranged,
    cohort_report,
)
from lms.services.reports.learner import Event, LearnerReport, Sitting, learner_report
from lms.services.reports.scores import count_complete
from lms.services.reports.state import state_of
from lms.services.reports.trail import TrailLine, TrailPage, trail

__all__ = [
    "SHOWN",
    "SORTS",
    "Cell",
    "CohortReport",
    "Concern",
    "Event",
    "LearnerLine",
    "LearnerReport",
    "Sitting",
    "TrailLine",
    "TrailPage",
    "arranged",
    "cohort_report",
    "count_complete",
    "learner_report",
    "state_of",
    "trail",
]
