"""Keeping reports: saved under a title, opened by whoever may read what they show, taken away."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.downloads import Table
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort
from lms.models.saved import SCHEDULES, SavedReport
from lms.services import accounts, audit, cohorts
from lms.services.cohorts import RunCohort
from lms.services.saved.definitions import Definition, applied, from_text, to_text
from lms.services.saved.sources import source_named

MOST_SAVED = 200


@dataclass(frozen=True, slots=True)
class SavedLine:
    """A saved report with the cohort it is about, and when its address is sent."""

    id: int
    programme_id: int
    cohort_id: int
    cohort_title: str
    title: str
    definition: Definition
    schedule: str
    weekday: int
    saved_by: int
    saved_by_name: str
    saved_at: datetime


def report_of(
    session: Session, account_id: int, cohort: RunCohort, definition: Definition, now: datetime
) -> Table:
    """Return what a definition shows of a cohort's table, to whoever may read that table."""
    source = source_named(definition.source)
    accounts.require_role(session, account_id, cohort.programme_id, source.asked)
    table = replace(source.build(session, cohort, now), zone=cohort.time_zone)
    return applied(table, definition)


def save(
    session: Session,
    cohort: RunCohort,
    definition: Definition,
    *,
    title: str,
    schedule: str,
    weekday: int,
    by: int,
    now: datetime,
) -> int:
    """Keep a report; return its number. Refused when the programme keeps too many."""
    _refuse_schedule(schedule, weekday)
    kept = sa.select(sa.func.count()).where(
        SavedReport.programme_id == cohort.programme_id, SavedReport.removed_at.is_(None)
    )
    if (session.scalar(kept) or 0) >= MOST_SAVED:
        raise Refused(f"A programme keeps at most {MOST_SAVED} reports. Remove one first.")
    row = SavedReport(
        programme_id=cohort.programme_id,
        cohort_id=cohort.id,
        title=title,
        definition=to_text(definition),
        schedule=schedule,
        weekday=weekday,
        saved_by=by,
        saved_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "table.kept", row, by, now)
    return row.id


def _refuse_schedule(schedule: str, weekday: int) -> None:
    if schedule not in SCHEDULES or not 0 <= weekday <= 6:
        raise Refused("There is no such schedule.")


_LINES: sa.Select[*tuple[Any, ...]] = (
    sa.select(SavedReport, Cohort.title, Account.full_name)
    .join(Cohort, Cohort.id == SavedReport.cohort_id)
    .join(Account, Account.id == SavedReport.saved_by)
    .where(SavedReport.removed_at.is_(None))
)


def list_saved(session: Session, programme_id: int) -> list[SavedLine]:
    """Return the reports that a programme keeps, by title."""
    query = _LINES.where(SavedReport.programme_id == programme_id)
    rows = session.execute(query.order_by(SavedReport.title, SavedReport.id))
    return [_line(*row) for row in rows]


def _line(row: SavedReport, cohort_title: str, name: str) -> SavedLine:
    return SavedLine(
        row.id,
        row.programme_id,
        row.cohort_id,
        cohort_title,
        row.title,
        from_text(row.definition),
        row.schedule,
        row.weekday,
        row.saved_by,
        name,
        row.saved_at,
    )


def saved_for(
    session: Session, account_id: int, saved_id: int, asked: str
) -> tuple[SavedLine, RunCohort]:
    """Return a saved report and its cohort to staff whose role satisfies `asked`, or refuse."""
    row = session.execute(_LINES.where(SavedReport.id == saved_id)).one_or_none()
    if row is None:
        raise NotFound()
    line = _line(*row)
    return line, cohorts.cohort_for(session, account_id, line.cohort_id, asked)


def remove(session: Session, line: SavedLine, *, by: int, now: datetime) -> None:
    """Take a saved report away: its own, or any for an administrator."""
    role = accounts.role_in(session, by, line.programme_id)
    if by != line.saved_by and not accounts.satisfies(role, "administrator"):
        raise Forbidden("Who saved a report, or an administrator, can remove it.")
    row = session.get_one(SavedReport, line.id)
    row.removed_at = now
    session.flush()
    _record(session, "table.dropped", row, by, now)


def record_export(
    session: Session,
    cohort: RunCohort,
    definition: Definition,
    form: str,
    *,
    by: int,
    now: datetime,
) -> None:
    """Note in the trail that a report was taken away, and what it showed."""
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="table.exported",
        subject=cohort.title,
        detail={"format": form, "definition": to_text(definition)},
    )


def _record(session: Session, act: str, row: SavedReport, by: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=f"report {row.id}",
        detail={"title": row.title},
    )
