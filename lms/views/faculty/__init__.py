"""Faculty: who directs, teaches, supervises and audits a programme, and what each may teach."""

from lms.views.faculty import conferring, partners, people, settings
from lms.views.faculty.place import pages

__all__ = ["conferring", "pages", "partners", "people", "settings"]
