"""The delivery log as a table to take away."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from lms.downloads import Cell, Column, Table
from lms.models.catalogue import Programme
from lms.services import mail

COLUMNS = (
    Column("Written", "When the message entered the outbox", "moment"),
    Column("To", "The address"),
    Column("Subject", "Its first line; the text is not in the log"),
    Column("Kind", "What it is about; readers choose by kind"),
    Column("State", "sent, waiting, withheld or failed"),
    Column("Why", "Why it was withheld, or what the server last said"),
    Column("Tries", "How often a sender took it up", "number"),
    Column("Sent", "When the server took it over", "moment"),
)


def log_table(
    session: Session, programme: Programme, now: datetime, *, state: str = "", kind: str = ""
) -> Table:
    """Return the delivery log under these filters as a table, read while it is written."""
    filters = [f"State: {state or 'all'}", f"Kind: {kind or 'all'}"]
    return Table(
        name=f"{programme.name} mail {now:%Y-%m-%d}",
        columns=COLUMNS,
        rows=_rows(session, programme.id, state, kind),
        notes=tuple(filters),
    )


def _rows(session: Session, programme_id: int, state: str, kind: str) -> Iterator[list[Cell]]:
    before: int | None = None
    while True:
        page = mail.list_log(
            session, programme_id, state=state, kind=kind, before=before, limit=500
        )
        for line in page.lines:
            why = line.because or line.error or ""
            yield [
                line.written_at,
                line.recipient,
                line.subject,
                line.kind,
                line.state,
                why,
                line.tries,
                line.sent_at,
            ]
        before = page.before
        if before is None:
            return
