"""Makes the example certificate and badge of docs/examples, through the code that makes real ones.

    python tools/make_examples.py

The issuer is made up and its keys stand below for everyone to read: whoever likes can make more
examples, and nobody should trust one.
"""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import certificates
from certificates import log

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "examples"
SITE = "https://pat.example"
OPENED = datetime(2026, 1, 1, tzinfo=UTC)
ISSUED = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
LOGGED = ISSUED + timedelta(minutes=30)
OTHER_AWARDS = 11
PLACE = 7
PURPOSES: tuple[Literal["revocation", "suspension"], ...] = ("revocation", "suspension")
# Of the certificates behind the signatures of PDF files.
SERIAL_BYTES = 19


def signing_key(number: int, purpose: certificates.Purpose) -> certificates.SigningKey:
    """Return an Ed25519 key that anybody can work out."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    name = certificates.key_id(purpose, private.public_key())
    return certificates.SigningKey(name, purpose, private, OPENED)


def document_signer() -> tuple[bytes, certificates.DocumentSigner]:
    """Return a root certificate and the signer of PDF files below it."""
    root_key, key = (ec.derive_private_key(number, ec.SECP256R1()) for number in (2026, 2027))
    name = "Example Institute (not a real issuer)"
    serials = [bytes([number]) * SERIAL_BYTES for number in (1, 2)]
    root = certificates.make_root(root_key, name, serial=serials[0], valid_from=OPENED)
    certificate = certificates.make_signer(
        key, name, root=root, root_key=root_key, serial=serials[1], valid_from=OPENED
    )
    return root, certificates.DocumentSigner(certificate, key)


def credential() -> certificates.Credential:
    """Return the award that the example is about."""
    return certificates.Credential(
        serial=certificates.new_serial(hashlib.sha256(b"example").digest()),
        holder_name="Alex Example",
        holder_profession="Clinical psychologist",
        title="Foundations of Psychedelic-Assisted Therapy",
        programme="Example Institute",
        programme_web=SITE,
        minutes=1260,
        hours=(
            certificates.HoursLine("Foundations and law", 210),
            certificates.HoursLine("Screening", 390),
            certificates.HoursLine("Set and setting", 360),
            certificates.HoursLine("Integration", 300),
        ),
        started_on=date(2026, 7, 1),
        completed_on=date(2026, 10, 13),
        issued_at=ISSUED,
        current_until=date(2028, 10, 13),
        release="2026.2",
        release_hash=hashlib.sha256(b"example release").hexdigest(),
        assessment="All lessons completed. Every quiz passed.",
        certifies="Completed the whole course of instruction.",
        notice=certificates.STANDING_NOTICE,
        signatories=(certificates.Signatory("Dr Robin Example", "Programme director"),),
        language="en-GB",
    )


def proof_of(digest: str, key: certificates.SigningKey) -> log.Proof:
    """Return the proof of the award among others, under the log's checkpoint."""
    salts = [hashlib.sha256(f"salt {number}".encode()).digest() for number in range(OTHER_AWARDS)]
    names = [f"award {number}".encode() for number in range(OTHER_AWARDS)]
    digests = [hashlib.sha256(name).hexdigest() for name in names]
    digests[PLACE] = digest
    leaves = [
        log.leaf_hash(log.entry_of(salt, each, "award", ISSUED))
        for salt, each in zip(salts, digests, strict=True)
    ]
    nodes = log.nodes_of(leaves)
    tree = log.Checkpoint("pat.example/log", len(leaves), log.root(len(leaves), nodes))
    path = log.inclusion_proof(PLACE, len(leaves), nodes)
    note = log.sign_checkpoint(tree, key, LOGGED)
    return log.Proof("award", ISSUED, salts[PLACE], PLACE, path, note)


def make(folder: Path) -> None:
    """Write certificate, badge, proof and published keys into the folder."""
    badge_key, log_key = signing_key(1, "credential"), signing_key(2, "log")
    root, signer = document_signer()
    awarded = credential()
    verify_url = f"{SITE}/v/{awarded.serial}"
    issuer = certificates.Issuer(certificates.did_of(SITE), awarded.programme, SITE)
    lists = [
        certificates.StatusEntry(certificates.status_list_address(SITE, purpose, 1), 5, purpose)
        for purpose in PURPOSES
    ]
    badge = certificates.badge_for(
        awarded,
        issuer,
        verify_url=verify_url,
        criteria=awarded.assessment,
        status=tuple(lists),
    )
    signed = certificates.sign_badge(badge, badge_key, ISSUED)
    text = json.dumps(signed, indent=2, ensure_ascii=False).encode()
    proof = proof_of(certificates.digest(awarded), log_key).text.encode()
    attachments = (
        certificates.Attachment("badge.json", text, "The badge", "application/vc+ld+json"),
        certificates.Attachment("award.tlog-proof", proof, "Proof of the log", "text/plain"),
    )
    drawn = certificates.render_certificate(awarded, verify_url, attachments=attachments)
    keys = certificates.published_keys([badge_key.public_key, log_key.public_key], [root])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in {
        "certificate.pdf": certificates.sign_pdf(drawn, signer, signed_at=LOGGED),
        "badge.json": text + b"\n",
        "badge.jwt": certificates.sign_badge_jwt(badge, badge_key, ISSUED).encode() + b"\n",
        "award.tlog-proof": proof,
        "keys.json": json.dumps(keys, indent=2).encode() + b"\n",
    }.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    make(FOLDER)
