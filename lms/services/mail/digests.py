"""Digests: what somebody wants once a day leaves as one message."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.models.catalogue import Programme
from lms.models.mail import OutboxMessage
from lms.services.mail.letters import core_of, letter
from lms.services.mail.outbox import is_waiting

MOST_A_SWEEP = 2000


def gather(session: Session, now: datetime) -> int:
    """Write a digest for each reader with several messages due for it; return how many. Commits.

    One message that is due alone leaves as it is. Messages of different kinds, or of different
    programmes, are not mixed: each digest can be stopped like what is in it.
    """
    if not _groups(session, now):
        return 0
    db.take_turn(session, "gather mail into digests")
    written = 0
    for ids in _groups(session, now):
        query = sa.select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(OutboxMessage.id)
        locked = query.with_for_update().execution_options(populate_existing=True)
        # A sender may have claimed one of them a moment ago: it leaves by itself.
        parts = [part for part in session.scalars(locked) if part.claimed_at is None]
        if len(parts) > 1:
            _write(session, parts, now)
            written += 1
    session.commit()
    return written


def _groups(session: Session, now: datetime) -> list[list[int]]:
    """Return the messages that leave together; one that was tried before travels alone."""
    due = (
        sa.select(
            OutboxMessage.id,
            OutboxMessage.account_id,
            OutboxMessage.programme_id,
            OutboxMessage.kind,
        )
        .where(
            is_waiting(),
            OutboxMessage.in_digest,
            OutboxMessage.claimed_at.is_(None),
            OutboxMessage.tries == 0,
            OutboxMessage.send_after <= now,
        )
        # By number, so that the index of what waits is read and not the whole outbox.
        .order_by(OutboxMessage.id)
        .limit(MOST_A_SWEEP)
    )
    found: dict[tuple[int | None, int | None, str], list[int]] = {}
    for row in session.execute(due):
        found.setdefault((row.account_id, row.programme_id, row.kind), []).append(row.id)
    return [ids for ids in found.values() if len(ids) > 1]


def _write(session: Session, parts: Sequence[OutboxMessage], now: datetime) -> None:
    first = parts[0]
    programme = session.get(Programme, first.programme_id) if first.programme_id else None
    told = letter(
        "digest",
        kind=first.kind,
        programme=programme.name if programme else None,
        parts=[{"subject": part.subject, "text": core_of(part.body)} for part in parts],
    )
    digest = OutboxMessage(
        recipient=parts[-1].recipient,
        subject=told.subject,
        body=told.body,
        kind=first.kind,
        key=f"digest:{first.id}",
        account_id=first.account_id,
        programme_id=first.programme_id,
        written_at=now,
        tries=0,
    )
    session.add(digest)
    session.flush()
    for part in parts:
        part.withheld_at, part.withheld_because = now, "gathered"
        part.gathered_into = digest.id
