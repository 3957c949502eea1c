"""Entering acts: one leaf each, in one sequence without gaps, and status bits for every award."""

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.models.register import LeafSalt, LogLeaf, RegisterAct, StatusEntry
from lms.services import audit
from lms.services.register.statuses import PURPOSES

BITS_OF_A_LIST = 131_072
# A list is drawn from while it is at most half full: a free bit takes two tries on average.
LEAVES_OF_A_LIST = BITS_OF_A_LIST // 2

# Everybody who is awarded something waits for these: nothing is kept in the session for them.
_LAST = sa.select(sa.func.max(LogLeaf.position))
_TAKEN = sa.select(StatusEntry.credential_id).where(
    StatusEntry.purpose == sa.bindparam("purpose"),
    StatusEntry.list_number == sa.bindparam("list_number"),
    StatusEntry.position == sa.bindparam("position"),
)
_ENTER_LEAF, _ENTER_ACT, _ENTER_SALT, _ENTER_BITS = (
    sa.insert(table) for table in (LogLeaf, RegisterAct, LeafSalt, StatusEntry)
)


def enter_award(session: Session, credential_id: int, digest: str, now: datetime) -> None:
    """Log the award of a credential and give it its status bits, within its own transaction.

    `now` is its instant of issue. The credential's row must be there (flushed); entering it twice
    breaks a constraint.
    """
    position = _append(session, credential_id, digest, "award", now)
    list_number = position // LEAVES_OF_A_LIST + 1
    bits = [
        {
            "credential_id": credential_id,
            "purpose": purpose,
            "list_number": list_number,
            "position": _free_bit(session, purpose, list_number),
        }
        for purpose in PURPOSES
    ]
    session.connection().execute(_ENTER_BITS, bits)


def enter_act(
    session: Session,
    credential_id: int,
    digest: str,
    kind: certificates.log.LoggedAct,
    now: datetime,
) -> None:
    """Log what became of a credential after its award, within the transaction of the act.

    `kind` is "suspend", "reinstate", "revoke" or "supersede"; it takes effect in the status
    lists at `now`.
    """
    _append(session, credential_id, digest, kind, now)


def _append(
    session: Session,
    credential_id: int,
    digest: str,
    act: certificates.log.LoggedAct,
    now: datetime,
) -> int:
    # The turn of the audit trail: whoever appends to both then waits once, never in a circle.
    db.take_turn(session, audit.TURN)
    session.flush()
    rows = session.connection()
    last = rows.scalar(_LAST)
    position = 0 if last is None else last + 1
    salt = secrets.token_bytes(certificates.log.SALT_BYTES)
    entry = certificates.log.entry_of(salt, digest, act, now)
    done = {"credential_id": credential_id, "digest": digest, "act": act, "at": now}
    rows.execute(_ENTER_LEAF, {"position": position, "entry": entry.hex(), "logged_at": now})
    rows.execute(_ENTER_ACT, {"position": position, **done})
    rows.execute(_ENTER_SALT, {"position": position, "salt": salt.hex()})
    return position


def _free_bit(session: Session, purpose: str, list_number: int) -> int:
    """Draw until a bit is free; the turn is ours, so it stays free until it is taken."""
    while True:
        position = secrets.randbelow(BITS_OF_A_LIST)
        bit = {"purpose": purpose, "list_number": list_number, "position": position}
        if session.connection().scalar(_TAKEN, bit) is None:
            return position
