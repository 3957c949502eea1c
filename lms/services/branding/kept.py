"""Brands: what the certificates of a programme look like, in versions that are never changed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

import certificates
from lms import db
from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.branding import BrandVersion
from lms.services import audit

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a brand as it is listed: its number, its digest, by whom and when."""

    number: int
    digest: str
    made_by: str
    made_at: datetime


def current_brand(session: Session, programme_id: int) -> certificates.Brand | None:
    """Return the brand of a programme; None while the house's own look is used."""
    document = session.scalar(_last(programme_id, BrandVersion.document))
    return None if document is None else _brand(document)


def current_digest(session: Session, programme_id: int) -> str | None:
    """Return the digest by which an award of today names the programme's brand."""
    digest: str | None = session.scalar(_last(programme_id, BrandVersion.digest))
    return digest


def brand_of(session: Session, credential: certificates.Credential) -> certificates.Brand | None:
    """Return the brand that a credential names; None where it names none, or one unknown here."""
    digest = credential.particulars.brand if credential.particulars else None
    if digest is None:
        return None
    query = sa.select(BrandVersion.document).where(BrandVersion.digest == digest).limit(1)
    document = session.scalar(query)
    return None if document is None else _brand(document)


def list_versions(session: Session, programme_id: int) -> list[Version]:
    """Return the last versions of a programme's brand, the newest first."""
    query = (
        sa.select(BrandVersion.number, BrandVersion.digest, Account.full_name, BrandVersion.made_at)
        .join(Account, Account.id == BrandVersion.made_by)
        .where(BrandVersion.programme_id == programme_id)
        .order_by(BrandVersion.number.desc())
        .limit(MOST_LISTED)
    )
    return [Version(*row) for row in session.execute(query)]


def store_brand(
    session: Session, programme_id: int, brand: certificates.Brand, *, by: int, now: datetime
) -> int:
    """Store the next version of a programme's brand; return its number.

    Certificates already awarded keep the version they name. Refused when nothing is changed.
    """
    db.take_turn(session, f"store a brand of programme {programme_id}")
    last = session.execute(
        sa.select(BrandVersion.number, BrandVersion.digest)
        .where(BrandVersion.programme_id == programme_id)
        .order_by(BrandVersion.number.desc())
        .limit(1)
    ).one_or_none()
    digest = certificates.brand_digest(brand)
    if last is not None and last.digest == digest:
        raise Refused("Nothing is changed: this is the brand in use.")
    number = 1 if last is None else last.number + 1
    session.add(
        BrandVersion(
            programme_id=programme_id,
            number=number,
            digest=digest,
            document=json.dumps(certificates.brand_to_document(brand), sort_keys=True),
            made_by=by,
            made_at=now,
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        act="brand.stored",
        subject=f"version {number} of the brand",
        programme_id=programme_id,
        detail={"digest": digest},
    )
    return number


def _last(programme_id: int, column: InstrumentedAttribute[str]) -> sa.Select[Any]:
    return (
        sa.select(column)
        .where(BrandVersion.programme_id == programme_id)
        .order_by(BrandVersion.number.desc())
        .limit(1)
    )


def _brand(document: str) -> certificates.Brand:
    return certificates.brand_from_document(json.loads(document))
