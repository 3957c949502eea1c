"""Pages of rosters: a cohort's files, one file row by row, and what an invitation leads to."""

from lms.views.rosters import cohort, decisions, invited, roster, tables
from lms.views.rosters.place import pages

__all__ = ["cohort", "decisions", "invited", "pages", "roster", "tables"]
