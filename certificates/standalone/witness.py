#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = ["cryptography>=42"]
# ///
"""Watches a register of credentials from outside, for whoever wants to hold it to account.

A log that signs itself can be rewritten by whoever holds its key, unless somebody else remembers
what it said. This does. Run it once a day, on a machine that is not the register's:

    python witness.py new hospital.example/witness     makes a key and prints its public part
    python witness.py check https://pat.example        looks, compares, remembers, cosigns
    python witness.py when certificate.tlog-proof      tells when an award was first seen here

What was seen is kept in the folder `witness` (or --folder DIR); keep it safe. The exit status is
0 when all is well, 1 when something is wrong with the log, 2 when it could not be looked at.
Formats: RFC 6962, c2sp.org/tlog-tiles, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HASH, WIDTH = 32, 256
PLAIN, TIMED = 1, 4
DAY = 24 * 60 * 60
CLOCKS_DIFFER = 300
LARGEST_ANSWER = 1_000_000
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
Fetch = Callable[[str], bytes]


class Wrong(Exception):
    """The log does not hold what it promised; the message says in what."""


class Unseen(Exception):
    """The log could not be looked at, which says nothing about it; the message says why."""


@dataclass(frozen=True)
class Note:
    """A checkpoint whose signatures hold: its text, size and root, and when the log signed it."""

    text: str
    origin: str
    size: int
    root: bytes
    signed_at: int


@dataclass(frozen=True)
class LogKey:
    """A key of the log, and the times (seconds since 1970) from and until which it signs."""

    public: bytes
    valid_from: float
    valid_until: float | None


@dataclass
class Memory:
    """What this witness has seen: each leaf, and each look at the log with its time and size."""

    leaves: list[bytes] = field(default_factory=list)
    looks: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, Any] | None = None


# --- the tree -------------------------------------------------------------------------------


def leaf_hash(entry: bytes) -> bytes:
    """Hash a leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def tree_root(hashes: list[bytes]) -> bytes:
    """Return the root over leaf hashes (RFC 6962, section 2.1)."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        paired = [
            hashlib.sha256(b"\x01" + left + right).digest()
            for left, right in zip(hashes[::2], hashes[1::2], strict=False)
        ]
        # An odd one out rises unchanged: the same tree as the standard's splitting gives.
        hashes = paired + hashes[len(paired) * 2 :]
    return hashes[0]


def tile_path(level: str, number: int, width: int) -> str:
    """Return where a tile is published (c2sp.org/tlog-tiles)."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return f"log/tile/{level}/{'/'.join(groups)}" + ("" if width == WIDTH else f".p/{width}")


def fetch_level(fetch: Fetch, level: str, count: int) -> bytes:
    """Return the tiles, or bundles, of one level, one after the other."""
    return b"".join(
        fetch(tile_path(level, number, min(WIDTH, count - number * WIDTH)))
        for number in range(-(-count // WIDTH))
    )


def entries_in(data: bytes) -> list[bytes]:
    """Return the entries of bundles, each after its length in two bytes."""
    found, at = [], 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : end])
        at = end
    return found


# --- keys and checkpoints -------------------------------------------------------------------


def log_keys(document: Any) -> list[LogKey]:
    """Return the keys of the log in the published document of keys."""
    try:
        return [
            LogKey(
                from_multibase(each["publicKeyMultibase"]),
                datetime.fromisoformat(each["validFrom"]).timestamp(),
                each["validUntil"] and datetime.fromisoformat(each["validUntil"]).timestamp(),
            )
            for each in document["keys"]
            if each["purpose"] == "log"
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f"the published keys cannot be read: {error}") from error


def from_multibase(text: str) -> bytes:
    """Return the 32 bytes of an Ed25519 key written as a Multikey."""
    number = 0
    for letter in text.removeprefix("z"):
        number = number * 58 + BASE58.index(letter)
    raw = number.to_bytes(HASH + 2, "big")
    if not text.startswith("z") or raw[:2] != b"\xed\x01":
        raise ValueError(f"{text[:20]} is no Ed25519 key")
    return raw[2:]


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes that name a key in a signed note."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def read_note(note: str, keys: list[LogKey]) -> Note:
    """Return the checkpoint, once one of the log's keys has signed it with its time."""
    text, _, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if len(lines) < 3 or not lines[1].isdecimal():
        raise Wrong("the checkpoint cannot be read")
    text += "\n"
    for key in keys:
        if signature(signed, lines[0], key.public, PLAIN, text) is None:
            continue
        signed_at = signature(signed, lines[0], key.public, TIMED, text)
        if signed_at is None or signed_at < key.valid_from:
            continue
        if key.valid_until is not None and signed_at >= key.valid_until:
            continue
        root = base64.b64decode(lines[2], validate=True)
        return Note(text, lines[0], int(lines[1]), root, signed_at)
    raise Wrong("the checkpoint is not signed by a key of the log that was in use at its time")


