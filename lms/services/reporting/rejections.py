"""Rejections: what an accreditor sends back, read from its file and shown until it is settled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.credentials import CredentialRecord
from lms.models.reporting import CompletionReport, ReportLine
from lms.services import audit, rosters
from lms.services.reporting.reports import ReportOverview
from lms.services.rosters import Line, Unreadable
from lms.services.waiting import Waiting

ROWS_BEFORE_HEADINGS = 20
LONGEST_REASON = 300
REFERENCES = ("reference", "ref")
REASONS = ("reason", "rejection", "rejectionreason", "error", "errormessage", "message", "status")
_REFERENCE = re.compile(r"R(\d{1,9})-(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Rejected:
    """What a file of rejections did: how many lines it marked, and how many were marked before."""

    marked: int
    known: int


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _is_heading(text: str) -> bool:
    return _folded(text) in REFERENCES + REASONS


def take_rejections(
    session: Session, found: ReportOverview, file: BinaryIO, *, by: int, now: datetime
) -> Rejected:
    """Mark the lines that a file says were rejected, all or nothing; return what it did.

    The file needs a column “Reference” and one “Reason”. Refused when it cannot be read or names a
    line of another report; the same file twice marks nothing twice.
    """
    reasons = dict(_rows(file))
    unknown = tuple(each for each in reasons if not _is_of(each, found.id))
    if unknown:
        shown = ", ".join(unknown[:5])
        raise Refused(
            f"These references are not of this report: {shown}. Nothing was changed. "
            "Send the file to the report it belongs to."
        )
    db.take_turn(session, f"report of programme {found.programme_id}")
    lines = {
        line.number: line
        for line in session.scalars(sa.select(ReportLine).where(ReportLine.report_id == found.id))
    }
    numbers = {int(each.partition("-")[2]): reason for each, reason in reasons.items()}
    missing = tuple(f"R{found.id}-{number}" for number in numbers if number not in lines)
    if missing:
        raise Refused(f"The report has no such lines: {', '.join(missing[:5])}.")
    marked = 0
    for number, reason in numbers.items():
        if lines[number].rejected_at is None:
            lines[number].rejected_at, lines[number].rejection = now, reason
            marked += 1
    _record(session, found, "report.rejections-taken", by, now, {"lines": marked})
    return Rejected(marked, len(numbers) - marked)


def _is_of(reference: str, report_id: int) -> bool:
    found = _REFERENCE.fullmatch(reference)
    return found is not None and int(found[1]) == report_id


def _rows(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield (reference, reason) of each row."""
    lines = rosters.open_sheet(file, _is_heading).lines
    reference, reason = _places(lines)
    count = 0
    for line in lines:
        cells = (*line.cells, *[""] * (max(reference, reason) + 1 - len(line.cells)))
        if not cells[reference]:
            continue
        count += 1
        words = " ".join(cells[reason].split())[:LONGEST_REASON]
        yield cells[reference].lstrip("'"), words or "No reason was given."
    if not count:
        raise Unreadable("The file has no rows with a reference.")


def _places(lines: Iterator[Line]) -> tuple[int, int]:
    for line in lines:
        if line.number > ROWS_BEFORE_HEADINGS:
            break
        folded = [_folded(cell) for cell in line.cells]
        reference = next((i for i, cell in enumerate(folded) if cell in REFERENCES), None)
        reason = next((i for i, cell in enumerate(folded) if cell in REASONS), None)
        if reference is not None and reason is not None:
            return reference, reason
    raise Unreadable(
        "No row of headings was found. One column has to be called “Reference”, as in the file "
        "that was sent, and one “Reason”."
    )


def settle(session: Session, found: ReportOverview, number: int, *, by: int, now: datetime) -> None:
    """Close a rejection that is not to be reported again."""
    settled = session.scalar(
        sa.update(ReportLine)
        .where(
            ReportLine.report_id == found.id,
            ReportLine.number == number,
            ReportLine.rejected_at.is_not(None),
            ReportLine.settled_at.is_(None),
        )
        .values(settled_at=now, settled_by=by)
        .returning(ReportLine.number)
    )
    if settled is None:
        raise NotFound("This rejection is settled already, or there is none.")
    _record(session, found, "report.rejection-settled", by, now, {"line": number})


def _record(
    session: Session,
    found: ReportOverview,
    act: str,
    by: int,
    now: datetime,
    detail: dict[str, int],
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=found.programme_id,
        act=act,
        subject=f"completion report {found.id}",
        detail=detail,
    )


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the rejections that nobody has settled, the oldest first."""
    query = (
        sa.select(ReportLine.report_id, ReportLine.rejected_at, Account.full_name)
        .join(CompletionReport, CompletionReport.id == ReportLine.report_id)
        .join(CredentialRecord, CredentialRecord.id == ReportLine.credential_id)
        .join(Account, Account.id == CredentialRecord.account_id)
        .where(
            CompletionReport.programme_id == programme_id,
            ReportLine.rejected_at <= now,
            ReportLine.settled_at.is_(None),
        )
        .order_by(ReportLine.rejected_at, ReportLine.report_id, ReportLine.number)
    )
    return [
        Waiting("report-rejected", holder, since, "reporting.report", {"report": report})
        for report, since, holder in session.execute(query)
        if since is not None
    ]
