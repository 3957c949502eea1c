"""The Merkle tree of RFC 6962 (and RFC 9162): roots, proofs of inclusion and of consistency.

The tree is never held as such. What makes it up is asked for through `Nodes`: the hash of a
complete subtree, by its height and its place among those of that height. Leaves in memory and
tiles fetched from afar answer alike.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

HASH_BYTES = 32
Nodes = Callable[[int, int], bytes]
"""`nodes(height, index)` is the hash over the leaves `index << height` to the next such one."""


class ProofError(ValueError):
    """A proof does not show what it claims; the message says what is wrong with it."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf that holds `entry` (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node over its two children (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    """Return the complete subtrees over these leaf hashes, each computed once."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        levels.append([node_hash(left, right) for left, right in pairs])
    return lambda height, index: levels[height][index]


def root(size: int, nodes: Nodes) -> bytes:
    """Return the hash of the whole tree of `size` leaves; that of the empty text for none."""
    return _range_hash(0, size, nodes) if size else hashlib.sha256(b"").digest()


def inclusion_proof(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf `index` to the root (RFC 6962, section 2.1.1).

    Raises `ValueError` for a leaf outside the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, nodes: Nodes) -> tuple[bytes, ...]:
    """Return the hashes that show the tree of `old` leaves to be a beginning of that of `new`.

    As RFC 6962, section 2.1.2. Raises `ValueError` unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is no beginning of a tree of {new}")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    # The old tree itself is what the verifier holds already.
    if start:
        path.append(_range_hash(start, end, nodes))
    return tuple(reversed(path))


def root_of_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root that a proof of inclusion leads to (RFC 9162, section 2.1.3.2).

    Raises `ProofError` for a leaf outside the tree or a proof of the wrong length.
    """
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not in a tree of {size}")
    at, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            reached = node_hash(sibling, reached)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    return reached


def check_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise `ProofError` unless `leaf` is number `index` of the tree of `size` with this root."""
    if not hmac.compare_digest(root_of_inclusion(index, size, leaf, proof), root):
        raise ProofError("the leaf is not in the tree of this root")


def check_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise `ProofError` unless the old tree is a beginning of the new one.

    As RFC 9162, section 2.1.4.2; a tree of no leaves is the beginning of every other.
    """
    if not 0 <= old <= new:
        raise ProofError(f"a tree of {old} is no beginning of a tree of {new}")
    if old in (0, new):
        if proof:
            raise ProofError("the proof is too long")
        if old == new and not hmac.compare_digest(old_root, new_root):
            raise ProofError("two trees of the same size differ")
        return
    old_reached, new_reached = _roots_of_consistency(old, new, old_root, proof)
    if not hmac.compare_digest(old_reached, old_root):
        raise ProofError("the old tree is not a beginning of the new one")
    if not hmac.compare_digest(new_reached, new_root):
        raise ProofError("the new tree does not continue the old one")


def _roots_of_consistency(
    old: int, new: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the roots of both trees that a proof between them leads to."""
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ProofError("the proof is too short")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_reached = new_reached = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if at & 1 or at == last:
            old_reached = node_hash(sibling, old_reached)
            new_reached = node_hash(sibling, new_reached)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_reached = node_hash(new_reached, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    return old_reached, new_reached


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash over leaves `start` up to `end`, a range as RFC 6962 splits them."""
    count = end - start
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return nodes(height, start >> height)
    middle = start + _split(count)
    return node_hash(_range_hash(start, middle, nodes), _range_hash(middle, end, nodes))


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
