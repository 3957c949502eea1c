"""What is asked: item banks, their checks, papers, attempts and scores, as plain functions."""

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
from quizzes.banks import read_banks
from quizzes.flaws import lint_bank
from quizzes.items import (
    Bank,
    Cell,
    Item,
    Option,
    Specification,
    bank_from_document,
    bank_to_document,
    cited_facts,
    item_from_document,
    item_to_document,
)
from quizzes.papers import (
    Paper,
    Slot,
    TooFewItems,
    draw_paper,
    paper_from_document,
    paper_to_document,
)
from quizzes.problems import Problem
from quizzes.scoring import ItemChanged, Score, needed_points, score

__all__ = [
    "AttemptState",
    "Bank",
    "Cell",
    "Decision",
    "Item",
    "ItemChanged",
    "Option",
    "Paper",
    "Problem",
    "Response",
    "Score",
    "Slot",
    "Specification",
    "Step",
    "Submission",
    "TooFewItems",
    "bank_from_document",
    "bank_to_document",
    "cited_facts",
    "decide_response",
    "decide_submission",
    "draw_paper",
    "item_from_document",
    "item_to_document",
    "lint_bank",
    "needed_points",
    "paper_from_document",
    "paper_to_document",
    "read_banks",
    "replay",
    "score",
]
