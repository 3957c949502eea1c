"""Pages of completion reports: a learner's consent, a programme's reports, what came back."""

from lms.views.reporting import consent, programme, report, tables
from lms.views.reporting.place import pages

__all__ = ["consent", "pages", "programme", "report", "tables"]
