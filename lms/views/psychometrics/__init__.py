"""Assessment pages of a programme: statistics of banks and items."""

from lms.views.psychometrics import statistics
from lms.views.psychometrics.place import pages

__all__ = ["pages", "statistics"]
