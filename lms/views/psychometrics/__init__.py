"""Assessment pages of a programme: statistics, misconceptions, and how cut scores are set."""

from lms.views.psychometrics import (
    misconceptions,
    ratings,
    statistics,
    studied,
    studies,
    tables,
)
from lms.views.psychometrics.place import pages

__all__ = [
    "misconceptions",
    "pages",
    "ratings",
    "statistics",
    "studied",
    "studies",
    "tables",
]
