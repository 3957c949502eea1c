"""The tree over the stored leaves: its tiles as they are published, and the hashes within."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.register import LogLeaf, LogTile

log = certificates.log


def nodes_at(session: Session, size: int) -> certificates.log.Nodes:
    """Return the subtrees of the tree of the first `size` leaves.

    The full tiles up to that size must have been kept (`keep_full_tiles`).
    """
    return log.nodes_from(size, lambda tile: tile_data(session, tile))


def tile_data(session: Session, tile: certificates.log.Tile) -> bytes:
    """Return the bytes of a tile; fewer than it asks for where the log does not reach so far."""
    first = tile.number * log.TILE_WIDTH
    if tile.level is None:
        return log.bundle(_entries(session, first, tile.width))
    if tile.level == 0:
        return b"".join(map(log.leaf_hash, _entries(session, first, tile.width)))
    query = (
        sa.select(LogTile.root)
        .where(LogTile.level == tile.level - 1)
        .where(LogTile.number >= first, LogTile.number < first + tile.width)
        .order_by(LogTile.number)
    )
    return b"".join(map(bytes.fromhex, session.scalars(query)))


def published_tile(session: Session, path: str, size: int) -> bytes | None:
    """Return a tile by its address, or None if a log of `size` leaves does not have it."""
    tile = log.tile_at(path)
    if tile is None or tile.width > log.width_of(tile.level, tile.number, size):
        return None
    return tile_data(session, tile)


def keep_full_tiles(session: Session, size: int) -> None:
    """Work out and keep the hash over each tile that is full in a tree of `size` leaves."""
    level = 0
    while full := size >> (8 * (level + 1)):
        last = session.scalar(sa.select(sa.func.max(LogTile.number)).where(LogTile.level == level))
        for number in range(0 if last is None else last + 1, full):
            tile = log.Tile(level, number)
            root = log.nodes_of(log.hashes_in(tile, tile_data(session, tile)))(8, 0)
            session.add(LogTile(level=level, number=number, root=root.hex()))
            session.flush()
        level += 1


def size_of(session: Session) -> int:
    """Return how many leaves there are."""
    last = session.scalar(sa.select(sa.func.max(LogLeaf.position)))
    return 0 if last is None else last + 1


def _entries(session: Session, first: int, count: int) -> list[bytes]:
    query = (
        sa.select(LogLeaf.entry)
        .where(LogLeaf.position >= first, LogLeaf.position < first + count)
        .order_by(LogLeaf.position)
    )
    return list(map(bytes.fromhex, session.scalars(query)))
