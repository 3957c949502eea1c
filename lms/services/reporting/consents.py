"""Consents: what a learner agrees to have reported by a programme, given and taken back."""

import hashlib
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.downloads import FORMULA_STARTS
from lms.errors import NotFound, Refused
from lms.models.reporting import ReportConsent
from lms.services import audit
from lms.services.cohorts import Seat
from lms.services.reporting.sealing import Particulars, seal, unseal

WORDING = (
    "I agree that {programme} reports my completion of its courses to an accreditor of continuing "
    "education: my first and last name, my licence or board number, the month and day of my birth "
    "without the year, and the day of completion. It is kept encrypted, is used for nothing else, "
    "and I can take this back at any time; what was reported before stays with the accreditor."
)
LEAP_YEAR = 2000  # so that 29 February is a day
LONGEST = {
    "first_name": 60,
    "last_name": 60,
    "licence_jurisdiction": 60,
    "licence_number": 40,
    "board": 60,
    "board_id": 40,
}


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent in force, with what it covers."""

    id: int
    told: Particulars
    wording: str
    given_at: datetime


def wording_for(programme: str) -> str:
    """Return the sentences that somebody agrees to."""
    return WORDING.format(programme=programme)


def digest_of(wording: str) -> str:
    """Return the SHA-256 of the sentences that were agreed to."""
    return hashlib.sha256(wording.encode()).hexdigest()


def _in_force(programme_id: int, account_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ReportConsent.programme_id == programme_id,
        ReportConsent.account_id == account_id,
        ReportConsent.withdrawn_at.is_(None),
    )


def find_consent(
    session: Session, programme_id: int, account_id: int, secret: str
) -> Consent | None:
    """Return the consent of somebody that is in force, None when there is none."""
    row = session.scalars(
        sa.select(ReportConsent).where(*_in_force(programme_id, account_id))
    ).one_or_none()
    if row is None or row.sealed is None:
        return None
    told = unseal(row.sealed, secret=secret, programme_id=programme_id, account_id=account_id)
    return Consent(row.id, told, row.wording, row.given_at)


def problems_with(told: Particulars) -> dict[str, str]:
    """Return what an accreditor would reject, by field; nothing when it can be reported."""
    found = {}
    for field in ("first_name", "last_name"):
        if not getattr(told, field):
            found[field] = "Enter it as it stands with your licence or board."
    if not told.licence_number and not told.board_id:
        found["licence_number"] = "Enter your licence number, or the number your board gave you."
    if told.licence_number and not told.licence_jurisdiction:
        found["licence_jurisdiction"] = "Say where this licence holds."
    if told.board_id and not told.board:
        found["board"] = "Say which board gave you this number."
    if not 1 <= told.birth_month <= 12:
        found["birth_month"] = "Choose the month."
    elif not 1 <= told.birth_day <= monthrange(LEAP_YEAR, told.birth_month)[1]:
        found["birth_day"] = "This month has no such day."
    for field, longest in LONGEST.items():
        value = getattr(told, field)
        if len(value) > longest:
            found[field] = f"Use at most {longest} characters."
        elif not value.isprintable() or value.startswith(FORMULA_STARTS):
            # The file is read by machines: nothing in it may be altered to be safe.
            found[field] = "Use letters, digits and ordinary signs only, and begin with no sign."
    return found


def give(session: Session, seat: Seat, told: Particulars, *, secret: str, now: datetime) -> None:
    """Consent to what the wording says, with these particulars; an earlier consent ends.

    Refused for particulars that an accreditor would reject.
    """
    if problems_with(told):
        raise Refused("Something in it could not be reported. Look at the fields.")
    db.take_turn(session, f"consent of account {seat.account_id}")
    _end(session, seat, now)
    session.add(
        ReportConsent(
            programme_id=seat.programme_id,
            account_id=seat.account_id,
            sealed=seal(
                told,
                secret=secret,
                programme_id=seat.programme_id,
                account_id=seat.account_id,
            ),
            wording=digest_of(wording_for(seat.programme_name)),
            given_at=now,
        )
    )
    _record(session, seat, "report-consent.given", now)


def withdraw(session: Session, seat: Seat, now: datetime) -> None:
    """Take a consent back: what it covered is erased at once."""
    if not _end(session, seat, now):
        raise NotFound("There is no consent to take back.")
    _record(session, seat, "report-consent.withdrawn", now)


def _end(session: Session, seat: Seat, now: datetime) -> bool:
    ended = session.scalar(
        sa.update(ReportConsent)
        .where(*_in_force(seat.programme_id, seat.account_id))
        .values(withdrawn_at=now, sealed=None)
        .returning(ReportConsent.id)
    )
    return ended is not None


def _record(session: Session, seat: Seat, act: str, now: datetime) -> None:
    """Note that it happened; never what was told."""
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act=act,
        subject=f"account {seat.account_id}",
    )
