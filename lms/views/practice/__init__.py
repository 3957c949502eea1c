"""The practicum and consultation log: hours with people, co-signed by a supervisor."""

from lms.views.practice import cohort, own, programme, supervision, tables
from lms.views.practice.place import pages

__all__ = ["cohort", "own", "pages", "programme", "supervision", "tables"]
