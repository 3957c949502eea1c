"""Faculty: who directs, teaches, supervises and audits a programme, and what each may teach."""

from lms.services.faculty.competences import (
    BASES,
    CompetenceLine,
    Teaching,
    end_competence,
    list_competences,
    list_taught_courses,
    list_teaching,
    record_competence,
)
from lms.services.faculty.conferrals import confer_on, is_conferred, waits_for_conferral
from lms.services.faculty.partners import (
    Consented,
    PartnerLine,
    PartnerStatus,
    list_consented,
    list_own_programmes,
    list_partners,
    name_site,
    say,
    site_of,
)
from lms.services.faculty.people import LEAST_EDUCATORS, Person, list_people, person_for
from lms.services.faculty.settings import (
    ProgrammeRecord,
    change_programme,
    director_confers,
    settings_of,
)

__all__ = [
    "BASES",
    "LEAST_EDUCATORS",
    "CompetenceLine",
    "Consented",
    "PartnerLine",
    "PartnerStatus",
    "Person",
    "ProgrammeRecord",
    "Teaching",
    "change_programme",
    "confer_on",
    "director_confers",
    "end_competence",
    "is_conferred",
    "list_competences",
    "list_consented",
    "list_own_programmes",
    "list_partners",
    "list_people",
    "list_taught_courses",
    "list_teaching",
    "name_site",
    "person_for",
    "record_competence",
    "say",
    "settings_of",
    "site_of",
    "waits_for_conferral",
]
