"""Who is at risk and why: flags that explain themselves, with an owner, a note and an outcome."""

from lms.services.watch.acting import LONGEST_WORDS, Keeper, give, list_keepers, note, settle
from lms.services.watch.causes import ABOUT, Why, to_document
from lms.services.watch.facts import WATCHED_DAYS
from lms.services.watch.flags import (
    OUTCOMES,
    Flag,
    FlagAct,
    Outcome,
    flags_now,
    flags_of_cohort,
    flags_of_learner,
    flags_of_programme,
    history_of,
)
from lms.services.watch.notes import LONGEST_NOTE, NoteLine, list_notes, write_note
from lms.services.watch.rules import LARGEST, USUAL, RuleLine, list_rules, rules_of, set_rules
from lms.services.watch.sweeping import current_flags, go_through, list_changed
from lms.services.watch.watchman import tend, work

__all__ = [
    "ABOUT",
    "LARGEST",
    "LONGEST_NOTE",
    "LONGEST_WORDS",
    "OUTCOMES",
    "USUAL",
    "WATCHED_DAYS",
    "Flag",
    "FlagAct",
    "Keeper",
    "NoteLine",
    "Outcome",
    "RuleLine",
    "Why",
    "current_flags",
    "flags_now",
    "flags_of_cohort",
    "flags_of_learner",
    "flags_of_programme",
    "give",
    "go_through",
    "history_of",
    "list_changed",
    "list_keepers",
    "list_notes",
    "list_rules",
    "note",
    "rules_of",
    "set_rules",
    "settle",
    "tend",
    "to_document",
    "work",
    "write_note",
]
