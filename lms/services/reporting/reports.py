"""Reports: made of what is ready, written as a file each time from consents that are in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.downloads import Cell, Column, Table
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.reporting import CompletionReport, ReportConsent, ReportedActivity, ReportLine
from lms.services import accounts, audit, credentials
from lms.services.reporting.completions import list_completions
from lms.services.reporting.sealing import unseal

COLUMNS = (
    Column("Reference", "Ours: send it back with a rejection, and the row is found by it."),
    Column("Activity ID", "The number by which the accreditor knows the activity."),
    Column("First name"),
    Column("Last name"),
    Column("Licensed in"),
    Column("Licence number"),
    Column("Board"),
    Column("Board ID"),
    Column("Birth month", "From 1 to 12; the year is never asked for.", "number"),
    Column("Birth day", "", "number"),
    Column("Completed on", "The day on which the course was completed.", "day"),
)


@dataclass(frozen=True, slots=True)
class ReportOverview:
    """A report as its page shows it."""

    id: int
    programme_id: int
    programme_name: str
    time_zone: str
    course: str
    activity_id: str
    made_by: str
    made_at: datetime
    lines: int
    rejected: int
    unsettled: int


@dataclass(frozen=True, slots=True)
class ReportLineView:
    """A line of a report: whose, what came back, and whether its consent is still in force."""

    number: int
    reference: str
    holder: str
    account_id: int
    completed_on: date
    rejection: str | None
    settled_at: datetime | None
    is_covered: bool


def as_tab_text(table: Table) -> bytes:
    """Return a table as text with tabs (UTF-8, lines end in CR LF), for a machine that reads it.

    Nothing is quoted or altered: what was consented to holds no tab and begins no formula.
    """
    rows = [[column.label for column in table.columns], *table.rows]
    return "".join("\t".join(map(str, row)) + "\r\n" for row in rows).encode()


def reference_of(report_id: int, number: int) -> str:
    """Return the reference by which a line is found again, such as “R12-3”."""
    return f"R{report_id}-{number}"


def make(session: Session, programme_id: int, course: str, *, by: int, now: datetime) -> int:
    """Make a report of every completion that is ready; return it.

    Refused without the activity's number, and when nothing is ready.
    """
    db.take_turn(session, f"report of programme {programme_id}")
    activity = session.get(ReportedActivity, (programme_id, course))
    if activity is None:
        raise Refused("Enter the number of the activity first: a report names it in every line.")
    ready = [
        each
        for each in list_completions(session, programme_id, course, now)
        if each.state == "ready"
    ]
    if not ready:
        raise Refused("Nothing is ready to be reported: see what is missing for each completion.")
    report = CompletionReport(
        programme_id=programme_id,
        course=course,
        activity_id=activity.activity_id,
        made_by=by,
        made_at=now,
    )
    session.add(report)
    session.flush()
    ready.sort(key=lambda each: (each.completed_on, each.holder.casefold()))
    session.add_all(
        ReportLine(
            report_id=report.id,
            number=number,
            credential_id=each.credential_id,
            consent_id=each.consent_id,
        )
        for number, each in enumerate(ready, start=1)
    )
    _settle_earlier(session, [each.credential_id for each in ready], report.id, by, now)
    _record(session, report, "report.made", by, now, {"lines": len(ready)})
    return report.id


def _settle_earlier(
    session: Session, credential_ids: list[int], report_id: int, by: int, now: datetime
) -> None:
    """What came back before is settled by being reported again."""
    session.execute(
        sa.update(ReportLine)
        .where(
            ReportLine.credential_id.in_(credential_ids),
            ReportLine.report_id != report_id,
            ReportLine.rejected_at.is_not(None),
            ReportLine.settled_at.is_(None),
        )
        .values(settled_at=now, settled_by=by)
    )


def _record(
    session: Session,
    report: CompletionReport,
    act: str,
    by: int,
    now: datetime,
    detail: dict[str, Any],
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=report.programme_id,
        act=act,
        subject=f"completion report {report.id}",
        detail={"course": report.course, **detail},
    )


def _overviews() -> sa.Select[*tuple[Any, ...]]:
    def count(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        query = sa.select(sa.func.count()).where(
            ReportLine.report_id == CompletionReport.id, *conditions
        )
        return query.correlate(CompletionReport).scalar_subquery()

    rejected = ReportLine.rejected_at.is_not(None)
    return (
        sa.select(
            CompletionReport.id,
            CompletionReport.programme_id,
            Programme.name,
            Programme.time_zone,
            CompletionReport.course,
            CompletionReport.activity_id,
            Account.full_name,
            CompletionReport.made_at,
            count(),
            count(rejected),
            count(rejected, ReportLine.settled_at.is_(None)),
        )
        .join(Programme, Programme.id == CompletionReport.programme_id)
        .join(Account, Account.id == CompletionReport.made_by)
    )


def list_reports(session: Session, programme_id: int, limit: int = 50) -> list[ReportOverview]:
    """Return the reports of a programme, the latest first."""
    query = _overviews().where(CompletionReport.programme_id == programme_id)
    rows = session.execute(query.order_by(CompletionReport.id.desc()).limit(limit))
    return [ReportOverview(*row) for row in rows]


def report_for(session: Session, account_id: int, report_id: int, role: str) -> ReportOverview:
    """Return a report to somebody whose role in its programme satisfies `role`, or refuse."""
    row = session.execute(_overviews().where(CompletionReport.id == report_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = ReportOverview(*row)
    accounts.require_role(session, account_id, found.programme_id, role)
    return found


def list_lines(
    session: Session, report_id: int, now: datetime, *, first: int = 0, most: int | None = None
) -> list[ReportLineView]:
    """Return the lines of a report in their order: all, or at most so many after the first ones."""
    query = (
        sa.select(ReportLine, ReportConsent.withdrawn_at)
        .join(ReportConsent, ReportConsent.id == ReportLine.consent_id)
        .where(ReportLine.report_id == report_id)
        .order_by(ReportLine.number)
        .offset(first)
        .limit(most)
    )
    rows = session.execute(query).all()
    held = {
        each.id: each
        for each in credentials.list_of_ids(session, [row[0].credential_id for row in rows], now)
    }
    return [
        ReportLineView(
            line.number,
            reference_of(report_id, line.number),
            held[line.credential_id].credential.holder_name,
            held[line.credential_id].account_id,
            held[line.credential_id].credential.completed_on,
            line.rejection,
            line.settled_at,
            withdrawn_at is None,
        )
        for line, withdrawn_at in rows
    ]


def report_table(
    session: Session, found: ReportOverview, secret: str, *, by: int, now: datetime
) -> Table:
    """Return the rows of a report to be sent, and note who took them.

    A line whose consent was taken back is left out: what it covered is erased.
    """
    query = (
        sa.select(ReportLine.number, ReportLine.credential_id, ReportConsent)
        .join(ReportConsent, ReportConsent.id == ReportLine.consent_id)
        .where(ReportLine.report_id == found.id, ReportConsent.withdrawn_at.is_(None))
        .order_by(ReportLine.number)
    )
    rows = session.execute(query).all()
    held = {
        each.id: each.credential
        for each in credentials.list_of_ids(session, [row[1] for row in rows], now)
    }
    report = session.get_one(CompletionReport, found.id)
    _record(session, report, "report.exported", by, now, {"lines": len(rows)})

    def lines() -> Iterator[tuple[Cell, ...]]:
        for number, credential_id, consent in rows:
            told = unseal(
                consent.sealed or b"",
                secret=secret,
                programme_id=consent.programme_id,
                account_id=consent.account_id,
            )
            yield (
                reference_of(found.id, number),
                found.activity_id,
                told.first_name,
                told.last_name,
                told.licence_jurisdiction,
                told.licence_number,
                told.board,
                told.board_id,
                told.birth_month,
                told.birth_day,
                held[credential_id].completed_on,
            )

    return Table(
        f"completions-{found.id}",
        COLUMNS,
        list(lines()),
        (
            f"{found.programme_name}: {found.course}, activity {found.activity_id}",
            f"Report {found.id}, made {found.made_at:%Y-%m-%d %H:%M} UTC",
            f"Written {now:%Y-%m-%d %H:%M} UTC, {len(rows)} lines",
        ),
    )
