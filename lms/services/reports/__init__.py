"""Reports: where a cohort stands, who needs a person, one learner's record, the trail of acts."""

from lms.services.reports.beginnings import Beginning, beginnings
from lms.services.reports.cohort import SHOWN, SORTS, CohortReport, arranged, cohort_report
from lms.services.reports.events import Event
from lms.services.reports.lacking import Lacking
from lms.services.reports.learner import (
    Award,
    LearnerReport,
    award_of,
    credential_of,
    events_of,
    learner_report,
)
from lms.services.reports.lines import Cell, Concern, LearnerLine, ModuleCell
from lms.services.reports.outlook import Outlook, outlook
from lms.services.reports.pulse import Pulse, pulse
from lms.services.reports.scores import count_complete
from lms.services.reports.sittings import Sitting
from lms.services.reports.spread import QuizTime, Timeline, quiz_times, timeline
from lms.services.reports.state import state_of
from lms.services.reports.trail import TrailLine, TrailPage, trail

__all__ = [
    "SHOWN",
    "SORTS",
    "Award",
    "Beginning",
    "Cell",
    "CohortReport",
    "Concern",
    "Event",
    "Lacking",
    "LearnerLine",
    "LearnerReport",
    "ModuleCell",
    "Outlook",
    "Pulse",
    "QuizTime",
    "Sitting",
    "Timeline",
    "TrailLine",
    "TrailPage",
    "arranged",
    "award_of",
    "beginnings",
    "cohort_report",
    "count_complete",
    "credential_of",
    "events_of",
    "learner_report",
    "outlook",
    "pulse",
    "quiz_times",
    "state_of",
    "timeline",
    "trail",
]
