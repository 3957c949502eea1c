"""Reviews: rulings on flawed items, voided attempts, credentials in doubt, and appeals."""

from lms.services.reviews.appeal_lines import (
    AppealLine,
    AppealOutcome,
    Step,
    StepKind,
    appeal_for,
    line_of,
    list_appeals,
    list_of_attempt,
)
from lms.services.reviews.appeals import ANSWER_DAYS, APPEAL_DAYS, Window, file_appeal, window_of
from lms.services.reviews.concerns import ConcernLine, concern_for, decide_concern, list_concerns
from lms.services.reviews.confirming import Confirmation, confirm
from lms.services.reviews.deciding import (
    Act,
    changes_since,
    decide_appeal,
    hindrance,
    list_acts_on,
    look_into,
)
from lms.services.reviews.dry_runs import DryRun, Rescored, drafts, dry_run
from lms.services.reviews.effects import Effects, Gain
from lms.services.reviews.notices import CHANGES, PLACEHOLDERS, Change
from lms.services.reviews.on_result import OnResult, on_result
from lms.services.reviews.rulings import (
    RulingLine,
    item_in,
    list_in_force,
    list_rulings,
    list_taught,
    propose,
    ruling_for,
    set_aside,
)
from lms.services.reviews.voids import (
    ActLine,
    AttemptLine,
    Examined,
    examine,
    list_acts,
    list_attempts_of,
    restore,
    void,
)

__all__ = [
    "ANSWER_DAYS",
    "APPEAL_DAYS",
    "CHANGES",
    "PLACEHOLDERS",
    "Act",
    "ActLine",
    "AppealLine",
    "AppealOutcome",
    "AttemptLine",
    "Change",
    "ConcernLine",
    "Confirmation",
    "DryRun",
    "Effects",
    "Examined",
    "Gain",
    "OnResult",
    "Rescored",
    "RulingLine",
    "Step",
    "StepKind",
    "Window",
    "appeal_for",
    "changes_since",
    "concern_for",
    "confirm",
    "decide_appeal",
    "decide_concern",
    "drafts",
    "dry_run",
    "examine",
    "file_appeal",
    "hindrance",
    "item_in",
    "line_of",
    "list_acts",
    "list_acts_on",
    "list_appeals",
    "list_attempts_of",
    "list_concerns",
    "list_in_force",
    "list_of_attempt",
    "list_rulings",
    "list_taught",
    "look_into",
    "on_result",
    "propose",
    "restore",
    "ruling_for",
    "set_aside",
    "void",
    "window_of",
]
