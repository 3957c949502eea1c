"""Cohorts: their list, their settings, who learns in them, and how people come to join."""

from lms.views.cohorts import index, joining, places, settings, tables
from lms.views.cohorts.place import pages

__all__ = ["index", "joining", "pages", "places", "settings", "tables"]
