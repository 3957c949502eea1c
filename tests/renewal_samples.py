"""Renewals to test with: a credential earned in the small course, and a re-check answered."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.models.credentials import CredentialRecord
from lms.models.transcripts import ExternalCertificate
from lms.services import cohorts, credentials
from lms.services.credentials import Asked, Attested, Standing
from tests.cast import THEN
from tests.stories import VERIFY, read_all, sit

EARNED = THEN + timedelta(days=1)
# The small course counts 24 months from completion, and its window opens 6 months before that.
IN_WINDOW = EARNED.replace(year=EARNED.year + 2) - timedelta(days=30)
LATE = IN_WINDOW + timedelta(days=60)
TOO_EARLY = EARNED + timedelta(days=30)
TOO_LATE = IN_WINDOW + timedelta(days=500)


def earn(session: Session, account: int, enrolment: int, now: datetime = EARNED) -> str:
    """Earn the credential of the small course; return its serial."""
    read_all(session, account, enrolment, now)
    sit(session, account, enrolment, right=3, now=now)
    seat = cohorts.seat_for(session, account, enrolment)
    serial = credentials.award_if_complete(session, seat, now=now, verify_address=VERIFY)
    assert serial is not None
    return serial


def held(session: Session, serial: str, now: datetime = IN_WINDOW) -> Attested:
    """Return a credential as it is looked up."""
    found = credentials.find_by_serial(session, serial, now)
    assert found is not None
    return found


def begin(session: Session, account: int, serial: str, now: datetime = IN_WINDOW) -> str | None:
    """Begin a renewal with a known seed; return the new serial if nothing else was missing."""
    return credentials.begin_renewal(
        session, account, serial, seed=7, now=now, verify_address=VERIFY
    )


def items(
    session: Session, account: int, serial: str, now: datetime = IN_WINDOW
) -> tuple[Asked, ...]:
    """Return the items of the re-check as they stand."""
    return credentials.list_safety_items(session, standing(session, account, serial, now))


def standing(session: Session, account: int, serial: str, now: datetime = IN_WINDOW) -> Standing:
    """Return where a renewal stands."""
    return credentials.standing_for(session, account, serial, now)


def answer(
    session: Session,
    account: int,
    serial: str,
    asked: Asked,
    *,
    right: bool = True,
    now: datetime = IN_WINDOW,
) -> str | None:
    """Answer an item of the re-check; return the new serial if that was the last thing missing."""
    best = quizzes.best_answer(asked.item)
    assert best is not None
    wrong = next(option.id for option in asked.item.options if option.id != best)
    return credentials.answer_safety_item(
        session,
        account,
        serial,
        asked,
        best if right else wrong,
        now=now,
        verify_address=VERIFY,
    )


def renew(session: Session, account: int, serial: str, now: datetime = IN_WINDOW) -> str:
    """Begin a renewal and answer everything rightly; return the new serial."""
    renewed = begin(session, account, serial, now)
    for asked in items(session, account, serial, now):
        renewed = answer(session, account, serial, asked, now=now)
    assert renewed is not None
    return renewed


def learn_elsewhere(
    session: Session, account: int, minutes: int, on: datetime, *, proof: str | None = "a-proof"
) -> None:
    """Put a certificate from elsewhere on somebody's transcript, with the name of its proof."""
    session.add(
        ExternalCertificate(
            account_id=account,
            ticket=f"{proof}-{minutes}-{on:%j}",
            title="A course elsewhere",
            issuer="Somebody",
            completed_on=on.date(),
            minutes=minutes,
            credit="none",
            proof_name=proof,
            proof_type="application/pdf" if proof else None,
            proof_size=1 if proof else None,
            proof_sha256="0" * 64 if proof else None,
            added_at=on,
        )
    )
    session.flush()


def document_of(session: Session, serial: str) -> str:
    """Return the stored document of a credential, byte for byte."""
    query = sa.select(CredentialRecord.document).where(CredentialRecord.serial == serial)
    return session.scalars(query).one()
