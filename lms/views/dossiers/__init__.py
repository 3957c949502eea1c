"""Dossiers: everything on record about one learner, as PDF and JSON."""

from lms.views.dossiers import page
from lms.views.dossiers.page import pages

__all__ = ["page", "pages"]
