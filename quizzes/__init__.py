"""What is asked: item banks, their checks, papers, attempts and scores, as plain functions.

Reading and linting banks is loaded on first use: a server that only shows releases never needs
the parsers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quizzes.attempts import (
    AttemptState,
    Decision,
    Response,
    Step,
    Submission,
    decide_response,
    decide_submission,
    replay,
)
from quizzes.changes import ItemChange, compare_banks
from quizzes.deadlines import (
    NOTICE,
    UNBOUNDED,
    Accommodation,
    Effective,
    Ending,
    Incident,
    Override,
    Pause,
    Source,
    Terms,
    decide_start,
    effective_terms,
    ending,
    is_in_time,
    moved_end,
    window_edge,
)
from quizzes.drawing import TooFewItems, draw_paper
from quizzes.items import (
    Bank,
    Cell,
    Item,
    Option,
    Specification,
    Vignette,
    bank_from_document,
    bank_to_document,
    cited_facts,
    item_from_document,
    item_to_document,
)
from quizzes.kinds.answers import answer_from_fields, mark, read_answer
from quizzes.kinds.details import (
    KINDS,
    Concordance,
    Constructed,
    Criterion,
    Details,
    Hotspot,
    Kind,
    Matching,
    Near,
    Numeric,
    Prompt,
    Region,
    Unit,
)
from quizzes.kinds.text import UnreadableAnswer
from quizzes.papers import Paper, Slot, paper_from_document, paper_to_document
from quizzes.problems import Problem
from quizzes.rules import Rules, rules_from_document, rules_to_document
from quizzes.scoring import ItemChanged, Score, needed_points, score

if TYPE_CHECKING:
    from quizzes.banks import read_banks
    from quizzes.flaws import lint_bank

_ON_FIRST_USE = {"lint_bank": "quizzes.flaws", "read_banks": "quizzes.banks"}

__all__ = [
    "KINDS",
    "NOTICE",
    "UNBOUNDED",
    "Accommodation",
    "AttemptState",
    "Bank",
    "Cell",
    "Concordance",
    "Constructed",
    "Criterion",
    "Decision",
    "Details",
    "Effective",
    "Ending",
    "Hotspot",
    "Incident",
    "Item",
    "ItemChange",
    "ItemChanged",
    "Kind",
    "Matching",
    "Near",
    "Numeric",
    "Option",
    "Override",
    "Paper",
    "Pause",
    "Problem",
    "Prompt",
    "Region",
    "Response",
    "Rules",
    "Score",
    "Slot",
    "Source",
    "Specification",
    "Step",
    "Submission",
    "Terms",
    "TooFewItems",
    "Unit",
    "UnreadableAnswer",
    "Vignette",
    "answer_from_fields",
    "bank_from_document",
    "bank_to_document",
    "cited_facts",
    "compare_banks",
    "decide_response",
    "decide_start",
    "decide_submission",
    "draw_paper",
    "effective_terms",
    "ending",
    "is_in_time",
    "item_from_document",
    "item_to_document",
    "lint_bank",
    "mark",
    "moved_end",
    "needed_points",
    "paper_from_document",
    "paper_to_document",
    "read_answer",
    "read_banks",
    "replay",
    "rules_from_document",
    "rules_to_document",
    "score",
    "window_edge",
]


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ON_FIRST_USE[name]), name)
    globals()[name] = value
    return value
