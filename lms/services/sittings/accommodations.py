"""Accommodations: granted to a person for all sittings in a programme, their reasons apart."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.sittings import AccommodationReason, AccommodationRecord
from lms.services import audit
from lms.services.sittings.learners import Learner, refuse_own
from lms.services.sittings.terms import as_accommodation
from lms.services.sittings.under_way import lock_person, move_ends_of_person


@dataclass(frozen=True, slots=True)
class AccommodationLine:
    """An accommodation as the learner and the administrators see it: never with its reason."""

    id: int
    given: quizzes.Accommodation
    valid_from: date
    valid_until: date | None
    approved_by: str
    approved_at: datetime
    withdrawn_at: datetime | None

    def state_on(self, day: date) -> str:
        """Return “valid”, “coming”, “over” or “withdrawn”."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.valid_until is not None and self.valid_until < day:
            return "over"
        return "coming" if day < self.valid_from else "valid"


def grant(
    session: Session,
    learner: Learner,
    given: quizzes.Accommodation,
    *,
    valid_from: date,
    valid_until: date | None,
    reason: str,
    by: int,
    now: datetime,
) -> int:
    """Grant somebody an accommodation for every sitting in the programme; return its id.

    It reaches the attempts that they have under way at once.
    """
    refuse_own(learner, by)
    if given == quizzes.Accommodation():
        raise Refused("Say what is granted: extra time, unlimited time, pauses or larger spacing.")
    if valid_until is not None and valid_until < valid_from:
        raise Refused("The last day has to come after the first.")
    lock_person(session, learner.account_id, learner.programme_id)
    row = AccommodationRecord(
        programme_id=learner.programme_id,
        account_id=learner.account_id,
        percent=given.percent,
        minutes=given.minutes,
        unlimited=given.unlimited,
        pause_minutes=given.pause_minutes,
        pauses_move_window=given.pauses_move_window and given.pause_minutes > 0,
        larger_spacing=given.larger_spacing,
        valid_from=valid_from,
        valid_until=valid_until,
        approved_by=by,
        approved_at=now,
    )
    session.add(row)
    session.flush()
    session.add(AccommodationReason(accommodation_id=row.id, reason=reason))
    session.flush()
    moved = move_ends_of_person(session, learner.account_id, learner.programme_id, now)
    detail: dict[str, object] = {"valid_from": valid_from.isoformat(), "attempts_moved": moved}
    if valid_until is not None:
        detail["valid_until"] = valid_until.isoformat()
    _record(session, "accommodation.granted", learner, row, by, now, detail)
    return row.id


def withdraw(
    session: Session, learner: Learner, accommodation_id: int, *, by: int, now: datetime
) -> None:
    """Withdraw an accommodation from now on; attempts under way keep it."""
    refuse_own(learner, by)
    lock_person(session, learner.account_id, learner.programme_id)
    row = _row_of(session, learner, accommodation_id)
    changed = session.execute(
        sa.update(AccommodationRecord)
        .where(AccommodationRecord.id == row.id, AccommodationRecord.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=by)
        .returning(AccommodationRecord.id)
    ).one_or_none()
    if changed is None:
        return
    _record(session, "accommodation.withdrawn", learner, row, by, now, {})


def read_reason(
    session: Session, learner: Learner, accommodation_id: int, *, by: int, now: datetime
) -> tuple[AccommodationLine, str]:
    """Return an accommodation with its reason, and note in the trail that it was read."""
    row = _row_of(session, learner, accommodation_id)
    reason = session.scalar(
        sa.select(AccommodationReason.reason).where(AccommodationReason.accommodation_id == row.id)
    )
    _record(session, "accommodation.reason-read", learner, row, by, now, {})
    line = next(
        line
        for line in list_accommodations(session, learner.account_id, learner.programme_id)
        if line.id == row.id
    )
    return line, reason or ""


def list_accommodations(
    session: Session, account_id: int, programme_id: int
) -> list[AccommodationLine]:
    """Return what a programme has granted somebody, the newest first."""
    query = (
        sa.select(AccommodationRecord, Account.full_name)
        .join(Account, Account.id == AccommodationRecord.approved_by)
        .where(
            AccommodationRecord.account_id == account_id,
            AccommodationRecord.programme_id == programme_id,
        )
        .order_by(AccommodationRecord.id.desc())
    )
    return [
        AccommodationLine(
            row.id,
            as_accommodation(row),
            row.valid_from,
            row.valid_until,
            approver,
            row.approved_at,
            row.withdrawn_at,
        )
        for row, approver in session.execute(query)
    ]


def _row_of(session: Session, learner: Learner, accommodation_id: int) -> AccommodationRecord:
    row = session.scalar(
        sa.select(AccommodationRecord).where(
            AccommodationRecord.id == accommodation_id,
            AccommodationRecord.account_id == learner.account_id,
            AccommodationRecord.programme_id == learner.programme_id,
        )
    )
    if row is None:
        raise NotFound()
    return row


def _record(
    session: Session,
    act: str,
    learner: Learner,
    row: AccommodationRecord,
    by: int,
    now: datetime,
    detail: dict[str, object],
) -> None:
    """Note an act: what is granted and when, never why."""
    terms = {
        "percent": row.percent if row.percent > 100 else 0,
        "extra_minutes": row.minutes,
        "unlimited": row.unlimited,
        "pause_minutes": row.pause_minutes,
        "larger_spacing": row.larger_spacing,
    }
    granted = {key: value for key, value in terms.items() if value}
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=learner.programme_id,
        act=act,
        subject=f"enrolment {learner.enrolment_id}",
        detail={"accommodation": row.id, **granted, **detail},
    )
