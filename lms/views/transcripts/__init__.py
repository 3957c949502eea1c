"""Transcripts: a learner's own, a programme's part of it, and certificates from elsewhere."""

from lms.views.transcripts import checks, external, page, tables
from lms.views.transcripts.place import pages

__all__ = ["checks", "external", "page", "pages", "tables"]
