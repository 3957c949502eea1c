"""Statements of continuing education: the credential with what was claimed, signed and kept."""

import hashlib
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms import db
from lms.config import Settings
from lms.models.credits import CreditClaim, CreditStatement
from lms.services import branding, credentials
from lms.services.credentials import Attested
from lms.services.credits.claims import Claim


def statement_of(
    session: Session,
    found: Attested,
    made: Claim,
    settings: Settings,
    *,
    paper: certificates.Paper,
    now: datetime,
) -> bytes:
    """Return the signed statement of a claim: made the first time, the same ever after.

    It carries the number of the credential, so that whoever checks it meets the same page. Call
    it with nothing uncommitted, and commit afterwards. Raises `Unavailable` when it cannot be
    signed just now.
    """
    kept = _kept(session, made.id, paper)
    if kept is not None:
        return kept
    brand = branding.brand_of(session, found.credential)
    session.commit()
    content = _drawn(found, made, brand, settings, paper, now)
    db.lock(session)
    # Whoever else drew it in the meantime waits here, and then finds it kept.
    session.execute(sa.select(CreditClaim.id).where(CreditClaim.id == made.id).with_for_update())
    kept = _kept(session, made.id, paper)
    if kept is None:
        kept = content
        session.add(
            CreditStatement(
                claim_id=made.id,
                paper=paper,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
                made_at=now,
            )
        )
        session.flush()
    return kept


def as_statement(credential: certificates.Credential, made: Claim) -> certificates.Credential:
    """Return the credential as its statement of continuing education shows it."""
    told = credential.particulars or certificates.Particulars()
    claimed = certificates.CreditClaim(
        made.line.rule.unit, certificates.written_credits(made.amount), made.minutes
    )
    told = replace(told, kind="ce", approvals=(made.line.approval,), credits=(claimed,))
    return replace(credential, particulars=told)


def _drawn(
    found: Attested,
    made: Claim,
    brand: certificates.Brand | None,
    settings: Settings,
    paper: certificates.Paper,
    now: datetime,
) -> bytes:
    address = f"{settings.verify_address}/{found.credential.serial}"
    drawn = certificates.render_certificate(
        as_statement(found.credential, made), address, brand=brand, paper=paper
    )
    return credentials.sign_file(drawn, settings, now)


def _kept(session: Session, claim_id: int, paper: str) -> bytes | None:
    query = sa.select(CreditStatement.content, CreditStatement.sha256).where(
        CreditStatement.claim_id == claim_id, CreditStatement.paper == paper
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    if hashlib.sha256(row.content).hexdigest() != row.sha256:
        raise LookupError(f"The kept statement of claim {claim_id} is damaged.")
    content: bytes = row.content
    return content
