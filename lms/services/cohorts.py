"""Cohorts and enrolments: who learns which release, where, and until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import RoleGrant
from lms.models.catalogue import Programme, Release
from lms.models.cohorts import Cohort, Enrolment
from lms.services import accounts, audit


@dataclass(frozen=True, slots=True)
class Seat:
    """One learner's enrolment with all that the learner's pages need to know about it."""

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


@dataclass(frozen=True, slots=True)
class CohortLine:
    """A cohort in the list of a programme's staff."""

    id: int
    title: str
    programme_id: int
    starts_on: date
    due_on: date
    enrols_until: date | None
    release_label: str
    time_zone: str
    learners: int


@dataclass(frozen=True, slots=True)
class RunCohort:
    """A cohort as the staff who run it need to know it; `role` is what the asking person holds."""

    id: int
    title: str
    programme_id: int
    programme_name: str
    programme_slug: str
    time_zone: str
    release_id: int
    starts_on: date
    due_on: date
    role: str

    @property
    def is_administered(self) -> bool:
        """Whether the asking person administers its programme."""
        return self.role == "administrator"


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
    if accounts.role_in(session, account_id, programme_id) is not None:
        raise Forbidden("This page belongs to the learner. Staff see it through the cohort.")
    raise NotFound()


def list_seats(session: Session, account_id: int) -> list[Seat]:
    """Return all seats of a learner, the latest enrolment first."""
    query = SEAT.where(Enrolment.account_id == account_id).order_by(Enrolment.id.desc())
    return [Seat(*row) for row in session.execute(query)]


def enrol(session: Session, *, account_id: int, cohort_id: int, now: datetime, today: date) -> int:
    """Take a seat in a cohort that is open on `today`; return its id, the old one if seated."""
    db.lock(session)
    cohort = session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound()
    seated = sa.select(Enrolment.id).where(
        Enrolment.cohort_id == cohort_id, Enrolment.account_id == account_id
    )
    known = session.scalar(seated)
    if known is not None:
        return known
    if cohort.enrols_until is None or cohort.enrols_until < today:
        raise Refused("Enrolment in this cohort has closed. Ask the programme for the next one.")
    enrolment = Enrolment(cohort_id=cohort_id, account_id=account_id, enrolled_at=now)
    session.add(enrolment)
    try:
        session.flush()
    except IntegrityError:
        # A second tab enrolled at the same moment: its seat is this person's seat.
        session.rollback()
        return session.scalars(seated).one()
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=cohort.programme_id,
        act="enrolment.made",
        subject=f"enrolment {enrolment.id}",
        detail={"cohort": cohort.title},
    )
    return enrolment.id


def zone_of(session: Session, cohort_id: int) -> str:
    """Return the time zone in which a cohort's days begin and end, or raise NotFound."""
    query = sa.select(Programme.time_zone).join(Cohort, Cohort.programme_id == Programme.id)
    zone = session.scalar(query.where(Cohort.id == cohort_id))
    if zone is None:
        raise NotFound()
    return zone


def _learns_there() -> sa.Exists:
    """Whether somebody is enrolled in any cohort of the programme of the enclosing query."""
    theirs = so.aliased(Cohort)
    enrolled = sa.exists().where(
        Enrolment.account_id == sa.bindparam("account"),
        Enrolment.cohort_id == theirs.id,
        theirs.programme_id == Programme.id,
    )
    return enrolled.correlate(Programme)


def _run_cohort() -> sa.Select[*tuple[Any, ...]]:
    held = sa.select(RoleGrant.role).where(
        RoleGrant.account_id == sa.bindparam("account"), RoleGrant.programme_id == Programme.id
    )
    return (
        sa.select(
            Cohort.id,
            Cohort.title,
            Programme.id,
            Programme.name,
            Programme.slug,
            Programme.time_zone,
            Cohort.release_id,
            Cohort.starts_on,
            Cohort.due_on,
            sa.func.coalesce(held.scalar_subquery(), ""),
            _LEARNS_THERE,
        )
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Cohort.id == sa.bindparam("cohort"))
    )


# Composed once: building a statement costs more than running it.
_LEARNS_THERE = _learns_there()
_RUN_COHORT = _run_cohort()


def programme_for(session: Session, account_id: int, programme_id: int, role: str) -> Programme:
    """Return a programme in which the account holds at least `role`, or refuse."""
    query = sa.select(Programme, _LEARNS_THERE).where(Programme.id == programme_id)
    found = session.execute(query, {"account": account_id}).one_or_none()
    if found is None:
        raise NotFound()
    programme, is_member = found
    accounts.require_role(session, account_id, programme_id, role, is_member=is_member)
    return programme


def cohort_for(session: Session, account_id: int, cohort_id: int, role: str) -> RunCohort:
    """Return a cohort of a programme in which the account holds at least `role`, or refuse."""
    asked = {"account": account_id, "cohort": cohort_id}
    row = session.connection().execute(_RUN_COHORT, asked).one_or_none()
    if row is None:
        raise NotFound()
    *values, is_member = row
    cohort = RunCohort(*values)
    accounts.require_role(session, account_id, cohort.programme_id, role, is_member=is_member)
    return cohort


def week_on(starts_on: date, day: date) -> int:
    """Return the week of a cohort that `day` lies in, from 1; zero or less before the start."""
    return (day - starts_on).days // 7 + 1


def create_cohort(
    session: Session,
    *,
    programme_id: int,
    release_id: int,
    title: str,
    starts_on: date,
    due_on: date,
    enrols_until: date | None,
    by: int,
    now: datetime,
) -> Cohort:
    """Open a cohort pinned to a release; Refused when the title is taken or the dates are wrong."""
    if due_on <= starts_on:
        raise Refused("The due date has to come after the start.")
    cohort = Cohort(
        programme_id=programme_id,
        release_id=release_id,
        title=title,
        starts_on=starts_on,
        due_on=due_on,
        enrols_until=enrols_until,
        created_at=now,
    )
    session.add(cohort)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This programme already has a cohort of that title.") from error
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act="cohort.created",
        subject=title,
        detail={"starts_on": starts_on.isoformat(), "due_on": due_on.isoformat()},
    )
    return cohort


def list_cohorts(session: Session, programme_ids: list[int]) -> list[CohortLine]:
    """Return the cohorts of these programmes with their number of learners, newest first."""
    learners = sa.func.count(Enrolment.id)
    query = (
        sa.select(
            Cohort.id,
            Cohort.title,
            Cohort.programme_id,
            Cohort.starts_on,
            Cohort.due_on,
            Cohort.enrols_until,
            Release.label,
            Programme.time_zone,
            learners,
        )
        .join(Release, Release.id == Cohort.release_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .outerjoin(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Cohort.programme_id.in_(programme_ids))
        .group_by(Cohort.id, Release.label, Programme.time_zone)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return [CohortLine(*row) for row in session.execute(query)]
