"""Digests: what somebody wants once a day leaves as one message."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

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
    if session.scalar(_due(now).limit(1)) is None:
        return 0
    db.take_turn(session, "gather mail into digests")
    ids = list(session.scalars(_due(now).limit(MOST_A_SWEEP)))
    query = sa.select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(*_TOGETHER)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    written = 0
    for _of, group in groupby(
        rows, key=lambda each: (each.account_id, each.programme_id, each.kind)
    ):
        parts = list(group)
        if len(parts) > 1:
            _write(session, parts, now)
            written += 1
    session.commit()
    return written


_TOGETHER = (
    OutboxMessage.account_id,
    OutboxMessage.programme_id,
    OutboxMessage.kind,
    OutboxMessage.id,
)


def _due(now: datetime) -> sa.Select[tuple[int]]:
    """Messages due for a digest of whose company there are several; tried ones travel alone."""
    is_due = sa.and_(
        is_waiting(),
        OutboxMessage.in_digest,
        OutboxMessage.claimed_at.is_(None),
        OutboxMessage.tries == 0,
        OutboxMessage.send_after <= now,
    )
    company = sa.func.count().over(partition_by=_TOGETHER[:3])
    due = sa.select(OutboxMessage.id, company.label("company")).where(is_due).subquery()
    return sa.select(due.c.id).where(due.c.company > 1).order_by(due.c.id)


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
