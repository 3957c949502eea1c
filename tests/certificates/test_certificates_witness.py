"""The witness program: it says what is wrong with a log, and tells what was dated back."""

import functools
import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from log_samples import (
    ISSUED,
    LOG_KEY,
    OTHER_LOG_KEY,
    THEN,
    checkpoint_of,
    digest_of,
    hours,
    key,
    proof_of,
    salt_of,
)

import certificates
from certificates import log

NOW = (THEN + hours(1)).timestamp()
ENTRIES = [
    log.entry_of(salt_of(number), digest_of(number), "award", ISSUED) for number in range(600)
]
SITE = "https://pat.example"


@functools.cache
def program() -> ModuleType:
    file = Path(certificates.__file__).parent / "standalone" / "witness.py"
    spec = importlib.util.spec_from_file_location("witness_alone", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def pages(entries: list[bytes], **signing: object) -> dict[str, bytes]:
    """Return everything a register publishes of a log with these entries, by path."""
    hashes = [log.leaf_hash(entry) for entry in entries]
    nodes = log.nodes_of(hashes)
    published = {
        "log/checkpoint": checkpoint_of(hashes, **signing).encode(),  # type: ignore[arg-type]
        "register/keys.json": keys_json(LOG_KEY),
    }
    for tile in log.tiles_of(len(entries)):
        first, level = tile.number * log.TILE_WIDTH, tile.level or 0
        each = [nodes(8 * level, first + place) for place in range(tile.width)]
        published[f"log/tile/{tile.path}"] = b"".join(each)
        if level == 0:
            bundle = replace(tile, level=None)
            held = entries[first : first + tile.width]
            published[f"log/tile/{bundle.path}"] = log.bundle(held)
    return published


def keys_json(*signing: certificates.SigningKey) -> bytes:
    return json.dumps(certificates.published_keys([each.public_key for each in signing])).encode()


def fetch(published: dict[str, bytes]) -> Callable[[str], bytes]:
    return lambda path: published[path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A witness that has seen 300 leaves, an hour after they were signed."""
    program().new(tmp_path, "hospital.example/w")
    said = program().check(tmp_path, fetch(pages(ENTRIES[:300])), NOW)
    assert said.startswith("pat.example/log: 300 leaves, 300 new; signed 2026-10-14 09:30:00 UTC")
    return tmp_path


def looks(folder: Path) -> list[int]:
    return [each["size"] for each in program().recall(folder).looks]


def test_a_log_that_grows_is_seen_remembered_and_cosigned(folder: Path) -> None:
    grown = pages(ENTRIES[:520], at=THEN + hours(2))
    said = program().check(folder, fetch(grown), NOW + 2 * 3600)
    assert "520 leaves, 220 new" in said
    assert looks(folder) == [300, 520]
    assert len(program().recall(folder).leaves) == 520
    name, secret = (folder / "key").read_text().split()
    assert name == "hospital.example/w" and len(secret) == 64
    assert (folder / "key").stat().st_mode & 0o077 == 0
    note = (folder / "520.checkpoint").read_text()
    assert note.count("— hospital.example/w ") == 1


def wrongs() -> dict[str, tuple[str, dict[str, bytes]]]:
    """Return what can be wrong with the next look, with words of the complaint."""
    later = {"at": THEN + hours(2)}
    good = pages(ENTRIES[:520], **later)
    other = [*ENTRIES[:17], ENTRIES[599], *ENTRIES[18:520]]
    without = [*ENTRIES[:17], *ENTRIES[18:520]]
    more = [*ENTRIES[:17], ENTRIES[599], *ENTRIES[17:520]]
    swapped = [ENTRIES[1], ENTRIES[0], *ENTRIES[2:520]]
    found = {
        "a leaf rewritten, and all signed anew": ("history was rewritten", pages(other, **later)),
        "a leaf removed": ("history was rewritten", pages(without, **later)),
        "a leaf put into the past": ("history was rewritten", pages(more, **later)),
        "two leaves exchanged": ("history was rewritten", pages(swapped, **later)),
        "the end cut off": ("leaves, and had", pages(ENTRIES[:299], **later)),
        "nothing left": ("leaves, and had", pages([], **later)),
        "an older checkpoint": ("older than the one", pages(ENTRIES[:300], at=THEN - hours(1))),
        "leaves added under an old date": ("before the last look", pages(ENTRIES[:301], at=THEN)),
        "signed in the future": ("in the future", pages(ENTRIES[:520], at=THEN + hours(90))),
        "another name": ("calls itself", pages(ENTRIES[:520], **later, origin="x.example/log")),
        "another key": (
            "not signed by a key",
            pages(ENTRIES[:520], **later, signing=OTHER_LOG_KEY),
        ),
    }
    for path, words in (
        ("log/tile/0/002.p/8", "make up the tree"),
        ("log/tile/0/000", "history was rewritten"),
        ("log/tile/1/000.p/2", "level 1"),
        ("log/tile/entries/001", "entries"),
    ):
        data = bytearray(good[path])
        data[40] ^= 1
        found[f"a bit of {path}"] = (words, good | {path: bytes(data)})
    found["a tile too short"] = ("are served", good | {"log/tile/0/002.p/8": bytes(32)})
    found["no checkpoint in it"] = ("cannot be read", good | {"log/checkpoint": b"<html>"})
    found["no text"] = ("cannot be read", good | {"log/checkpoint": b"\xff\xfe"})
    ended = key(1, until=THEN + hours(1))
    for name, words, document in (
        ("the key gone", "gone or changed", keys_json(OTHER_LOG_KEY)),
        ("no keys", "cannot be read", b"[]"),
        ("no JSON", "cannot be read", b"{"),
        ("the key had ended", "in use at its time", keys_json(ended)),
    ):
        found[name] = (words, good | {"register/keys.json": document})
    return found


@pytest.mark.parametrize("name", wrongs())
def test_what_is_wrong_is_said_and_not_remembered(folder: Path, name: str) -> None:
    words, published = wrongs_once()[name]
    with pytest.raises(program().Wrong, match=words):
        program().check(folder, fetch(published), NOW + 2 * 3600)
    assert looks(folder) == [300]


@functools.cache
def wrongs_once() -> dict[str, tuple[str, dict[str, bytes]]]:
    return wrongs()


def test_a_witness_without_memory_believes_a_rewritten_log(tmp_path: Path) -> None:
    """The vulnerable twin: on a first look, another history is as good as any."""
    _words, rewritten = wrongs_once()["a leaf rewritten, and all signed anew"]
    assert "520 leaves" in program().check(tmp_path, fetch(rewritten), NOW + 2 * 3600)


def test_a_log_may_change_its_key_in_the_open(folder: Path) -> None:
    ended = key(1, until=THEN + hours(1))
    began = replace(OTHER_LOG_KEY, valid_from=THEN + hours(1))
    grown = pages(ENTRIES[:301], at=THEN + hours(2), signing=began)
    grown["register/keys.json"] = keys_json(ended, began)
    assert "301 leaves, 1 new" in program().check(folder, fetch(grown), NOW + 2 * 3600)
    moved = keys_json(key(1, until=THEN + hours(9)), began)
    with pytest.raises(program().Wrong, match="its end was moved"):
        program().check(folder, fetch(grown | {"register/keys.json": moved}), NOW + 3 * 3600)


@pytest.mark.parametrize(("days", "is_back"), [(0, False), (1, False), (2, True), (300, True)])
def test_an_award_that_claims_a_day_before_the_last_look_without_it_is_dated_back(
    folder: Path, tmp_path: Path, days: int, is_back: bool
) -> None:
    """Case 42, seen from outside: the leaf was not there, whatever the log says of its time."""
    looked = datetime.fromtimestamp(NOW, UTC)
    claimed = looked - timedelta(days=days)
    forged = log.entry_of(salt_of(0), digest_of(0), "award", claimed)
    entries = [*ENTRIES[:300], forged]
    program().check(folder, fetch(pages(entries, at=THEN + hours(2))), NOW + 2 * 3600)
    hashes = [log.leaf_hash(entry) for entry in entries]
    proof = replace(proof_of(0, hashes, checkpoint_of(hashes)), index=300, at=claimed)
    file = tmp_path / "award.tlog-proof"
    file.write_text(proof.text)
    if is_back:
        with pytest.raises(program().Wrong, match="dated back"):
            program().when(folder, file)
    else:
        said = program().when(folder, file)
        assert "leaf 300, seen since 2026-10-14 12:30:00 UTC" in said
        assert "not there yet on 2026-10-14 10:30:00 UTC" in said


def test_what_is_no_proof_or_no_name_is_refused(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "nonsense"
    file.write_text("nonsense")
    with pytest.raises(program().Unseen, match="is no proof"):
        program().when(folder, file)
    for name in ("", "two words", "a+b"):
        with pytest.raises(program().Unseen, match="name"):
            program().new(tmp_path / "other", name)
    with pytest.raises(program().Unseen, match="already"):
        program().new(folder, "again.example")


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 600])
def test_its_tree_is_the_tree_of_the_log(size: int) -> None:
    hashes = [log.leaf_hash(entry) for entry in ENTRIES[:size]]
    assert program().tree_root(hashes) == log.root(size, log.nodes_of(hashes))


def test_the_command_ends_with_a_status_that_a_machine_can_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(published: dict[str, bytes] | None) -> int:
        def reach(path: str) -> bytes:
            if published is None:
                raise program().Unseen("no network")
            return published[path]

        monkeypatch.setattr(program(), "from_the_net", lambda _address: reach)
        monkeypatch.setattr(program().time, "time", lambda: NOW + 2 * 3600)
        monkeypatch.setattr(sys, "argv", ["witness.py", "--folder", str(folder), "check", SITE])
        return int(program().main())

    assert run(pages(ENTRIES[:520], at=THEN + hours(2))) == 0
    assert run(pages(ENTRIES[:5], at=THEN + hours(2))) == 1
    assert run(None) == 2
    told = capsys.readouterr()
    assert "WRONG" in told.err and "Could not look" in told.err and "520 leaves" in told.out
