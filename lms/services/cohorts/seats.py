"""Seats: one learner's place in a cohort, fetched together with the right to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NoReturn

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import Forbidden, NotFound, Refused
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment, WaitingPlace
from lms.services import accounts

State = Literal["active", "paused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Seat:
    """One learner's enrolment with all that the learner's pages need to know about it.

    `state` says whether they learn there: a paused one keeps the place, a withdrawn one does not.
    Neither loses anything that is on record.
    """

    enrolment_id: int
    account_id: int
    cohort_id: int
    cohort_title: str
    programme_id: int
    programme_name: str
    programme_slug: str
    time_zone: str
    release_id: int
    starts_on: date
    due_on: date
    enrolled_at: datetime
    state: State = "active"


SEAT: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        Enrolment.id,
        Enrolment.account_id,
        Cohort.id,
        Cohort.title,
        Programme.id,
        Programme.name,
        Programme.slug,
        Programme.time_zone,
        Cohort.release_id,
        Cohort.starts_on,
        Cohort.due_on,
        Enrolment.enrolled_at,
        Enrolment.state,
    )
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
)
# Composed once: building a statement costs more than running it.
_SEAT_BY_ID = SEAT.where(Enrolment.id == sa.bindparam("enrolment"))


def seat_for(session: Session, account_id: int, enrolment_id: int) -> Seat:
    """Return the learner's own seat; staff of its programme are refused, strangers find nothing."""
    row = session.connection().execute(_SEAT_BY_ID, {"enrolment": enrolment_id}).one_or_none()
    if row is None:
        raise NotFound()
    seat = Seat(*row)
    if seat.account_id != account_id:
        refuse_other(session, account_id, seat.programme_id)
    return seat


def refuse_other(session: Session, account_id: int, programme_id: int) -> NoReturn:
    """Refuse what belongs to somebody else: staff of the programme may know it is there."""
    held = accounts.role_in(session, account_id, programme_id)
    if accounts.satisfies(held, "reader"):
        raise Forbidden("This page belongs to the learner. Staff see it through the cohort.")
    raise NotFound()


def list_seats(session: Session, account_id: int) -> list[Seat]:
    """Return all seats of a learner, the latest enrolment first."""
    query = SEAT.where(Enrolment.account_id == account_id).order_by(Enrolment.id.desc())
    return [Seat(*row) for row in session.execute(query)]


def learns(session: Session, account_id: int) -> bool:
    """Whether somebody has a place in any cohort, or waits for one."""
    placed = sa.exists().where(Enrolment.account_id == account_id, Enrolment.state != "withdrawn")
    waits = sa.exists().where(
        WaitingPlace.account_id == account_id, WaitingPlace.ended_at.is_(None)
    )
    return bool(session.scalar(sa.select(sa.or_(placed, waits))))


def refuse_own(session: Session, enrolment_id: int, by: int) -> None:
    """Nobody of the staff decides about a place of their own: a colleague has to."""
    holder = sa.select(Enrolment.account_id).where(Enrolment.id == enrolment_id)
    if session.scalar(holder) == by:
        raise Refused("Somebody else has to decide this: it is your own place.")
