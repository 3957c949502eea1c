"""Checkpoints: the size and root of the log at a time, signed as C2SP signed notes.

The log signs each checkpoint twice with its one key: the plain signature that every reader of
the format expects, and the timestamped one of witnesses, which says when. Formats:
c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from certificates.keys import PublicKey, SigningKey
from certificates.log.merkle import HASH_BYTES, ProofError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLAIN, TIMESTAMPED = 1, 4
"""Signature types of signed notes: Ed25519, and a cosignature with its time."""
LONGEST_NOTE = 20_000
"""Longest note that is read, in characters; sixteen signatures take some 3,000."""

_MARK = "— "
_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_DIGITS_OF_A_SIZE = 18


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name (`origin`), how many leaves, under which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode("ascii")
        return f"{self.origin}\n{self.size}\n{root}\n"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A line below a note: who signed, the four bytes that name the key, the signature."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was read; whether its signatures hold is for `check_checkpoint`."""

    checkpoint: Checkpoint
    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody outside who cosigns checkpoints: their name and public key."""

    name: str
    public: Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class TimedCheckpoint:
    """A checkpoint whose signatures hold: when the log, and each known witness, signed it."""

    checkpoint: Checkpoint
    signed_at: datetime
    key: str
    cosigned: tuple[tuple[str, datetime], ...] = ()


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey, at: datetime) -> str:
    """Return the checkpoint as the log signs it, at the instant `at` (to the second)."""
    public = key.private.public_key().public_bytes_raw()
    plain_id = key_id_of(checkpoint.origin, PLAIN, public)
    plain = _line(checkpoint.origin, plain_id + key.sign(checkpoint.text.encode("utf-8")))
    return cosign(f"{checkpoint.text}\n{plain}", checkpoint.origin, key, at)


def cosign(note: str, name: str, key: SigningKey, at: datetime) -> str:
    """Return the note with one more line: the timestamped signature of `name`.

    Raises `ProofError` when the note is no signed checkpoint.
    """
    text = read_checkpoint(note).text
    seconds = int(at.timestamp())
    signature = key.sign(_cosigned_text(text, seconds))
    public = key.private.public_key().public_bytes_raw()
    value = key_id_of(name, TIMESTAMPED, public) + seconds.to_bytes(_TIME_BYTES, "big") + signature
    return note + _line(name, value)


def read_checkpoint(note: str) -> SignedCheckpoint:
    """Return what a note says; raises `ProofError` when it is not written as the formats have it.

    Strict, so that no two texts mean the same: no zeros in front, canonical base64, no carriage
    returns.
    """
    if len(note) > LONGEST_NOTE:
        raise ProofError("the checkpoint is too long")
    text, blank, signed = note.rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise ProofError("the checkpoint carries no signature")
    if any(ord(letter) < ord(" ") and letter != "\n" for letter in note):
        raise ProofError("the checkpoint holds a control character")
    text += "\n"
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise ProofError("the checkpoint needs its origin, size and root")
    root = canonical_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise ProofError("the root must be a SHA-256")
    checkpoint = Checkpoint(lines[0], whole_number(lines[1]), root)
    return SignedCheckpoint(checkpoint, text, tuple(map(_signature, signed.split("\n")[:-1])))


def check_checkpoint(
    note: str, keys: Iterable[PublicKey], witnesses: Iterable[Witness] = ()
) -> TimedCheckpoint:
    """Return the checkpoint once a log key of the issuer is found to have signed it, with its time.

    Signatures by others are passed over, as signed notes demand; one that claims a known key and
    does not hold refuses the whole. Raises `ProofError`.
    """
    signed = read_checkpoint(note)
    for key in keys:
        if key.purpose != "log":
            continue
        is_plain = _holds(signed, PLAIN, signed.checkpoint.origin, key.public) is not None
        at = _holds(signed, TIMESTAMPED, signed.checkpoint.origin, key.public)
        if not is_plain or at is None:
            continue
        if not key.signed_at(at):
            raise ProofError("the checkpoint is dated outside the time its key was in use")
        cosigned = tuple(
            (witness.name, seen)
            for witness in witnesses
            if (seen := _holds(signed, TIMESTAMPED, witness.name, witness.public)) is not None
        )
        return TimedCheckpoint(signed.checkpoint, at, key.id, cosigned)
    raise ProofError("no known key of the log has signed the checkpoint, with its time")


def key_id_of(name: str, kind: int, public: bytes) -> bytes:
    """Return the four bytes that name a key in a signed note."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public).digest()[
        :_KEY_ID_BYTES
    ]


def verifier_key(name: str, public: Ed25519PublicKey, kind: int) -> str:
    """Return a key as readers of signed notes take it: `name+id+base64` (a vkey)."""
    raw = public.public_bytes_raw()
    material = base64.b64encode(bytes([kind]) + raw).decode("ascii")
    return f"{name}+{key_id_of(name, kind, raw).hex()}+{material}"


def witness_from(text: str) -> Witness:
    """Return the witness whose vkey this is; raises `ProofError` for anything else."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, _, rest = text.strip().partition("+")
    written, _, material = rest.partition("+")
    raw = canonical_base64(material)
    if not name or len(raw) != 1 + HASH_BYTES or raw[0] != TIMESTAMPED:
        raise ProofError("the key of a witness must be a vkey of a timestamped Ed25519 signature")
    if key_id_of(name, TIMESTAMPED, raw[1:]).hex() != written:
        raise ProofError("the key of a witness does not fit its own number")
    return Witness(name, Ed25519PublicKey.from_public_bytes(raw[1:]))


def canonical_base64(text: str) -> bytes:
    """Return the bytes of a text in the one base64 form they have; raises `ProofError`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError(f"{text[:60]!r} is not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise ProofError(f"{text[:60]!r} is not the one base64 form of its bytes")
    return data


def whole_number(text: str) -> int:
    """Return a number written in digits without zeros in front; raises `ProofError`."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS_OF_A_SIZE
    if not is_number or str(int(text)) != text:
        raise ProofError(f"{text[:30]!r} is not a whole number")
    return int(text)


def _signature(line: str) -> NoteSignature:
    name, space, value = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space or not name or "+" in name:
        raise ProofError("a line below the checkpoint is no signature")
    data = canonical_base64(value)
    if len(data) <= _KEY_ID_BYTES:
        raise ProofError("a signature below the checkpoint is too short")
    return NoteSignature(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


def _holds(
    signed: SignedCheckpoint, kind: int, name: str, public: Ed25519PublicKey
) -> datetime | None:
    """Return when this key signed, or None when it did not; plain signatures are of year one.

    Raises `ProofError` for a signature that claims the key and does not hold.
    """
    from cryptography.exceptions import InvalidSignature

    wanted = key_id_of(name, kind, public.public_bytes_raw())
    for each in signed.signatures:
        if each.name != name or each.key_id != wanted:
            continue
        seconds = 0
        value, text = each.value, signed.text.encode("utf-8")
        if kind == TIMESTAMPED:
            seconds = int.from_bytes(value[:_TIME_BYTES], "big")
            value, text = value[_TIME_BYTES:], _cosigned_text(signed.text, seconds)
        try:
            public.verify(value, text)
            return datetime.fromtimestamp(seconds, UTC)
        except (InvalidSignature, OverflowError, ValueError, OSError) as error:
            raise ProofError(f"a signature of {name} does not hold") from error
    return None


def _cosigned_text(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(name: str, value: bytes) -> str:
    return f"{_MARK}{name} {base64.b64encode(value).decode('ascii')}\n"
