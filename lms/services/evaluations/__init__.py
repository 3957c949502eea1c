"""What learners said of a course, with small groups suppressed."""

from lms.services.evaluations.results import (
    Evaluated,
    Period,
    QuestionResult,
    Results,
    find_results,
    list_evaluated,
)
from lms.services.evaluations.tables import results_table, words_table

__all__ = [
    "Evaluated",
    "Period",
    "QuestionResult",
    "Results",
    "find_results",
    "list_evaluated",
    "results_table",
    "words_table",
]
