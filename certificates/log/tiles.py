"""The tree in tiles, as C2SP tlog-tiles publishes it: addresses, widths, and hashes out of them.

A tile is up to 256 consecutive hashes of one level; each hash of level L + 1 stands for a full
tile of level L. See c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from certificates.log.merkle import HASH_BYTES, Nodes, ProofError, nodes_of

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MOST_LEVELS = 63
_ENTRY_SIZE_BYTES = 2
_PATH = re.compile(
    r"(?P<level>0|[1-9][0-9]?|entries)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its level (None for the bundle of the entries), number, and width in hashes."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The address below the log's prefix, without `tile/`: `0/x001/234.p/17`."""
        groups = [f"{self.number % 1000:03}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"{level}/{'/'.join(groups)}{partial}"


ReadTile = Callable[[Tile], bytes]


def tile_at(path: str) -> Tile | None:
    """Return the tile that an address names, or None when it is not one as the format has it."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = None if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    tile = Tile(level, number, int(found["width"] or TILE_WIDTH))
    if (level or 0) > MOST_LEVELS or (found["width"] and tile.width >= TILE_WIDTH):
        return None
    # One tile, one address: no zeros in front beyond those that fill a group.
    return tile if tile.path == path else None


def width_of(level: int | None, number: int, size: int) -> int:
    """Return how many hashes a tile of this number has in a tree of `size` leaves; 0 for none."""
    hashes = size >> (TILE_HEIGHT * (level or 0))
    return max(0, min(TILE_WIDTH, hashes - number * TILE_WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of hashes of a tree of `size` leaves, the lowest level first."""
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        for number in range(-(-hashes // TILE_WIDTH)):
            yield Tile(level, number, width_of(level, number, size))
        level += 1


def nodes_from(size: int, read: ReadTile) -> Nodes:
    """Return the subtrees of a tree of `size` leaves, from tiles that are read once each.

    Asking for one raises `ProofError` when its tile does not have the length it must have.
    """
    kept: dict[Tile, Nodes] = {}

    def nodes(height: int, index: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << within, TILE_WIDTH)
        tile = Tile(level, number, width_of(level, number, size))
        if tile not in kept:
            kept[tile] = nodes_of(hashes_in(tile, read(tile)))
        return kept[tile](within, place >> within)

    return nodes


def hashes_in(tile: Tile, data: bytes) -> list[bytes]:
    """Return the hashes of a tile; raises `ProofError` for data of another length."""
    if len(data) != tile.width * HASH_BYTES:
        raise ProofError(f"tile {tile.path} must have {tile.width} hashes")
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def bundle(entries: list[bytes]) -> bytes:
    """Return entries as a bundle: each after its length in two bytes, the higher first."""
    return b"".join(len(entry).to_bytes(_ENTRY_SIZE_BYTES, "big") + entry for entry in entries)


def entries_in(data: bytes) -> list[bytes]:
    """Return the entries of a bundle; raises `ProofError` for one that ends too early."""
    entries, at = [], 0
    while at < len(data):
        start = at + _ENTRY_SIZE_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise ProofError("a bundle of entries ends too early")
        entries.append(data[start:at])
    return entries
