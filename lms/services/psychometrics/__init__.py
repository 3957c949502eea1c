"""What a programme's examinations did, and what their cut scores rest on, for its staff."""

from lms.services.psychometrics.asking import ask_judges
from lms.services.psychometrics.counts import count_sat
from lms.services.psychometrics.findings import (
    OpenFinding,
    SafetyMiss,
    is_surely_wrong,
    open_findings,
)
from lms.services.psychometrics.gathering import Given
from lms.services.psychometrics.in_cohort import (
    CohortAttempt,
    attempts_of,
    items_by_hash,
)
from lms.services.psychometrics.misconceptions import (
    Misconception,
    Misconceptions,
    misconceptions,
)
from lms.services.psychometrics.pools import (
    CohortChoice,
    Examined,
    Version,
    examined,
    lessons_on,
    objective_texts,
)
from lms.services.psychometrics.ratings import (
    RatingSheet,
    entered_sheet,
    own_sheet,
    save_ratings,
)
from lms.services.psychometrics.standards import (
    ApprovedStudy,
    CutBasis,
    approve,
    cut_bases,
    cut_basis,
    lines_for_bank_file,
    standard_of,
)
from lms.services.psychometrics.statistics import (
    BankReport,
    ItemLine,
    ability_at,
    bank_report,
    forget_reports,
    item_model,
)
from lms.services.psychometrics.studies import (
    Judge,
    Study,
    StudyLine,
    add_judge,
    begin_second_round,
    list_studies,
    open_study,
    remove_judge,
    study_for,
    withdraw_study,
)

__all__ = [
    "ApprovedStudy",
    "BankReport",
    "CohortAttempt",
    "CohortChoice",
    "CutBasis",
    "Examined",
    "Given",
    "ItemLine",
    "Judge",
    "Misconception",
    "Misconceptions",
    "OpenFinding",
    "RatingSheet",
    "SafetyMiss",
    "Study",
    "StudyLine",
    "Version",
    "ability_at",
    "add_judge",
    "approve",
    "ask_judges",
    "attempts_of",
    "bank_report",
    "begin_second_round",
    "count_sat",
    "cut_bases",
    "cut_basis",
    "entered_sheet",
    "examined",
    "forget_reports",
    "is_surely_wrong",
    "item_model",
    "items_by_hash",
    "lessons_on",
    "lines_for_bank_file",
    "list_studies",
    "misconceptions",
    "objective_texts",
    "open_findings",
    "open_study",
    "own_sheet",
    "remove_judge",
    "save_ratings",
    "standard_of",
    "study_for",
    "withdraw_study",
]
