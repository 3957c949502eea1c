"""Acts on credentials: what a programme has issued, proposals, one history each, and appeals."""

from lms.views.acts import appeals, issued, proposals, tables
from lms.views.acts.place import pages

__all__ = ["appeals", "issued", "pages", "proposals", "tables"]
