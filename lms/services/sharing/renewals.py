"""The other credentials that a holder earned in the same course, as far as they show them."""

import json
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lms.models.credentials import CredentialRecord
from lms.models.sharing import CredentialDisplay


@dataclass(frozen=True, slots=True)
class Other:
    """Another credential of the same holder and course: of which cycle, and from when to when."""

    serial: str
    cycle: int
    issued_at: datetime
    current_until: date
    is_superseded: bool


_OWN = aliased(CredentialRecord)
_NEXT = aliased(CredentialRecord)
_OTHERS = (
    sa.select(
        CredentialRecord.serial,
        CredentialRecord.cycle,
        CredentialRecord.issued_at,
        CredentialRecord.document,
        sa.exists().where(_NEXT.supersedes_id == CredentialRecord.id).label("is_superseded"),
    )
    .join(
        _OWN,
        sa.and_(
            _OWN.account_id == CredentialRecord.account_id,
            _OWN.programme_id == CredentialRecord.programme_id,
            _OWN.course_slug == CredentialRecord.course_slug,
            _OWN.id != CredentialRecord.id,
        ),
    )
    .outerjoin(CredentialDisplay, CredentialDisplay.credential_id == CredentialRecord.id)
    .where(
        _OWN.id == sa.bindparam("credential_id"),
        sa.or_(CredentialDisplay.credential_id.is_(None), CredentialDisplay.is_published),
    )
    .order_by(CredentialRecord.cycle, CredentialRecord.id)
)


def list_published_others(session: Session, credential_id: int) -> tuple[Other, ...]:
    """Return the holder's other credentials of the same course that the public may see.

    One that its holder hides is not among them: a page must not lead to what is not shown.
    """
    rows = session.connection().execute(_OTHERS, {"credential_id": credential_id})
    return tuple(
        Other(
            row.serial,
            row.cycle,
            row.issued_at,
            date.fromisoformat(json.loads(row.document)["current_until"]),
            row.is_superseded,
        )
        for row in rows
    )
