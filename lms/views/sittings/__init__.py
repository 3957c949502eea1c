"""Sittings: windows, exceptions and incidents of a cohort, accommodations, and one's own terms."""

from lms.views.sittings import cohort, groups, people, tables
from lms.views.sittings.place import pages

__all__ = ["cohort", "groups", "pages", "people", "tables"]
