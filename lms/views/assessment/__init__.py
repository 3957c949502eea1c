"""The quiz: what to expect, one item a page, a look back before submission, and the result."""

from lms.views.assessment import (
    item,
    marking,
    pauses,
    rechecks,
    renewals,
    result,
    review,
    saving,
    start,
)
from lms.views.assessment.place import pages

__all__ = [
    "item",
    "marking",
    "pages",
    "pauses",
    "rechecks",
    "renewals",
    "result",
    "review",
    "saving",
    "start",
]
