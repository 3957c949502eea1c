"""The front door of the courses core: what is taught, on what evidence, and how far somebody is.

Reading and rendering content is loaded on first use: a server that only shows releases never
needs the parsers.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from courses.booklet import booklet_html
from courses.checklists import (
    FEWEST_LINES,
    JUDGEMENTS,
    Agreement,
    Checklist,
    ChecklistLine,
    Judgement,
    agreement,
)
from courses.closing import (
    LONGEST_WORDS,
    SCALE,
    Closing,
    CodeOfEthics,
    Evaluation,
    Question,
    UnreadableEvaluation,
    read_evaluation,
)
from courses.cohort_hours import GroupHours, TopicSpread, group_hours
from courses.contributors import (
    LOOK_BACK_MONTHS,
    Contributor,
    Relationship,
    is_disclosed,
    undisclosed,
)
from courses.crosswalk import (
    Crosswalk,
    Requirement,
    Rulebook,
    Source,
    crosswalk_for_release,
    crosswalk_from_document,
    crosswalk_to_document,
)
from courses.documents import course_from_document, course_to_document
from courses.due import Calendar, DueDate, DueRule, DueSource, Extension, due_dates
from courses.evidence import (
    Claim,
    Fact,
    claim_from_document,
    claim_to_document,
    fact_from_document,
    fact_to_document,
    lessons_citing,
)
from courses.glossary import bare_definition, term_anchor, terms_of
from courses.hours import (
    Competency,
    FrameworkStanding,
    JurisdictionHours,
    MappedRequirement,
    Session,
    TopicHours,
    competencies,
    hours,
    sessions,
)
from courses.impact import (
    FactChange,
    Impact,
    Standing,
    Teaching,
    Touched,
    compare_facts,
    impact,
    standings_of,
)
from courses.live import LiveMinutes, live_by_topic
from courses.lookup import STATUSES, FactQuery, find_facts, strength_of
from courses.modes import MODES, Mode, ModeStanding, mode_standings
from courses.outline import (
    Author,
    Course,
    Heading,
    JobAid,
    Lesson,
    Module,
    Objective,
    Share,
    Term,
    Unit,
    Update,
)
from courses.pace import Pace, pace
from courses.practice import (
    NO_PRACTICE,
    Measure,
    Practice,
    PracticeDone,
    PracticeRule,
    PracticeStanding,
    RuleStanding,
    practice_standing,
)
from courses.problems import Problem
from courses.progress import (
    LessonDone,
    Missing,
    ModuleState,
    Progress,
    QuizResult,
    UnitState,
    progress,
)
from courses.quotes import Passage, find_passage
from courses.renewal import Currency, RenewalAsks
from courses.risk import (
    RISK_RULES,
    Answered,
    Cause,
    ClosingWindow,
    RiskFacts,
    RiskRule,
    RiskRules,
    risks,
)
from courses.small_groups import (
    LEAST_SHOWN,
    LEAST_WITH_WORDS,
    Band,
    Block,
    banded,
    banded_alike,
    closed_blocks,
    hide_alike,
    hide_small,
)

if TYPE_CHECKING:
    from courses.figures import Drawing, read_drawing
    from courses.forecast import Forecast, Runner, chance_word, forecast_completion
    from courses.library import Library, read_library
    from courses.overview import overview
    from courses.prose import ProseError, render_fragment

_ON_FIRST_USE = {
    "Forecast": "courses.forecast",
    "Runner": "courses.forecast",
    "chance_word": "courses.forecast",
    "forecast_completion": "courses.forecast",
    "Library": "courses.library",
    "Drawing": "courses.figures",
    "ProseError": "courses.prose",
    "overview": "courses.overview",
    "read_drawing": "courses.figures",
    "read_library": "courses.library",
    "render_fragment": "courses.prose",
}

__all__ = [
    "FEWEST_LINES",
    "JUDGEMENTS",
    "LEAST_SHOWN",
    "LEAST_WITH_WORDS",
    "LONGEST_WORDS",
    "LOOK_BACK_MONTHS",
    "MODES",
    "NO_PRACTICE",
    "RISK_RULES",
    "SCALE",
    "STATUSES",
    "Agreement",
    "Answered",
    "Author",
    "Band",
    "Block",
    "Calendar",
    "Cause",
    "Checklist",
    "ChecklistLine",
    "Claim",
    "Closing",
    "ClosingWindow",
    "CodeOfEthics",
    "Competency",
    "Contributor",
    "Course",
    "Crosswalk",
    "Currency",
    "Drawing",
    "DueDate",
    "DueRule",
    "DueSource",
    "Evaluation",
    "Extension",
    "Fact",
    "FactChange",
    "FactQuery",
    "Forecast",
    "FrameworkStanding",
    "GroupHours",
    "Heading",
    "Impact",
    "JobAid",
    "Judgement",
    "JurisdictionHours",
    "Lesson",
    "LessonDone",
    "Library",
    "LiveMinutes",
    "MappedRequirement",
    "Measure",
    "Missing",
    "Mode",
    "ModeStanding",
    "Module",
    "ModuleState",
    "Objective",
    "Pace",
    "Passage",
    "Practice",
    "PracticeDone",
    "PracticeRule",
    "PracticeStanding",
    "Problem",
    "Progress",
    "ProseError",
    "Question",
    "QuizResult",
    "Relationship",
    "RenewalAsks",
    "Requirement",
    "RiskFacts",
    "RiskRule",
    "RiskRules",
    "RuleStanding",
    "Rulebook",
    "Runner",
    "Session",
    "Share",
    "Source",
    "Standing",
    "Teaching",
    "Term",
    "TopicHours",
    "TopicSpread",
    "Touched",
    "Unit",
    "UnitState",
    "UnreadableEvaluation",
    "Update",
    "agreement",
    "banded",
    "banded_alike",
    "bare_definition",
    "booklet_html",
    "chance_word",
    "claim_from_document",
    "claim_to_document",
    "closed_blocks",
    "compare_facts",
    "competencies",
    "course_from_document",
    "course_to_document",
    "crosswalk_for_release",
    "crosswalk_from_document",
    "crosswalk_to_document",
    "due_dates",
    "fact_from_document",
    "fact_to_document",
    "find_facts",
    "find_passage",
    "forecast_completion",
    "group_hours",
    "hide_alike",
    "hide_small",
    "hours",
    "impact",
    "is_disclosed",
    "lessons_citing",
    "live_by_topic",
    "mode_standings",
    "overview",
    "pace",
    "practice_standing",
    "progress",
    "read_drawing",
    "read_evaluation",
    "read_library",
    "render_fragment",
    "risks",
    "sessions",
    "standings_of",
    "strength_of",
    "term_anchor",
    "terms_of",
    "undisclosed",
]


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ON_FIRST_USE[name]), name)
    globals()[name] = value
    return value
