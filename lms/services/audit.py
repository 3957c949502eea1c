"""The audit trail: appending an act, reading the trail, checking that its chain is whole."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.models.accounts import Account
from lms.models.audit import AuditEntry

GENESIS = "0" * 64
# The turn that whoever appends to a chain waits for; the register of credentials shares it.
TURN = "append to the audit trail"


def record(
    session: Session,
    *,
    at: datetime,
    actor_id: int | None,
    act: str,
    subject: str,
    programme_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append an act to the trail within the transaction that performs it.

    `act` is a dotted name such as ``credential.revoked``; `subject` names the thing acted upon;
    `detail` holds what a reader needs to understand it, never a secret.
    """
    db.take_turn(session, TURN)
    session.flush()
    last = sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    previous = session.scalar(last) or GENESIS
    entry = AuditEntry(
        at=at,
        actor_id=actor_id,
        programme_id=programme_id,
        act=act,
        subject=subject,
        detail=json.dumps(detail or {}, sort_keys=True, ensure_ascii=False),
        previous_hash=previous,
    )
    entry.hash = entry_hash(entry)
    session.add(entry)
    session.flush()


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash of the entry before it."""
    content = [
        entry.at.isoformat(),
        entry.actor_id,
        entry.programme_id,
        entry.act,
        entry.subject,
        entry.detail,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def first_broken(session: Session) -> int | None:
    """Return the id of the first entry that does not follow from the one before, else None."""
    previous = GENESIS
    for entry in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).yield_per(500):
        if entry.previous_hash != previous or entry.hash != entry_hash(entry):
            return entry.id
        previous = entry.hash
    return None


def list_entries(
    session: Session, programme_id: int, *, before: int | None = None, limit: int = 50
) -> list[tuple[AuditEntry, str | None]]:
    """Return the latest entries of a programme with their actors' names, newest first.

    `before` continues a list: only entries with a smaller id.
    """
    query = (
        sa.select(AuditEntry, Account.full_name)
        .outerjoin(Account, Account.id == AuditEntry.actor_id)
        .where(AuditEntry.programme_id == programme_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [(entry, name) for entry, name in session.execute(query)]
