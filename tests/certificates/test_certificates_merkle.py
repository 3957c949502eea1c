"""The tree is the tree of RFC 6962: roots, proofs and tiles agree with another's and each other."""

import hashlib

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import log
from certificates.log.merkle import node_hash, root_of_inclusion

# The eight inputs and roots that implementations of RFC 6962 test themselves with.
KNOWN_INPUTS = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def leaves(count: int) -> list[bytes]:
    return [log.leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


MANY = leaves(1300)


@pytest.mark.parametrize("size", KNOWN_ROOTS)
def test_it_gives_the_known_roots(size: int) -> None:
    hashes = [log.leaf_hash(each) for each in KNOWN_INPUTS[:size]]
    assert log.root(size, log.nodes_of(hashes)).hex() == KNOWN_ROOTS[size]


def test_leaves_and_inner_nodes_are_told_apart() -> None:
    """RFC 6962: no leaf can pass for an inner node, since their hashes begin differently."""
    left, right = leaves(2)
    assert log.leaf_hash(left + right) != node_hash(left, right)
    assert log.leaf_hash(b"a") == hashlib.sha256(b"\x00a").digest()


def test_roots_and_proofs_equal_those_of_another_implementation() -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(70):
        other.append_entry(number.to_bytes(4, "big"))
        size = number + 1
        nodes = log.nodes_of(MANY[:size])
        root = log.root(size, nodes)
        assert root == other.get_root()
        for index in (0, size // 3, size - 1):
            theirs = other.prove_inclusion(index + 1)
            pymerkle.verify_inclusion(MANY[index], root, theirs)
            # Theirs names the leaf too, and goes from left to right.
            assert set(theirs.path) == {MANY[index], *log.inclusion_proof(index, size, nodes)}
        for old in {1, size // 2, size - 1} - {0}:
            earlier = log.root(old, log.nodes_of(MANY[:old]))
            pymerkle.verify_consistency(earlier, root, other.prove_consistency(old, size))
            ours = log.consistency_proof(old, size, nodes)
            log.check_consistency(old, size, earlier, root, ours)


@given(st.integers(1, 1300), st.data())
@settings(max_examples=150, deadline=None)
def test_every_leaf_is_proved_and_nothing_else_is(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    nodes = log.nodes_of(MANY[:size])
    root = log.root(size, nodes)
    proof = log.inclusion_proof(index, size, nodes)
    log.check_inclusion(index, size, MANY[index], proof, root)
    other = data.draw(st.integers(0, size + 3).filter(lambda each: each != index))
    for wrong in (
        (other, size, MANY[index], proof, root),
        (index, size, MANY[(index + 1) % 1300], proof, root),
        (index, size, MANY[index], (*proof, root), root),
        (index, size, MANY[index], proof, MANY[0] if size > 1 else MANY[1]),
    ):
        with pytest.raises(log.ProofError):
            log.check_inclusion(*wrong)
    if proof:
        with pytest.raises(log.ProofError):
            log.check_inclusion(index, size, MANY[index], proof[:-1], root)


@given(st.integers(0, 1300), st.integers(0, 1300))
@settings(max_examples=150, deadline=None)
def test_every_tree_is_shown_to_continue_every_earlier_one(one: int, two: int) -> None:
    old, new = sorted((one, two))
    nodes = log.nodes_of(MANY[:new])
    old_root, new_root = log.root(old, log.nodes_of(MANY[:old])), log.root(new, nodes)
    proof = log.consistency_proof(old, new, nodes)
    log.check_consistency(old, new, old_root, new_root, proof)
    wrongs = [(old, new, old_root, new_root, (*proof, new_root))]
    if old:
        wrongs.append((old, new, old_root, MANY[0] if new > 1 else MANY[1], proof))
        wrongs.append((old, new, MANY[0] if old > 1 else MANY[1], new_root, proof))
    if 0 < old < new:
        wrongs.append((old, new, old_root, new_root, proof[:-1]))
        if proof:
            wrongs.append((old, new, old_root, new_root, (MANY[5], *proof[1:])))
    for wrong in wrongs:
        if wrong[0] == 0 and wrong[4] == ():
            continue
        with pytest.raises(log.ProofError):
            log.check_consistency(*wrong)


def test_a_tree_that_shrinks_is_no_continuation() -> None:
    nodes = log.nodes_of(MANY[:5])
    with pytest.raises(log.ProofError):
        log.check_consistency(5, 3, log.root(5, nodes), log.root(3, nodes), ())
    with pytest.raises(ValueError, match="no beginning"):
        log.consistency_proof(5, 3, nodes)
    with pytest.raises(ValueError, match="not in a tree"):
        log.inclusion_proof(5, 5, nodes)
    with pytest.raises(log.ProofError):
        root_of_inclusion(-1, 5, MANY[0], ())


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1024, 1299])
def test_tiles_hold_the_same_tree(size: int) -> None:
    published: dict[str, bytes] = {}
    whole = log.nodes_of(MANY[:size])
    for tile in log.tiles_of(size):
        first = tile.number * log.TILE_WIDTH
        hashes = (whole(8 * (tile.level or 0), first + place) for place in range(tile.width))
        published[tile.path] = b"".join(hashes)
    nodes = log.nodes_from(size, lambda tile: published[tile.path])
    assert log.root(size, nodes) == log.root(size, whole)
    for index in (0, size // 2, size - 1):
        assert log.inclusion_proof(index, size, nodes) == log.inclusion_proof(index, size, whole)
    proof = log.consistency_proof(size // 2, size, nodes)
    assert proof == log.consistency_proof(size // 2, size, whole)


def test_the_tiles_of_the_specifications_own_example() -> None:
    """tlog-tiles: 70,000 leaves are 273 full tiles and one of 112; then 1 and 17; then 1."""
    tiles = list(log.tiles_of(70_000))
    widths = {level: [each.width for each in tiles if each.level == level] for level in range(3)}
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}
    assert log.Tile(0, 1_234_067).path == "0/x001/x234/067"
    assert log.Tile(None, 7, 112).path == "entries/007.p/112"
    assert [each.path for each in log.tiles_of(256)] == ["0/000", "1/000.p/1"]


@given(st.none() | st.integers(0, 63), st.integers(0, 10**10), st.integers(1, 256))
def test_an_address_names_its_tile_and_back(level: int | None, number: int, width: int) -> None:
    tile = log.Tile(level, number, width)
    assert log.tile_at(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "0/1", "00/001", "64/000", "x/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/001/002",
        "0/x000/001", "-1/000", "entries/", "0/x001/x234/067.p", "../0/000", "0/000/", "0/٠٠٠",
    ],
)  # fmt: skip
def test_an_address_in_another_form_names_nothing(path: str) -> None:
    assert log.tile_at(path) is None


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(log.ProofError, match="must have 3 hashes"):
        log.hashes_in(log.Tile(0, 0, 3), bytes(64))


@given(st.lists(st.binary(max_size=70), max_size=20))
def test_a_bundle_gives_its_entries_back(entries: list[bytes]) -> None:
    data = log.bundle(entries)
    assert log.entries_in(data) == entries
    if data:
        with pytest.raises(log.ProofError):
            log.entries_in(data + b"\x00")
