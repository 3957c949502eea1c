"""Inspection: whether records, log and what a witness remembers still tell one story.

Whoever can write to the database can alter a row; nobody can make it agree again with the tree
that was signed and seen. Everything that does not agree is told in a sentence.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import keys
from lms.config import Settings
from lms.models.register import (
    LeafSalt,
    LogCheckpoint,
    LogLeaf,
    LogTile,
    RegisterAct,
    StatusEntry,
)
from lms.services.register.checkpoints import origin_of
from lms.services.register.statuses import PURPOSES

log = certificates.log
Act: TypeAlias = certificates.log.LoggedAct


@dataclass(frozen=True, slots=True)
class Record:
    """A credential as it is stored: its digest, worked out anew, and what was done to it, when.

    `acts` begins with the award; each is a kind and its instant.
    """

    credential_id: int
    digest: str
    acts: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a witness remembers: the leaf hashes, and each look with its time and the log's size."""

    leaves: Sequence[bytes] = ()
    looks: Sequence[tuple[datetime, int]] = ()

    def not_there_at(self, position: int) -> datetime | None:
        """Return the time of the last look that did not show a leaf."""
        return max((at for at, size in self.looks if size <= position), default=None)


def discrepancies(
    session: Session, settings: Settings, records: Iterable[Record], seen: Seen | None = None
) -> Iterator[str]:
    """Tell everything in which records, log and memory differ; nothing when all is well."""
    leaves = session.execute(
        sa.select(LogLeaf.position, LogLeaf.entry, LogLeaf.logged_at).order_by(LogLeaf.position)
    ).all()
    hashes = [log.leaf_hash(bytes.fromhex(leaf.entry)) for leaf in leaves]
    if [leaf.position for leaf in leaves] != list(range(len(leaves))):
        yield "The log: its leaves are not numbered without a gap."
        return
    signed = list(_signed(session))
    yield from _of_memory(hashes, signed, seen or Seen())
    yield from _of_times([leaf.logged_at for leaf in leaves], signed)
    yield from _of_records(session, hashes, signed, list(records), seen or Seen())
    yield from _of_trees(session, settings, hashes, signed)


@dataclass(frozen=True, slots=True)
class _Signed:
    size: int
    root: str
    note: str
    at: datetime


def _signed(session: Session) -> Iterator[_Signed]:
    query = sa.select(
        LogCheckpoint.size, LogCheckpoint.root, LogCheckpoint.note, LogCheckpoint.signed_at
    )
    for row in session.execute(query.order_by(LogCheckpoint.size)):
        yield _Signed(*row)


def _of_trees(
    session: Session, settings: Settings, hashes: list[bytes], signed: list[_Signed]
) -> Iterator[str]:
    """Each checkpoint is of the tree as it is stored, and each kept tile of its leaves."""
    known = keys.keys_of(settings).published
    nodes = log.nodes_of(hashes)
    for each in signed:
        where = f"The checkpoint of {each.size} leaves"
        try:
            timed = log.check_checkpoint(each.note, known)
        except log.ProofError as error:
            yield f"{where}: {error}."
            continue
        tree = timed.checkpoint
        if (tree.origin, tree.size, tree.root.hex()) != (origin_of(settings), each.size, each.root):
            yield f"{where}: its signature is of another tree."
        if timed.signed_at != each.at.replace(microsecond=0):
            yield f"{where}: it was signed at another time."
        if each.size > len(hashes) or log.root(each.size, nodes).hex() != each.root:
            yield f"{where}: the leaves are no longer those that were signed."
    for tile in session.execute(sa.select(LogTile.level, LogTile.number, LogTile.root)):
        height = 8 * (tile.level + 1)
        is_there = (tile.number + 1) << height <= len(hashes)
        if not is_there or nodes(height, tile.number).hex() != tile.root:
            yield f"Tile {tile.number} of level {tile.level}: it is not made of its leaves."


