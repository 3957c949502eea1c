"""Quizzes: starting an attempt, saving each answer durably, submitting once, showing the result."""

from lms.services.assessment.attempts import (
    FIRST_SCORE,
    AttemptLine,
    Result,
    Sitting,
    list_attempts,
    module_with_quiz,
    result_for,
    sitting_for,
    start,
    submit,
)
from lms.services.assessment.saving import save_response

__all__ = [
    "FIRST_SCORE",
    "AttemptLine",
    "Result",
    "Sitting",
    "list_attempts",
    "module_with_quiz",
    "result_for",
    "save_response",
    "sitting_for",
    "start",
    "submit",
]
