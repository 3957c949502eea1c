"""Checkpoints: signed once an hour when there is something new, and whenever a proof needs one."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db, keys
from lms.config import Settings
from lms.models.register import LogCheckpoint
from lms.services import audit
from lms.services.register.tree import keep_full_tiles, nodes_at, size_of

log = certificates.log


@dataclass(frozen=True, slots=True)
class SignedTree:
    """What the log signed of itself: how many leaves, under which root (hexadecimal), when."""

    size: int
    root: str
    note: str
    signed_at: datetime


class BrokenLog(LookupError):
    """The stored leaves no longer make up the tree that was signed: nothing more is signed."""


def origin_of(settings: Settings) -> str:
    """Return the name of this log: its address without the scheme, as tlog-tiles advises."""
    parts = urlsplit(settings.public_url)
    return f"{parts.netloc}{parts.path}/log"


def verifier_key_of(settings: Settings) -> str:
    """Return the log's present key as readers of signed notes take it (a vkey)."""
    public = keys.keys_of(settings).log.public_key.public
    return log.verifier_key(origin_of(settings), public, log.PLAIN)


def latest_checkpoint(session: Session) -> SignedTree | None:
    """Return what the log signed last, or None before it has signed anything."""
    return _first(session, sa.select(LogCheckpoint).order_by(LogCheckpoint.size.desc()))


def first_covering(session: Session, position: int) -> SignedTree | None:
    """Return the first checkpoint that has this leaf, or None while it waits for one."""
    query = sa.select(LogCheckpoint).where(LogCheckpoint.size > position)
    return _first(session, query.order_by(LogCheckpoint.size))


def sign_if_due(session: Session, settings: Settings, now: datetime) -> bool:
    """Sign what has come since the last checkpoint, once in every hour of the clock.

    At fixed times, so that the public log shows volumes and not the moment of one person's award.
    """
    last = latest_checkpoint(session)
    if last is not None:
        is_this_hour = last.signed_at >= now.replace(minute=0, second=0, microsecond=0)
        if is_this_hour or last.size == size_of(session):
            return False
    sign(session, settings, now)
    return True


def sign(session: Session, settings: Settings, now: datetime) -> SignedTree:
    """Sign the log as it is now, within the current transaction; return its checkpoint.

    Raises `BrokenLog` when the log as stored does not continue what was signed before.
    """
    # Leaves are committed by whoever had the turn before: none is missing below the last.
    db.take_turn(session, audit.TURN)
    size = size_of(session)
    last = latest_checkpoint(session)
    if last is not None and last.size == size:
        return last
    keep_full_tiles(session, size)
    nodes = nodes_at(session, size)
    _refuse_another_past(session, last, size)
    root = log.root(size, nodes)
    checkpoint = log.Checkpoint(origin_of(settings), size, root)
    note = log.sign_checkpoint(checkpoint, keys.keys_of(settings).log, now)
    session.add(LogCheckpoint(size=size, root=root.hex(), note=note, signed_at=now))
    session.flush()
    return SignedTree(size, root.hex(), note, now)


def _first(session: Session, query: sa.Select[LogCheckpoint]) -> SignedTree | None:
    found = session.scalars(query.limit(1)).first()
    if found is None:
        return None
    return SignedTree(found.size, found.root, found.note, found.signed_at)


def _refuse_another_past(session: Session, last: SignedTree | None, size: int) -> None:
    if last is None:
        return
    is_shorter = last.size > size
    if is_shorter or log.root(last.size, nodes_at(session, last.size)).hex() != last.root:
        raise BrokenLog(
            f"The log of {size} leaves does not continue the one of {last.size} signed on "
            f"{last.signed_at:%d %B %Y}. Nothing is signed until somebody has found out why."
        )
