"""Observed skills: by checklist, two raters, agreement, adjudication, remediation."""

from lms.views.observed import own, staff, tables
from lms.views.observed.place import pages

__all__ = ["own", "pages", "staff", "tables"]
