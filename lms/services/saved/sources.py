"""The tables that a report can be made of, and who may read each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.downloads import Table
from lms.errors import NotFound
from lms.services import catalogue, observed, practice
from lms.services.cohorts import RunCohort
from lms.services.packs import parts
from lms.services.saved.ledger import ledger_table

Build = Callable[[Session, RunCohort, datetime], Table]


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a cohort: its heading, what it asks of a reader, and how it is made."""

    title: str
    asked: str
    build: Build


def _of_pack(part: Callable[[parts.Scope], Table]) -> Build:
    def build(session: Session, cohort: RunCohort, now: datetime) -> Table:
        content = catalogue.release(session, cohort.release_id)
        return part(parts.Scope(session, cohort, content, now))

    return build


SOURCES: Mapping[str, Source] = {
    "roster": Source("Roster with hours", "overseer", _of_pack(parts.roster)),
    "ledger": Source("Ledger of minutes", "overseer", ledger_table),
    "credentials": Source("Credentials", "overseer", _of_pack(parts.issued)),
    "items": Source("Item statistics", "reader", _of_pack(parts.items)),
    "objectives": Source("Objectives map", "reader", _of_pack(parts.objectives)),
    "outline": Source("Outline of every training hour", "reader", _of_pack(parts.outline)),
    "practice": Source("Practice and consultation", "reader", practice.practice_table),
    "observed": Source("Observed skills", "reader", observed.observed_table),
}


def source_named(name: str) -> Source:
    """Return a source; NotFound for a name there is none of."""
    if name not in SOURCES:
        raise NotFound()
    return SOURCES[name]