def signature(signed: str, name: str, public: bytes, kind: int, text: str) -> int | None:
    """Return the time of a signature below a note (0 for a plain one), or None without one."""
    for line in signed.splitlines():
        if not line.startswith(f"— {name} "):
            continue
        value = base64.b64decode(line.rsplit(" ", 1)[1])
        if value[:4] != key_id(name, kind, public):
            continue
        at = int.from_bytes(value[4:12], "big") if kind == TIMED else 0
        message = timed_text(text, at) if kind == TIMED else text.encode()
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(value[-64:], message)
        except InvalidSignature:
            raise Wrong("a signature below the checkpoint does not hold") from None
        return at
    return None


def timed_text(text: str, at: int) -> bytes:
    """Return what a cosignature signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosigned(note: str, text: str, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """Return the note with this witness's line below."""
    value = key_id(name, TIMED, key.public_key().public_bytes_raw()) + at.to_bytes(8, "big")
    value += key.sign(timed_text(text, at))
    return f"{note}— {name} {base64.b64encode(value).decode()}\n"


# --- looking --------------------------------------------------------------------------------


def look(fetch: Fetch, memory: Memory, now: float) -> tuple[str, Note, list[bytes]]:
    """Look at the whole log; return its note, what the note says, and its leaves.

    Raises Wrong for anything that does not fit together, or not with what was seen before.
    """
    keys = known_keys(fetch, memory)
    try:
        raw = fetch("log/checkpoint").decode("utf-8")
        note = read_note(raw, log_keys(keys))
    except ValueError as error:
        raise Wrong(f"the checkpoint cannot be read: {error}") from error
    compare_looks(note, memory, now)
    served = fetch_level(fetch, "0", note.size)
    leaves = [served[at : at + HASH] for at in range(0, len(served), HASH)]
    if len(leaves) != note.size:
        raise Wrong(f"{len(leaves)} leaves are served of a log of {note.size}")
    for place, (seen, now_served) in enumerate(zip(memory.leaves, leaves, strict=False)):
        if seen != now_served:
            raise Wrong(f"leaf {place} is not the one that was seen before: history was rewritten")
    if tree_root(leaves) != note.root:
        raise Wrong("the leaves that are served do not make up the tree that was signed")
    if list(map(leaf_hash, entries_in(fetch_level(fetch, "entries", note.size)))) != leaves:
        raise Wrong("the entries that are served are not those of the leaves")
    compare_levels(fetch, leaves)
    memory.keys = keys
    return raw, note, leaves


def known_keys(fetch: Fetch, memory: Memory) -> dict[str, Any]:
    """Return the published keys; those seen before must still be there, and mean the same."""
    try:
        document: dict[str, Any] = json.loads(fetch("register/keys.json"))
        published = {each["id"]: each for each in document["keys"]}
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f"the published keys cannot be read: {error}") from error
    for old in (memory.keys or {"keys": []})["keys"]:
        new = published.get(old["id"], {})
        same = ("publicKeyMultibase", "purpose", "validFrom")
        if any(new.get(name) != old[name] for name in same):
            raise Wrong(f"the key {old['id']} was seen before and is gone or changed")
        if old["validUntil"] and new["validUntil"] != old["validUntil"]:
            raise Wrong(f"the key {old['id']} had ended, and its end was moved")
    return document


def compare_looks(note: Note, memory: Memory, now: float) -> None:
    """Refuse a log that shrank, has another past, or runs against the clock."""
    if note.signed_at > now + CLOCKS_DIFFER:
        raise Wrong("the checkpoint is dated in the future")
    if not memory.looks:
        return
    last = memory.looks[-1]
    if note.origin != last["origin"]:
        raise Wrong(f"the log calls itself {note.origin}, and was {last['origin']}")
    if note.size < last["size"]:
        raise Wrong(f"the log has {note.size} leaves, and had {last['size']}")
    if note.signed_at < last["signed_at"]:
        raise Wrong("the checkpoint is older than the one seen before")
    if note.size > last["size"] and note.signed_at < last["time"] - CLOCKS_DIFFER:
        raise Wrong("leaves were added under a date before the last look at the log")


def compare_levels(fetch: Fetch, leaves: list[bytes]) -> None:
    """Refuse a level of tiles above the leaves that is not made of the level below."""
    hashes, level = leaves, 0
    while len(hashes) >= WIDTH:
        level += 1
        full = range(0, len(hashes) - WIDTH + 1, WIDTH)
        hashes = [tree_root(hashes[at : at + WIDTH]) for at in full]
        if fetch_level(fetch, str(level), len(hashes)) != b"".join(hashes):
            raise Wrong(f"the tiles of level {level} are not made of those below")


def first_seen(memory: Memory, index: int) -> tuple[float | None, float | None]:
    """Return when a leaf was first seen, and the last look before that did not show it."""
    before = [each["time"] for each in memory.looks if each["size"] <= index]
    since = [each["time"] for each in memory.looks if each["size"] > index]
    return (since[0] if since else None), (before[-1] if before else None)


