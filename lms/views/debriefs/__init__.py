"""Debriefs: objectives, hardest items and misconceptions of a cohort, and the handout for them."""

from lms.views.debriefs import objectives, pdf
from lms.views.debriefs.place import pages

__all__ = ["objectives", "pages", "pdf"]
