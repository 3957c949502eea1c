"""Assessment pages of a programme: statistics, misconceptions, and how cut scores are set."""

from lms.views.psychometrics import (
    curves,
    misconceptions,
    ratings,
    statistics,
    studied,
    studies,
    tables,
)
from lms.views.psychometrics.place import pages

__all__ = [
    "curves",
    "misconceptions",
    "pages",
    "ratings",
    "statistics",
    "studied",
    "studies",
    "tables",
]
