"""Enrolling: taking a place in a cohort, or one in the queue for it."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import Refused
from lms.models.cohorts import Enrolment, EnrolmentAct
from lms.services.cohorts.room import LockedCohort, lock_cohort, refuse_if_full, room_in, take_seat
from lms.services.cohorts.waiting import join_queue, promote


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody got who wanted to join: a place, or a position in the queue for one."""

    enrolment_id: int | None
    position: int | None = None


def take_place(
    session: Session,
    *,
    account_id: int,
    cohort_id: int,
    now: datetime,
    today: date,
    is_invited: bool = False,
    may_wait: bool = True,
) -> Taken:
    """Take a place in a cohort, or wait for one where the cohort has a waiting list.

    However many come at once, no more get a place than there are. Whoever has a place keeps it.
    Refused when enrolment has closed (unless invited), when there is no room and no queue, and to
    somebody whose place the programme has ended.
    """
    cohort = lock_cohort(session, cohort_id)
    known = _place_of(session, cohort_id, account_id)
    if known is not None and known.state != "withdrawn":
        return Taken(known.id)
    _refuse_if_closed(cohort, today, is_invited=is_invited)
    if known is not None:
        _refuse_if_ended_by_staff(session, known.id, account_id)
    promote(session, cohort, now)
    # Moving up may have given this very person the place.
    risen = _place_of(session, cohort_id, account_id)
    if risen is not None and risen.state != "withdrawn":
        return Taken(risen.id)
    if not room_in(session, cohort).is_full:
        return Taken(take_seat(session, cohort, account_id, by=account_id, now=now))
    if not (cohort.has_waiting_list and may_wait):
        raise Refused("This cohort is full. Ask the programme for the next one.")
    return Taken(None, join_queue(session, cohort, account_id, now))


def enrol(session: Session, *, account_id: int, cohort_id: int, now: datetime, today: date) -> int:
    """Take a seat in a cohort that is open on `today`; return its id, the old one if seated.

    Refused when it has closed and when it is full: nobody is put into a queue.
    """
    taken = take_place(
        session, account_id=account_id, cohort_id=cohort_id, now=now, today=today, may_wait=False
    )
    assert taken.enrolment_id is not None
    return taken.enrolment_id


def place(session: Session, *, account_id: int, cohort_id: int, by: int, now: datetime) -> int:
    """Give somebody a place on behalf of the programme, whether enrolment is open or not.

    Return their enrolment, the one they have if they are seated. Refused when the cohort is full.
    """
    cohort = lock_cohort(session, cohort_id)
    known = _place_of(session, cohort_id, account_id)
    if known is not None and known.state != "withdrawn":
        enrolment: int = known.id
        return enrolment
    refuse_if_full(session, cohort)
    return take_seat(session, cohort, account_id, by=by, now=now)


def _place_of(session: Session, cohort_id: int, account_id: int) -> sa.Row[int, str] | None:
    query = sa.select(Enrolment.id, Enrolment.state)
    mine = (Enrolment.cohort_id == cohort_id, Enrolment.account_id == account_id)
    return session.execute(query.where(*mine)).one_or_none()


def _refuse_if_closed(cohort: LockedCohort, today: date, *, is_invited: bool) -> None:
    if is_invited:
        if cohort.due_on < today:
            raise Refused("This cohort is over. Ask the programme for the next one.")
        return
    if cohort.enrols_until is None or cohort.enrols_until < today:
        raise Refused("Enrolment in this cohort has closed. Ask the programme for the next one.")


def _refuse_if_ended_by_staff(session: Session, enrolment_id: int, account_id: int) -> None:
    """Only who gave a place up may take it again unasked."""
    last = (
        sa.select(EnrolmentAct.done_by)
        .where(EnrolmentAct.enrolment_id == enrolment_id, EnrolmentAct.kind == "withdraw")
        .order_by(EnrolmentAct.id.desc())
        .limit(1)
    )
    if session.scalar(last) != account_id:
        raise Refused(
            "The programme has ended your place in this cohort. Ask it to take you in again; "
            "everything you did is kept."
        )
