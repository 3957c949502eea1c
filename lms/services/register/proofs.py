"""Proofs: what shows a holder, for ever and without us, that their award is in the log."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.config import Settings
from lms.models.register import LeafSalt, LogCheckpoint, LogLeaf, RegisterAct
from lms.services.register.checkpoints import first_covering, sign
from lms.services.register.tree import nodes_at

log = certificates.log


def proof_of(
    session: Session, credential_id: int, settings: Settings, now: datetime
) -> certificates.log.Proof | None:
    """Return the proof that a credential's award is logged, under the first tree that has it.

    Signs a checkpoint when none has it yet, so commit afterwards. None for a credential that
    was never entered, or whose salt was erased.
    """
    query = (
        sa.select(RegisterAct.position, RegisterAct.at, LeafSalt.salt)
        .join(LeafSalt, LeafSalt.position == RegisterAct.position)
        .where(RegisterAct.credential_id == credential_id, RegisterAct.act == "award")
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    checkpoint = first_covering(session, found.position) or sign(session, settings, now)
    path = log.inclusion_proof(found.position, checkpoint.size, nodes_at(session, checkpoint.size))
    salt = bytes.fromhex(found.salt)
    return log.Proof("award", found.at, salt, found.position, path, checkpoint.note)


def logged_at(session: Session, credential_id: int) -> datetime | None:
    """Return when the first checkpoint with a credential's award was signed.

    While it waits for one, the time at which its leaf was appended; None without a leaf.
    """
    signed = (
        sa.select(LogCheckpoint.signed_at)
        .where(LogCheckpoint.size > RegisterAct.position)
        .order_by(LogCheckpoint.size)
        .limit(1)
        .correlate(RegisterAct)
        .scalar_subquery()
    )
    query = (
        sa.select(signed.label("signed_at"), LogLeaf.logged_at)
        .select_from(RegisterAct)
        .join(LogLeaf, LogLeaf.position == RegisterAct.position)
        .where(RegisterAct.credential_id == credential_id, RegisterAct.act == "award")
    )
    found = session.execute(query).one_or_none()
    return None if found is None else found.signed_at or found.logged_at
