"""Faculty: who directs, teaches, supervises and audits a programme, and what each may teach."""

from lms.views.faculty import conferring, invited, partners, people, settings, tables
from lms.views.faculty.place import pages

__all__ = ["conferring", "invited", "pages", "partners", "people", "settings", "tables"]
