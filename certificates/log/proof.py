"""The proof that an act on a credential is in the log, as text to carry along (C2SP tlog-proof).

A leaf holds SHA-256(salt || digest of the credential || act and its time): without the salt
nobody can tell which credential a leaf is about, and no act can be dated anew. The proof carries
salt, act and time as its extra data.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast, get_args

from certificates.keys import PublicKey
from certificates.log.checkpoint import (
    LONGEST_NOTE,
    Witness,
    canonical_base64,
    check_checkpoint,
    whole_number,
)
from certificates.log.merkle import HASH_BYTES, ProofError, check_inclusion, leaf_hash

LoggedAct = Literal["award", "suspend", "reinstate", "revoke", "supersede"]
"""What a leaf can record of a credential."""
SALT_BYTES = 32
LATE_AFTER = timedelta(hours=24)
"""An award that reached the log later than this after its own date is flagged."""

_HEADER = "c2sp.org/tlog-proof@v1"
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_DIGEST_LETTERS = 64


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an act stands in the log and what leads from there to a signed checkpoint."""

    act: LoggedAct
    at: datetime
    salt: bytes
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as it is written down; such files are named `.tlog-proof`."""
        extra = base64.b64encode(self.salt + _deed(self.act, self.at)).decode("ascii")
        path = "".join(base64.b64encode(each).decode("ascii") + "\n" for each in self.hashes)
        return f"{_HEADER}\nextra {extra}\nindex {self.index}\n{path}\n{self.checkpoint}"


@dataclass(frozen=True, slots=True)
class ProofCheck:
    """What a proof that holds shows.

    `at` is when the act took place, to the second, as it was logged. `logged_at` is when the log
    signed the tree that the proof leads to; `cosigned` names the witnesses who vouch for that
    tree, and when each saw it. The log's own time is its own word.
    """

    act: LoggedAct
    at: datetime
    index: int
    size: int
    origin: str
    logged_at: datetime
    cosigned: tuple[tuple[str, datetime], ...]

    @property
    def is_late(self) -> bool:
        """Whether it reached the log more than 24 hours after the time it claims."""
        return self.logged_at - self.at > LATE_AFTER


def entry_of(salt: bytes, digest: str, act: LoggedAct, at: datetime) -> bytes:
    """Return what a leaf holds of an act on the credential with this digest (hexadecimal).

    Of `at`, an aware instant, the second counts. Raises `ValueError` for a salt or digest of
    another length, or an act that is none.
    """
    if len(salt) != SALT_BYTES or len(digest) != _DIGEST_LETTERS or act not in get_args(LoggedAct):
        raise ValueError("an entry needs 32 bytes of salt, a SHA-256 and a known act")
    return hashlib.sha256(salt + bytes.fromhex(digest) + _deed(act, at)).digest()


def proof_from(text: str) -> Proof:
    """Return the proof that a text is; raises `ProofError` when it is none.

    Whether it holds is for `check_proof`.
    """
    if len(text) > 2 * LONGEST_NOTE:
        raise ProofError("the proof is too long")
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 3 or lines[0] != _HEADER:
        raise ProofError("this is no proof of a log")
    extra = canonical_base64(_after("extra ", lines[1]))
    act, at = _act_in(extra[SALT_BYTES:])
    hashes = tuple(map(canonical_base64, lines[3:]))
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError("a step of the proof must be a SHA-256")
    index = whole_number(_after("index ", lines[2]))
    return Proof(act, at, extra[:SALT_BYTES], index, hashes, checkpoint)


def check_proof(
    text: str, digest: str, keys: Iterable[PublicKey], witnesses: Iterable[Witness] = ()
) -> ProofCheck:
    """Return what the proof shows of the credential with this digest; `ProofError` if nothing."""
    proof = proof_from(text)
    timed = check_checkpoint(proof.checkpoint, keys, witnesses)
    leaf = leaf_hash(entry_of(proof.salt, digest, proof.act, proof.at))
    tree = timed.checkpoint
    check_inclusion(proof.index, tree.size, leaf, proof.hashes, tree.root)
    return ProofCheck(
        proof.act, proof.at, proof.index, tree.size, tree.origin, timed.signed_at, timed.cosigned
    )


def _deed(act: LoggedAct, at: datetime) -> bytes:
    """Return an act and its second as a leaf has them."""
    return f"{act} {at.astimezone(UTC).strftime(_INSTANT)}".encode("ascii")


def _act_in(data: bytes) -> tuple[LoggedAct, datetime]:
    act, _, written = data.decode("ascii", "replace").partition(" ")
    if act not in get_args(LoggedAct):
        raise ProofError("the proof names no act that the log records")
    try:
        at = datetime.strptime(written, _INSTANT).replace(tzinfo=UTC)
    except ValueError as error:
        raise ProofError("the proof does not say when the act took place") from error
    known = cast(LoggedAct, act)
    if _deed(known, at) != data:
        raise ProofError("the proof does not write the time as the log does")
    return known, at


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise ProofError(f"the proof lacks its {word.strip()}")
    return line.removeprefix(word)