def _of_times(logged: list[datetime], signed: list[_Signed]) -> Iterator[str]:
    """Leaves came one after the other, each between the checkpoints around it."""
    if [each.at for each in signed] != sorted(each.at for each in signed):
        yield "The checkpoints: a larger one is older than a smaller one."
    for position, at in enumerate(logged):
        before = max((each.at for each in signed if each.size <= position), default=at)
        after = min((each.at for each in signed if each.size > position), default=at)
        if not before - log.LATE_AFTER <= at <= after + log.LATE_AFTER:
            yield f"Leaf {position}: it was logged at another time than it says."


def _of_memory(hashes: list[bytes], signed: list[_Signed], seen: Seen) -> Iterator[str]:
    kept = {each.size for each in signed}
    for at, size in seen.looks:
        if size not in kept:
            yield f"The checkpoint of {size} leaves: a witness saw it on {at:%d %B %Y}; it is gone."
    for position, remembered in enumerate(seen.leaves):
        if position >= len(hashes):
            yield f"Leaf {position}: a witness saw it, and it is gone."
        elif hashes[position] != remembered:
            yield f"Leaf {position}: a witness saw another one there."


def _of_records(
    session: Session,
    hashes: list[bytes],
    signed: list[_Signed],
    records: list[Record],
    seen: Seen,
) -> Iterator[str]:
    """Each act of each record opens one leaf, in time, and no leaf is of anything else."""
    entered = _entered(session)
    has_bits = _bits(session)
    opened: set[int] = set()
    for record in records:
        where = f"Credential {record.credential_id}"
        if has_bits.get(record.credential_id) != set(PURPOSES):
            yield f"{where}: it lacks a place on a status list."
        for kind, at in record.acts:
            found = [
                each
                for each in entered.get(record.credential_id, ())
                if (each.act, each.at.replace(microsecond=0)) == (kind, at.replace(microsecond=0))
            ]
            opened.update(each.position for each in found)
            if len(found) != 1 or found[0].salt is None:
                yield f"{where}: its {kind} is not in the log."
                continue
            entry = log.entry_of(bytes.fromhex(found[0].salt), record.digest, found[0].act, at)
            is_logged = log.leaf_hash(entry) == hashes[found[0].position]
            if not is_logged or found[0].digest != record.digest:
                yield f"{where}: its {kind} is not what was logged."
            if at - found[0].logged_at > log.LATE_AFTER:
                yield f"{where}: its {kind} was logged before it took place."
            since = _not_there(found[0].position, signed, seen)
            if since is not None and since - at > log.LATE_AFTER:
                yield f"{where}: its {kind} is dated back; on {since:%d %B %Y} it was not there."
    for position in sorted(set(range(len(hashes))) - opened):
        yield f"Leaf {position}: nothing is known of what it stands for."


def _not_there(position: int, signed: list[_Signed], seen: Seen) -> datetime | None:
    """Return the last time at which the log is known not to have had a leaf."""
    known = [seen.not_there_at(position), *(each.at for each in signed if each.size <= position)]
    return max((at for at in known if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Entered:
    position: int
    digest: str
    act: Act
    at: datetime
    logged_at: datetime
    salt: str | None


def _entered(session: Session) -> dict[int, list[_Entered]]:
    query = (
        sa.select(
            RegisterAct.credential_id,
            RegisterAct.position,
            RegisterAct.digest,
            RegisterAct.act,
            RegisterAct.at,
            LogLeaf.logged_at,
            LeafSalt.salt,
        )
        .join(LogLeaf, LogLeaf.position == RegisterAct.position)
        .outerjoin(LeafSalt, LeafSalt.position == RegisterAct.position)
    )
    found: dict[int, list[_Entered]] = {}
    for row in session.execute(query):
        act = cast(Act, row.act)
        entered = _Entered(row.position, row.digest, act, row.at, row.logged_at, row.salt)
        found.setdefault(row.credential_id, []).append(entered)
    return found


def _bits(session: Session) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for row in session.execute(sa.select(StatusEntry.credential_id, StatusEntry.purpose)):
        found.setdefault(row.credential_id, set()).add(row.purpose)
    return found
