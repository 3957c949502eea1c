"""Saved reports: a table with its filters under an address, sent by mail on schedule."""

from lms.services.saved.definitions import (
    MOST_CONDITIONS,
    OPERATORS,
    Condition,
    Definition,
    applied,
    as_text,
    from_text,
    to_text,
)
from lms.services.saved.keeping import (
    SavedLine,
    list_saved,
    record_export,
    remove,
    report_of,
    save,
    saved_for,
)
from lms.services.saved.sending import last_day, send_due
from lms.services.saved.sources import SOURCES, source_named

__all__ = [
    "MOST_CONDITIONS",
    "OPERATORS",
    "SOURCES",
    "Condition",
    "Definition",
    "SavedLine",
    "applied",
    "as_text",
    "from_text",
    "last_day",
    "list_saved",
    "record_export",
    "remove",
    "report_of",
    "save",
    "saved_for",
    "send_due",
    "source_named",
    "to_text",
]
