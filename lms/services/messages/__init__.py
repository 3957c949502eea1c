"""Reminders and announcements: rules that show whom they would reach, and what was sent."""

from lms.services.messages.announcements import (
    GRACE,
    LONGEST,
    LONGEST_SUBJECT,
    Delivery,
    Line,
    as_letter,
    delivery_of,
    discard,
    draft,
    expand,
    find_announcement,
    list_announcements,
    list_for,
    list_readers,
    recall,
    send,
)
from lms.services.messages.announcements import list_due as list_due_announcements
from lms.services.messages.choices import choose
from lms.services.messages.hours import set_hours
from lms.services.messages.reached import Part, Reached
from lms.services.messages.rounds import Preview, last_round, list_due, make_round, preview
from lms.services.messages.rules import (
    RULES,
    Bounds,
    Rule,
    RuleName,
    find_rule,
    list_rules,
    set_rule,
)
from lms.services.messages.standing import EXPIRING, expiring_rule
from lms.services.messages.table import log_table
from lms.services.messages.troubles import clear, try_again

__all__ = [
    "EXPIRING",
    "GRACE",
    "LONGEST",
    "LONGEST_SUBJECT",
    "RULES",
    "Bounds",
    "Delivery",
    "Line",
    "Part",
    "Preview",
    "Reached",
    "Rule",
    "RuleName",
    "as_letter",
    "choose",
    "clear",
    "delivery_of",
    "discard",
    "draft",
    "expand",
    "expiring_rule",
    "find_announcement",
    "find_rule",
    "last_round",
    "list_announcements",
    "list_due",
    "list_due_announcements",
    "list_for",
    "list_readers",
    "list_rules",
    "log_table",
    "make_round",
    "preview",
    "recall",
    "send",
    "set_hours",
    "set_rule",
    "try_again",
]
