"""A dossier as it is printed: one table for each book in which something stands."""

from collections.abc import Iterator
from datetime import UTC

from flask_babel import gettext as _

from certificates import Printout
from lms.services import dossiers
from lms.services.dossiers import Dossier
from lms.views.dossiers import books, study
from lms.views.dossiers.tables import moment

# In the order in which they are printed.
TABLES = (
    study.person,
    study.missing,
    study.credentials,
    study.gates,
    study.units,
    study.attempts,
    study.appeals,
    books.hours,
    books.sessions,
    books.rules,
    books.log,
    books.skills,
    books.qualifications,
    books.acts,
    books.accommodations,
    books.flags,
    books.messages,
    books.trail,
)


def printout(dossier: Dossier, lookup: str) -> Printout:
    """Return a dossier laid out for the press; `lookup` takes the numbers of credentials."""
    report = dossier.report
    made = moment(dossier, dossier.made_at)
    tables = [draw(dossier) for draw in TABLES]
    empty = [table.title for table in tables if not table.rows]
    return Printout(
        language="en-GB",
        title=_("Dossier of %(name)s", name=report.name),
        kicker=report.cohort.programme_name,
        author=report.cohort.programme_name,
        created_at=dossier.made_at.astimezone(UTC).replace(microsecond=0),
        paragraphs=tuple(_preface(dossier, lookup, made, empty)),
        tables=tuple(table for table in tables if table.rows),
        foot=_("Dossier of %(name)s, %(made)s", name=report.name, made=made),
    )


def _preface(dossier: Dossier, lookup: str, made: str, empty: list[str]) -> Iterator[str]:
    report = dossier.report
    yield _(
        "%(cohort)s of %(programme)s: %(course)s, release %(release)s. As of %(made)s.",
        cohort=report.cohort.title,
        programme=report.cohort.programme_name,
        course=report.content.course.title,
        release=report.content.label,
        made=made,
    )
    yield dossiers.NOTICE
    yield _("Look up each credential by its number at %(address)s.", address=lookup)
    if empty:
        yield _("Nothing is on record under: %(titles)s.", titles="; ".join(empty))
