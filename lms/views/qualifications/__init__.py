"""Qualifications that expire: life support, professional licences, checked and reminded."""

from lms.views.qualifications import learner, staff
from lms.views.qualifications.place import pages

__all__ = ["learner", "pages", "staff"]
