"""Reports: where a cohort stands, as a page and as a file, and one learner's record, in parts."""

from lms.views.reports import cohort, export, figures, learner, parts
from lms.views.reports.place import pages

__all__ = ["cohort", "export", "figures", "learner", "pages", "parts"]
