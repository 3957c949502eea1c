"""Room in a cohort: how many places it has, and taking one while nobody else can."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment, EnrolmentAct, WaitingPlace
from lms.services import audit


@dataclass(frozen=True, slots=True)
class Room:
    """How full a cohort is: places taken, paused ones among them, and people who wait."""

    capacity: int | None
    has_waiting_list: bool
    taken: int
    waiting: int

    @property
    def free(self) -> int | None:
        """How many places are left; None when there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now has to wait or to go: those who wait come first."""
        return self.free is not None and self.free <= self.waiting


@dataclass(frozen=True, slots=True)
class LockedCohort:
    """A cohort whose places nobody else takes until this transaction ends."""

    id: int
    title: str
    programme_id: int
    programme_name: str
    time_zone: str
    release_id: int
    starts_on: date
    due_on: date
    enrols_until: date | None
    capacity: int | None
    has_waiting_list: bool

    def is_open(self, now: datetime) -> bool:
        """Whether anybody may enrol now, on the programme's calendar."""
        today = now.astimezone(ZoneInfo(self.time_zone)).date()
        return self.enrols_until is not None and today <= self.enrols_until


def lock_cohort(session: Session, cohort_id: int) -> LockedCohort:
    """Take the turn to change who has places in a cohort, or raise NotFound."""
    db.lock(session)
    turn = sa.select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True)
    if session.scalar(turn) is None:
        raise NotFound()
    return LockedCohort(*session.connection().execute(_LOCKED, {"cohort": cohort_id}).one())


_LOCKED = (
    sa.select(
        Cohort.id,
        Cohort.title,
        Programme.id,
        Programme.name,
        Programme.time_zone,
        Cohort.release_id,
        Cohort.starts_on,
        Cohort.due_on,
        Cohort.enrols_until,
        Cohort.capacity,
        Cohort.has_waiting_list,
    )
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(Cohort.id == sa.bindparam("cohort"))
)


def rooms(session: Session, cohort_ids: Sequence[int]) -> dict[int, Room]:
    """Return how full each of these cohorts is, in one query."""
    taken = (
        sa.select(sa.func.count())
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.state != "withdrawn")
        .scalar_subquery()
    )
    waiting = (
        sa.select(sa.func.count())
        .where(WaitingPlace.cohort_id == Cohort.id, WaitingPlace.ended_at.is_(None))
        .scalar_subquery()
    )
    query = sa.select(Cohort.id, Cohort.capacity, Cohort.has_waiting_list, taken, waiting)
    rows = session.execute(query.where(Cohort.id.in_(cohort_ids)))
    return {row[0]: Room(*row[1:]) for row in rows}


def room_in(session: Session, cohort: LockedCohort) -> Room:
    """Return how full a locked cohort is: true until the transaction ends."""
    return rooms(session, [cohort.id])[cohort.id]


def take_seat(
    session: Session, cohort: LockedCohort, account_id: int, *, by: int, now: datetime
) -> int:
    """Give somebody a place in a locked cohort that has room; return their enrolment.

    Somebody who has withdrawn takes the old place again, with all that is on record of it. Whoever
    waited for the cohort waits no more.
    """
    session.execute(
        sa.update(WaitingPlace)
        .where(
            WaitingPlace.cohort_id == cohort.id,
            WaitingPlace.account_id == account_id,
            WaitingPlace.ended_at.is_(None),
        )
        .values(ended_at=now, outcome="enrolled")
    )
    old = sa.select(Enrolment).where(
        Enrolment.cohort_id == cohort.id, Enrolment.account_id == account_id
    )
    enrolment = session.scalars(old.execution_options(populate_existing=True)).one_or_none()
    act = "enrolment.made"
    if enrolment is None:
        enrolment = Enrolment(cohort_id=cohort.id, account_id=account_id, enrolled_at=now)
        session.add(enrolment)
        session.flush()
    elif enrolment.state == "withdrawn":
        act = "enrolment.rejoined"
        enrolment.state = "active"
        session.add(
            EnrolmentAct(
                enrolment_id=enrolment.id, kind="rejoin", reason="", done_by=by, done_at=now
            )
        )
    else:
        return enrolment.id
    detail: dict[str, Any] = {"cohort": cohort.title}
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act=act,
        subject=f"enrolment {enrolment.id}",
        detail=detail,
    )
    return enrolment.id


def refuse_if_full(session: Session, cohort: LockedCohort) -> None:
    """Refuse an act of staff for which a locked cohort has no place left."""
    room = room_in(session, cohort)
    if room.free == 0:
        raise Refused(
            f"“{cohort.title}” is full: {room.taken} of {room.capacity} places are taken. "
            "Raise its capacity in the settings, or free a place first."
        )
