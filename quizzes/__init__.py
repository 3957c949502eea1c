"""What is asked: item banks, their checks, papers, attempts and scores, as plain functions.

Reading and linting banks is loaded on first use: a server that only shows releases never needs
the parsers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from quizzes.attempts import (
    Advance,
    AttemptState,
    Decision,
    Response,
    Step,
    Submission,
    decide_advance,
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
    paused_time,
    window_edge,
)
from quizzes.drawing import TooFewItems, draw_paper
from quizzes.feedback import PRESETS, Feedback, Preset, feedback
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
from quizzes.rescoring import (
    REMEDIES,
    NothingLeft,
    Remedy,
    Ruling,
    UnfitRuling,
    key_text,
    keyed,
    read_ruling,
    rescore,
)
from quizzes.rules import Rules, rules_from_document, rules_to_document
from quizzes.scoring import (
    CERTAINTY_MARKS,
    Awaiting,
    ItemChanged,
    Score,
    certainty_points,
    needed_points,
    reaches_cut,
    score,
    score_marks,
    with_resolved,
)

if TYPE_CHECKING:
    from quizzes.analysis.certainty import CertaintyTable, certainty_table
    from quizzes.analysis.consistency import Consistency
    from quizzes.analysis.distractors import (
        DistractorTable,
        OptionStatistics,
        distractor_table,
        score_groups,
    )
    from quizzes.analysis.intervals import Interval
    from quizzes.analysis.item_statistics import ItemStatistics, item_statistics
    from quizzes.analysis.marks import MarkTable, UnusableMarks, mark_table, marks_from_papers
    from quizzes.analysis.marks_csv import (
        LARGEST_MARKS_FILE,
        MarksFile,
        MarksProblem,
        UnreadableMarks,
        read_marks,
    )
    from quizzes.analysis.models import ItemModel, NotFitted, fit_items
    from quizzes.analysis.paper_statistics import PaperStatistics, paper_statistics
    from quizzes.analysis.reliability import Reliability
    from quizzes.analysis.report import Analysis, analyse
    from quizzes.banks import read_banks
    from quizzes.explanations import FIGURES, FLAGS, Explanation
    from quizzes.flaws import lint_bank
    from quizzes.guessing import random_guess_share
    from quizzes.interchange.bank_file import draft_bank
    from quizzes.interchange.drafts import Draft, Entry, Loss, Reading
    from quizzes.interchange.elsewhere import lost_elsewhere
    from quizzes.interchange.moodle_out import write_moodle
    from quizzes.interchange.qti_package_out import write_qti3
    from quizzes.interchange.reading import read_items
    from quizzes.standards import (
        AngoffRound,
        Hofstee,
        HofsteeBounds,
        ItemFeedback,
        JudgeFeedback,
        Standard,
        UnusableRatings,
        angoff_round,
        hofstee,
        set_standard,
    )
    from quizzes.versions import key_of, pool_versions

_ON_FIRST_USE = {
    "Draft": "quizzes.interchange.drafts",
    "Entry": "quizzes.interchange.drafts",
    "Loss": "quizzes.interchange.drafts",
    "Reading": "quizzes.interchange.drafts",
    "draft_bank": "quizzes.interchange.bank_file",
    "lost_elsewhere": "quizzes.interchange.elsewhere",
    "read_items": "quizzes.interchange.reading",
    "write_moodle": "quizzes.interchange.moodle_out",
    "write_qti3": "quizzes.interchange.qti_package_out",
    "Hofstee": "quizzes.standards",
    "HofsteeBounds": "quizzes.standards",
    "ItemFeedback": "quizzes.standards",
    "JudgeFeedback": "quizzes.standards",
    "AngoffRound": "quizzes.standards",
    "Standard": "quizzes.standards",
    "UnusableRatings": "quizzes.standards",
    "angoff_round": "quizzes.standards",
    "hofstee": "quizzes.standards",
    "set_standard": "quizzes.standards",
    "CertaintyTable": "quizzes.analysis.certainty",
    "certainty_table": "quizzes.analysis.certainty",
    "Consistency": "quizzes.analysis.consistency",
    "DistractorTable": "quizzes.analysis.distractors",
    "OptionStatistics": "quizzes.analysis.distractors",
    "distractor_table": "quizzes.analysis.distractors",
    "score_groups": "quizzes.analysis.distractors",
    "Interval": "quizzes.analysis.intervals",
    "ItemStatistics": "quizzes.analysis.item_statistics",
    "item_statistics": "quizzes.analysis.item_statistics",
    "MarkTable": "quizzes.analysis.marks",
    "UnusableMarks": "quizzes.analysis.marks",
    "mark_table": "quizzes.analysis.marks",
    "marks_from_papers": "quizzes.analysis.marks",
    "LARGEST_MARKS_FILE": "quizzes.analysis.marks_csv",
    "MarksFile": "quizzes.analysis.marks_csv",
    "MarksProblem": "quizzes.analysis.marks_csv",
    "UnreadableMarks": "quizzes.analysis.marks_csv",
    "read_marks": "quizzes.analysis.marks_csv",
    "ItemModel": "quizzes.analysis.models",
    "NotFitted": "quizzes.analysis.models",
    "fit_items": "quizzes.analysis.models",
    "PaperStatistics": "quizzes.analysis.paper_statistics",
    "paper_statistics": "quizzes.analysis.paper_statistics",
    "Reliability": "quizzes.analysis.reliability",
    "Analysis": "quizzes.analysis.report",
    "analyse": "quizzes.analysis.report",
    "FIGURES": "quizzes.explanations",
    "FLAGS": "quizzes.explanations",
    "Explanation": "quizzes.explanations",
    "random_guess_share": "quizzes.guessing",
    "key_of": "quizzes.versions",
    "pool_versions": "quizzes.versions",
    "lint_bank": "quizzes.flaws",
    "read_banks": "quizzes.banks",
}

__all__ = [
    "CERTAINTY_MARKS",
    "FIGURES",
    "FLAGS",
    "KINDS",
    "LARGEST_MARKS_FILE",
    "NOTICE",
    "PRESETS",
    "REMEDIES",
    "UNBOUNDED",
    "Accommodation",
    "Advance",
    "Analysis",
    "AngoffRound",
    "AttemptState",
    "Awaiting",
    "Bank",
    "Cell",
    "CertaintyTable",
    "Concordance",
    "Consistency",
    "Constructed",
    "Criterion",
    "Decision",
    "Details",
    "DistractorTable",
    "Draft",
    "Effective",
    "Ending",
    "Entry",
    "Explanation",
    "Feedback",
    "Hofstee",
    "HofsteeBounds",
    "Hotspot",
    "Incident",
    "Interval",
    "Item",
    "ItemChange",
    "ItemChanged",
    "ItemFeedback",
    "ItemModel",
    "ItemStatistics",
    "JudgeFeedback",
    "Kind",
    "Loss",
    "MarkTable",
    "MarksFile",
    "MarksProblem",
    "Matching",
    "Near",
    "NotFitted",
    "NothingLeft",
    "Numeric",
    "Option",
    "OptionStatistics",
    "Override",
    "Paper",
    "PaperStatistics",
    "Pause",
    "Preset",
    "Problem",
    "Prompt",
    "Reading",
    "Region",
    "Reliability",
    "Remedy",
    "Response",
    "Rules",
    "Ruling",
    "Score",
    "Slot",
    "Source",
    "Specification",
    "Standard",
    "Step",
    "Submission",
    "Terms",
    "TooFewItems",
    "UnfitRuling",
    "Unit",
    "UnreadableAnswer",
    "UnreadableMarks",
    "UnusableMarks",
    "UnusableRatings",
    "Vignette",
    "analyse",
    "angoff_round",
    "answer_from_fields",
    "bank_from_document",
    "bank_to_document",
    "certainty_points",
    "certainty_table",
    "cited_facts",
    "compare_banks",
    "decide_advance",
    "decide_response",
    "decide_start",
    "decide_submission",
    "distractor_table",
    "draft_bank",
    "draw_paper",
    "effective_terms",
    "ending",
    "feedback",
    "fit_items",
    "hofstee",
    "is_in_time",
    "item_from_document",
    "item_statistics",
    "item_to_document",
    "key_of",
    "key_text",
    "keyed",
    "lint_bank",
    "lost_elsewhere",
    "mark",
    "mark_table",
    "marks_from_papers",
    "moved_end",
    "needed_points",
    "paper_from_document",
    "paper_statistics",
    "paper_to_document",
    "paused_time",
    "pool_versions",
    "random_guess_share",
    "reaches_cut",
    "read_answer",
    "read_banks",
    "read_items",
    "read_marks",
    "read_ruling",
    "replay",
    "rescore",
    "rules_from_document",
    "rules_to_document",
    "score",
    "score_groups",
    "score_marks",
    "set_standard",
    "window_edge",
    "with_resolved",
    "write_moodle",
    "write_qti3",
]


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ON_FIRST_USE[name]), name)
    globals()[name] = value
    return value
