"""What a programme's examinations did: statistics of items and papers, for its staff."""

from lms.services.psychometrics.counts import count_sat
from lms.services.psychometrics.pools import (
    CohortChoice,
    Examined,
    Version,
    examined,
    lessons_on,
    objective_texts,
)
from lms.services.psychometrics.statistics import BankReport, ItemLine, bank_report, item_model

__all__ = [
    "BankReport",
    "CohortChoice",
    "Examined",
    "ItemLine",
    "Version",
    "bank_report",
    "count_sat",
    "examined",
    "item_model",
    "lessons_on",
    "objective_texts",
]