def is_dated_back(memory: Memory, index: int, claimed: float) -> bool:
    """Whether a leaf was not there yet more than 24 hours after the time it claims."""
    _since, before = first_seen(memory, index)
    return before is not None and before - claimed > DAY


# --- the folder -----------------------------------------------------------------------------


def recall(folder: Path) -> Memory:
    """Read what was seen from the folder."""
    leaves, looks, keys = (folder / name for name in ("leaves", "looks.jsonl", "keys.json"))
    data = leaves.read_bytes() if leaves.exists() else b""
    return Memory(
        [data[at : at + HASH] for at in range(0, len(data), HASH)],
        [json.loads(line) for line in looks.read_text().splitlines()] if looks.exists() else [],
        json.loads(keys.read_text()) if keys.exists() else None,
    )


def remember(folder: Path, memory: Memory, note: Note, leaves: list[bytes], now: float) -> None:
    """Add a look to the memory, and write it into the folder."""
    root = base64.b64encode(note.root).decode()
    memory.looks.append(
        {"time": int(now), "size": note.size, "root": root}
        | {"signed_at": note.signed_at, "origin": note.origin}
    )
    memory.leaves = leaves
    with (folder / "looks.jsonl").open("a") as file:
        file.write(json.dumps(memory.looks[-1]) + "\n")
    for name, data in (("leaves", b"".join(leaves)), ("keys.json", json.dumps(memory.keys))):
        new = folder / f"{name}.new"
        new.write_bytes(data if isinstance(data, bytes) else data.encode())
        new.replace(folder / name)


def from_the_net(address: str) -> Fetch:
    """Return what fetches a path below the register's address."""

    def fetch(path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{address.rstrip('/')}/{path}", timeout=30) as answer:  # noqa: S310
                data: bytes = answer.read(LARGEST_ANSWER)
                return data
        except (OSError, ValueError) as error:
            raise Unseen(f"{path}: {error}") from error

    return fetch


# --- the command ----------------------------------------------------------------------------


def new(folder: Path, name: str) -> str:
    """Make the key of this witness; return what to say."""
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise Unseen("a name has neither spaces nor plus signs, such as hospital.example/witness")
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    file = folder / "key"
    if file.exists():
        raise Unseen(f"{file} is there already")
    file.touch(mode=0o600)
    file.write_text(f"{name} {key.private_bytes_raw().hex()}\n")
    public = key.public_key().public_bytes_raw()
    material = base64.b64encode(bytes([TIMED]) + public).decode()
    return f"{name}+{key_id(name, TIMED, public).hex()}+{material}"


def check(folder: Path, fetch: Fetch, now: float) -> str:
    """Look at the log, remember and cosign; return what to say."""
    memory = recall(folder)
    raw, note, leaves = look(fetch, memory, now)
    grown = note.size - len(memory.leaves)
    remember(folder, memory, note, leaves, now)
    said = f"{note.origin}: {note.size} leaves, {grown} new; signed {shown(note.signed_at)}"
    if (folder / "key").exists():
        name, secret = (folder / "key").read_text().split()
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
        file = folder / f"{note.size}.checkpoint"
        file.write_text(cosigned(raw, note.text, name, key, int(now)))
        said += f". Cosigned: {file}"
    return said


def when(folder: Path, proof: Path) -> str:
    """Tell when the act of a proof was first seen here; return what to say."""
    lines = proof.read_text().split("\n")
    try:
        deed = base64.b64decode(lines[1].removeprefix("extra "))[HASH:].decode()
        index = int(lines[2].removeprefix("index "))
        claimed = datetime.strptime(deed.split()[1], "%Y-%m-%dT%H:%M:%S%z").timestamp()
    except (IndexError, ValueError) as error:
        raise Unseen(f"{proof} is no proof: {error}") from error
    memory = recall(folder)
    since, before = first_seen(memory, index)
    said = f"{deed}: leaf {index}, " + (f"seen since {shown(since)}" if since else "never seen")
    said += f", not there yet on {shown(before)}" if before else ""
    if is_dated_back(memory, index, claimed):
        raise Wrong(f"{said}: dated back")
    return said


def shown(at: float) -> str:
    """Return a time as people read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def main() -> int:
    """Do what the command line asks for; return the exit status."""
    summary, _, manual = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=manual, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path("witness"))
    parser.add_argument("act", choices=["new", "check", "when"])
    parser.add_argument("what", help="a name, the register's address, or a file")
    given = parser.parse_args()
    try:
        if given.act == "new":
            print(new(given.folder, given.what))
        elif given.act == "check":
            given.folder.mkdir(parents=True, exist_ok=True)
            print(check(given.folder, from_the_net(given.what), time.time()))
        else:
            print(when(given.folder, Path(given.what)))
    except Wrong as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    except Unseen as error:
        print(f"Could not look: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
