"""Conferring completion: who waits for a director's word, and the awards that follow it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.faculty import Conferral
from lms.models.learning import LessonCompletion
from lms.services import closing, faculty, learning
from lms.services.cohorts import SEAT, Seat
from lms.services.credentials.awards import award_if_complete

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ToConfer:
    """A learner who has done everything and waits for a director's word."""

    seat: Seat
    name: str
    completed_at: datetime | None


def list_to_confer(session: Session, programme_id: int) -> list[ToConfer]:
    """Return who waits for a conferral in a programme that demands one, the longest wait first."""
    if not faculty.director_confers(session, programme_id):
        return []
    awarded = sa.exists().where(CredentialRecord.enrolment_id == Enrolment.id)
    conferred = sa.exists().where(Conferral.enrolment_id == Enrolment.id)
    # Who has read nothing has not completed: left out before progress is computed for each.
    begun = sa.exists().where(LessonCompletion.enrolment_id == Enrolment.id)
    query = SEAT.where(
        Cohort.programme_id == programme_id,
        Enrolment.state == "active",
        begun,
        ~awarded,
        ~conferred,
    )
    seats = [Seat(*row) for row in session.execute(query)]
    people = {seat.account_id for seat in seats}
    called = sa.select(Account.id, Account.full_name).where(Account.id.in_(people))
    names = {row.id: row.full_name for row in session.execute(called)}
    records = learning.records_of(session, [seat.enrolment_id for seat in seats])
    waiting = []
    for seat in seats:
        progress = learning.progress_with(session, seat, records[seat.enrolment_id])
        if progress.is_complete and closing.list_open(session, seat) == ["conferral"]:
            waiting.append(ToConfer(seat, names[seat.account_id], progress.completed_at))
    return sorted(waiting, key=lambda each: (each.completed_at or each.seat.enrolled_at, each.name))


def confer(
    session: Session,
    programme_id: int,
    enrolment_ids: Sequence[int],
    *,
    by: int,
    now: datetime,
    verify_address: str,
) -> int:
    """Confer completion on learners who wait for it, and award; return on how many.

    Whoever does not wait any more is passed over. Refused for more than `MOST_AT_ONCE` at a time;
    Forbidden or NotFound for anybody but a director.
    """
    if len(enrolment_ids) > MOST_AT_ONCE:
        raise Refused(f"Confer on at most {MOST_AT_ONCE} people at a time.")
    db.lock(session)
    waiting = {each.seat.enrolment_id: each.seat for each in list_to_confer(session, programme_id)}
    count = 0
    for enrolment in enrolment_ids:
        seat = waiting.get(enrolment)
        if seat is not None and faculty.confer_on(session, seat, by=by, now=now):
            award_if_complete(session, seat, now=now, verify_address=verify_address)
            count += 1
    return count
