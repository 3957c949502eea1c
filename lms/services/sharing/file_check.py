"""Whether a file that somebody was given is a certificate of ours, as it was issued."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.models.credits import CreditClaim, CreditStatement
from lms.models.files import CertificateFile
from lms.services import credentials

FileState = Literal["unaltered", "other-document", "altered", "not-ours", "unsigned", "unreadable"]


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What a file is: issued for the certificate `serial`, or why it counts for nothing.

    `unaltered`: byte for byte the file that was issued. `other-document`: signed by us and whole,
    but no certificate. `altered`: changed since we signed it. `not-ours`: signed by others.
    `unsigned`: a PDF that nobody signed. `unreadable`: no PDF, or a damaged one.
    """

    state: FileState
    sha256: str
    serial: str | None = None
    signed_at: datetime | None = None


def check_file(session: Session, content: bytes, roots: Iterable[bytes]) -> FileAnswer:
    """Return what a file is, by its hash first and then by its signature; nothing is kept of it.

    `roots` are the certificates (DER) that our signatures lead back to.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    serial = credentials.find_file_by_hash(session, sha256)
    if serial is not None:
        return FileAnswer("unaltered", sha256, serial)
    found = certificates.check_pdf(content, roots)
    if found.state == "unaltered":
        return FileAnswer("other-document", sha256, signed_at=found.signed_at)
    return FileAnswer(found.state, sha256)


def list_file_hashes(session: Session, credential_id: int) -> tuple[str, ...]:
    """Return the SHA-256 (hexadecimal) of every certificate and statement issued for it."""
    certificates_of = sa.select(CertificateFile.sha256).where(
        CertificateFile.credential_id == credential_id
    )
    statements_of = (
        sa.select(CreditStatement.sha256)
        .join(CreditClaim, CreditClaim.id == CreditStatement.claim_id)
        .where(CreditClaim.credential_id == credential_id)
    )
    return tuple(sorted(session.scalars(certificates_of.union_all(statements_of))))
