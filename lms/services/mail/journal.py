"""The delivery log: what was written, to whom, and what became of it, page by page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.models.mail import OutboxMessage

State = Literal["sent", "waiting", "withheld", "failed"]
STATES: tuple[State, ...] = ("sent", "waiting", "withheld", "failed")
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class LogLine:
    """One message: `because` says why it was withheld, `error` what the server last said."""

    id: int
    account_id: int | None
    recipient: str
    subject: str
    kind: str
    state: State
    because: str | None
    error: str | None
    tries: int
    written_at: datetime
    send_after: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines, newest first; `before` is where the next page begins, None on the last."""

    lines: tuple[LogLine, ...]
    before: int | None


def _state() -> sa.ColumnElement[str]:
    return sa.case(
        (OutboxMessage.sent_at.is_not(None), "sent"),
        (OutboxMessage.withheld_at.is_not(None), "withheld"),
        (OutboxMessage.failed_at.is_not(None), "failed"),
        else_="waiting",
    )


_state_now = _state()


def list_log(
    session: Session,
    programme_id: int,
    *,
    accounts: sa.Select[Any] | None = None,
    state: str = "",
    kind: str = "",
    before: int | None = None,
    limit: int | None = A_PAGE,
) -> LogPage:
    """Return a page of a programme's log, of all or of these accounts only.

    Bodies are not shown: the log says that somebody was written to, not what. Without `limit`
    everything from `before` on is returned, for a file.
    """
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            OutboxMessage.id,
            OutboxMessage.account_id,
            OutboxMessage.recipient,
            OutboxMessage.subject,
            OutboxMessage.kind,
            _state_now,
            OutboxMessage.withheld_because,
            OutboxMessage.last_error,
            OutboxMessage.tries,
            OutboxMessage.written_at,
            OutboxMessage.send_after,
            OutboxMessage.sent_at,
        )
        .where(OutboxMessage.programme_id == programme_id)
        .order_by(OutboxMessage.id.desc())
    )
    if accounts is not None:
        query = query.where(OutboxMessage.account_id.in_(accounts))
    if state in STATES:
        query = query.where(_state_now == state)
    if kind:
        query = query.where(OutboxMessage.kind == kind)
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    if limit is not None:
        query = query.limit(limit + 1)
    lines = [LogLine(*row) for row in session.execute(query)]
    more = limit is not None and len(lines) > limit
    shown = tuple(lines[:limit] if more else lines)
    return LogPage(shown, shown[-1].id if more else None)


def try_again(session: Session, programme_id: int, message_id: int, now: datetime) -> bool:
    """Let a message that was given up be tried anew; False when it is none of the programme's."""
    db.lock(session)
    again = (
        sa.update(OutboxMessage)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.programme_id == programme_id,
            OutboxMessage.failed_at.is_not(None),
        )
        .values(failed_at=None, tries=0, claimed_at=None, send_after=now)
        .returning(OutboxMessage.id)
    )
    return session.scalar(again) is not None
