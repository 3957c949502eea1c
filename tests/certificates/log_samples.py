"""A small log to test with: its keys, its leaves, and proofs made from both."""

import hashlib
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import certificates
from certificates import log

ORIGIN = "pat.example/log"
OPENED = datetime(2026, 1, 1, tzinfo=UTC)
ISSUED = datetime(2026, 10, 14, 9, 12, 5, tzinfo=UTC)
THEN = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)


def key(
    number: int, purpose: certificates.Purpose = "log", until: datetime | None = None
) -> certificates.SigningKey:
    """Return a key that is the same in every run."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    name = certificates.key_id(purpose, private.public_key())
    return certificates.SigningKey(name, purpose, private, OPENED, until)


LOG_KEY, OTHER_LOG_KEY, BADGE_KEY = key(1), key(2), key(3, "credential")
KEYS = (BADGE_KEY.public_key, LOG_KEY.public_key)
WITNESS = log.Witness("hospital.example/witness", key(9).private.public_key())


def digest_of(number: int) -> str:
    return hashlib.sha256(f"credential {number}".encode()).hexdigest()


def salt_of(number: int) -> bytes:
    return hashlib.sha256(f"salt {number}".encode()).digest()


def leaves(count: int) -> list[bytes]:
    """Return the leaf hashes of the awards of so many credentials."""
    return [
        log.leaf_hash(log.entry_of(salt_of(number), digest_of(number), "award", ISSUED))
        for number in range(count)
    ]


def checkpoint_of(
    hashes: list[bytes],
    at: datetime = THEN,
    signing: certificates.SigningKey = LOG_KEY,
    origin: str = ORIGIN,
) -> str:
    """Return the signed checkpoint of a log with these leaf hashes."""
    tree = log.Checkpoint(origin, len(hashes), log.root(len(hashes), log.nodes_of(hashes)))
    return log.sign_checkpoint(tree, signing, at)


def proof_of(number: int, hashes: list[bytes], note: str) -> log.Proof:
    """Return the proof that the award of a credential is in that log."""
    path = log.inclusion_proof(number, len(hashes), log.nodes_of(hashes))
    return log.Proof("award", ISSUED, salt_of(number), number, path, note)


def hours(number: int) -> timedelta:
    return timedelta(hours=number)
