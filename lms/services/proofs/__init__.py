"""Proofs: files that people attach to what they state, made harmless and kept on the disk."""

from lms.services.proofs.files import (
    ENDINGS,
    MOST_BYTES,
    Proof,
    drop,
    drop_unnamed,
    keep,
    proof_of,
    read,
)

__all__ = [
    "ENDINGS",
    "MOST_BYTES",
    "Proof",
    "drop",
    "drop_unnamed",
    "keep",
    "proof_of",
    "read",
]
