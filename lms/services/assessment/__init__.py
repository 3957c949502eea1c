"""Quizzes: starting an attempt, saving each answer durably, submitting once, showing the result."""

from lms.services.assessment.attempts import start, used_tries
from lms.services.assessment.findings import (
    Finding,
    Recheck,
    answer_recheck,
    begin_recheck,
    findings_of,
    recheck_for,
    taught_by,
)
from lms.services.assessment.flags import flagged_slots, set_flag
from lms.services.assessment.frozen import item_for
from lms.services.assessment.listing import AttemptLine, list_attempts, module_with_quiz
from lms.services.assessment.locks import advance
from lms.services.assessment.marking import ToMark, give_points, list_to_mark, to_mark_for
from lms.services.assessment.overdue import close_overdue
from lms.services.assessment.reading import Sitting, sitting_for, sitting_of
from lms.services.assessment.results import (
    FIRST_SCORE,
    Result,
    append_score,
    find_result,
    points_given,
    points_of,
    result_for,
    score_of,
    submit,
)
from lms.services.assessment.retakes import Retake, retake_of
from lms.services.assessment.saving import end_of, save_response

__all__ = [
    "FIRST_SCORE",
    "AttemptLine",
    "Finding",
    "Recheck",
    "Result",
    "Retake",
    "Sitting",
    "ToMark",
    "advance",
    "answer_recheck",
    "append_score",
    "begin_recheck",
    "close_overdue",
    "end_of",
    "find_result",
    "findings_of",
    "flagged_slots",
    "give_points",
    "item_for",
    "list_attempts",
    "list_to_mark",
    "module_with_quiz",
    "points_given",
    "points_of",
    "recheck_for",
    "result_for",
    "retake_of",
    "save_response",
    "score_of",
    "set_flag",
    "sitting_for",
    "sitting_of",
    "start",
    "submit",
    "taught_by",
    "to_mark_for",
    "used_tries",
]
