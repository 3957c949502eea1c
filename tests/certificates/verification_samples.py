"""Files to verify: a certificate with badge and proof, its badge alone, and the published keys."""

import functools
import json
from datetime import datetime, timedelta
from typing import Any

from badge_samples import AT, ISSUED, SITE, clean_lists, sample_badge
from badge_samples import KEY as BADGE_KEY
from certificate_samples import VERIFY_URL, sample_credential, sample_particulars
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from signing_samples import ROOT, SIGNER

import certificates
from certificates import log

OPENED = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
LOGGED = ISSUED + timedelta(minutes=20)
LOG_KEY = certificates.SigningKey(
    "log-one", "log", Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32), OPENED
)
KEYS: dict[str, Any] = certificates.published_keys(
    [BADGE_KEY.public_key, LOG_KEY.public_key], [ROOT]
)
ORIGIN = f"{SITE.removeprefix('https://')}/log"
SALT = bytes(range(32))


def credential(**changes: Any) -> certificates.Credential:
    return sample_credential(particulars=sample_particulars(), **changes)


def proof_text(
    digest: str,
    *,
    act: log.LoggedAct = "award",
    at: datetime = ISSUED,
    logged: datetime = LOGGED,
    key: certificates.SigningKey = LOG_KEY,
) -> str:
    """Return the proof of one act in a log of twenty."""
    leaves = [log.leaf_hash(bytes([number]) * 32) for number in range(20)]
    leaves[11] = log.leaf_hash(log.entry_of(SALT, digest, act, at))
    nodes = log.nodes_of(leaves)
    tree = log.Checkpoint(ORIGIN, 20, log.root(20, nodes))
    path = log.inclusion_proof(11, 20, nodes)
    return log.Proof(act, at, SALT, 11, path, log.sign_checkpoint(tree, key, logged)).text


@functools.cache
def badge_text(**changes: Any) -> str:
    signed = certificates.sign_badge(sample_badge(**changes), BADGE_KEY, ISSUED)
    return json.dumps(signed, ensure_ascii=False)


def signed_pdf(badge: str | None, proof: str | None, **changes: Any) -> bytes:
    """Return a certificate signed by the issuer, with these files in it."""
    attachments = tuple(
        certificates.Attachment(name, text.encode(), "For whoever checks", kind)
        for name, text, kind in (
            ("badge.json", badge, "application/vc"),
            ("award.tlog-proof", proof, "text/plain"),
        )
        if text is not None
    )
    drawn = certificates.render_certificate(
        credential(**changes), VERIFY_URL, attachments=attachments
    )
    return certificates.sign_pdf(drawn, SIGNER, signed_at=LOGGED)


@functools.cache
def genuine_pdf() -> bytes:
    digest = certificates.digest(credential())
    return signed_pdf(badge_text(), proof_text(digest))


__all__ = ["AT", "BADGE_KEY", "ISSUED", "KEYS", "LOGGED", "LOG_KEY", "SIGNER", "clean_lists"]
