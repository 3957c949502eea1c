"""Reviews: rulings on items, voided attempts, certificates in doubt, and appeals."""

from lms.views.reviews import appeals, doubts, rulings, tables, voids
from lms.views.reviews.place import pages

__all__ = ["appeals", "doubts", "pages", "rulings", "tables", "voids"]
