"""Certificates as files: drawn and signed once, badge and proof of the log inside, and kept."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db, keys
from lms.config import Settings
from lms.errors import Unavailable
from lms.models.credentials import CredentialRecord
from lms.models.credits import CreditClaim, CreditStatement
from lms.models.files import CertificateFile
from lms.services.branding import brand_of
from lms.services.credentials.attested import Attested
from lms.services.credentials.badges import badge_of
from lms.services.register.proofs import proof_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A certificate as everybody gets it: its bytes, their SHA-256 (hexadecimal), a file name."""

    content: bytes
    sha256: str
    name: str


def certificate_file(
    session: Session,
    found: Attested,
    settings: Settings,
    *,
    now: datetime,
    paper: certificates.Paper | None = None,
) -> StoredFile:
    """Return the signed certificate of a credential: made the first time, the same ever after.

    It is drawn in the brand that the credential names, on that brand's paper unless one is given.

    Call it with nothing uncommitted: it commits what goes into the file before it draws, so that
    nobody who writes has to wait for a picture, and the file itself afterwards. Raises
    `Unavailable` when the key or the time-stamping authority cannot be reached just now.
    """
    brand = brand_of(session, found.credential) or certificates.Brand()
    paper = paper or brand.paper
    kept = _kept(session, found, paper)
    if kept is not None:
        return kept
    attachments = _attachments(session, found, settings, now)
    session.commit()
    content = _signed(found, settings, brand, paper, attachments, now)
    db.lock(session)
    # Whoever else drew it in the meantime waits here, and then finds it kept.
    session.execute(
        sa.select(CredentialRecord.id)
        .where(CredentialRecord.id == found.id)
        .with_for_update(key_share=True)
    )
    kept = _kept(session, found, paper)
    if kept is None:
        kept = StoredFile(content, hashlib.sha256(content).hexdigest(), _name(found))
        session.add(
            CertificateFile(
                credential_id=found.id,
                paper=paper,
                sha256=kept.sha256,
                content=content,
                made_at=now,
            )
        )
    session.commit()
    return kept


def find_file_by_hash(session: Session, sha256: str) -> str | None:
    """Return the serial of the credential that this very file was issued for; None for others.

    A certificate or a statement of credits. `sha256` is in hexadecimal, of either case.
    """
    serial = sa.select(CredentialRecord.serial)
    certificate = serial.join(
        CertificateFile, CertificateFile.credential_id == CredentialRecord.id
    ).where(CertificateFile.sha256 == sha256.lower())
    statement = (
        serial.join(CreditClaim, CreditClaim.credential_id == CredentialRecord.id)
        .join(CreditStatement, CreditStatement.claim_id == CreditClaim.id)
        .where(CreditStatement.sha256 == sha256.lower())
    )
    return session.scalar(certificate.union_all(statement).limit(1))


def _kept(session: Session, found: Attested, paper: str) -> StoredFile | None:
    query = sa.select(CertificateFile.content, CertificateFile.sha256).where(
        CertificateFile.credential_id == found.id, CertificateFile.paper == paper
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise LookupError(f"The kept certificate of {found.credential.serial} is damaged.")
    return StoredFile(row.content, row.sha256, _name(found))


def _attachments(
    session: Session, found: Attested, settings: Settings, now: datetime
) -> tuple[certificates.Attachment, ...]:
    """Return what the file carries inside, for whoever checks it without us."""
    badge = badge_of(session, found, settings, now)
    inside = [
        certificates.Attachment(
            "badge.json",
            badge.text.encode("utf-8"),
            "This credential as an Open Badge, for wallets and other software",
            "application/json",
        )
    ]
    proof = proof_of(session, found.id, settings, now)
    if proof is not None:
        inside.append(
            certificates.Attachment(
                "award.tlog-proof",
                proof.text.encode("utf-8"),
                "Proof that the award is in the public log",
                "text/plain",
            )
        )
    return tuple(inside)


def _signed(
    found: Attested,
    settings: Settings,
    brand: certificates.Brand,
    paper: certificates.Paper,
    attachments: tuple[certificates.Attachment, ...],
    now: datetime,
) -> bytes:
    address = f"{settings.verify_address}/{found.credential.serial}"
    drawn = certificates.render_certificate(
        found.credential, address, brand=brand, paper=paper, attachments=attachments
    )
    return sign_file(drawn, settings, now)


def sign_file(drawn: bytes, settings: Settings, now: datetime) -> bytes:
    """Return a drawn file signed for good with the issuer's key, or raise `Unavailable`."""
    ours = keys.keys_of(settings)
    try:
        return certificates.sign_pdf(
            drawn, ours.document, signed_at=now, timestamper=ours.time_stamping
        )
    except certificates.SigningError as error:
        log.exception("A file was not signed.")
        raise Unavailable(
            "This file cannot be signed just now. Nothing is lost: try again in some minutes."
        ) from error


def _name(found: Attested) -> str:
    return f"certificate-{found.credential.serial}.pdf"
