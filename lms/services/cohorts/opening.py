"""Opening a cohort, and the list of a programme's cohorts."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import Refused
from lms.models.catalogue import Programme, Release
from lms.models.cohorts import Cohort, Enrolment
from lms.services import audit


@dataclass(frozen=True, slots=True)
class CohortLine:
    """A cohort in the list of a programme's staff; the withdrawn are not among its `learners`."""

    id: int
    title: str
    programme_id: int
    starts_on: date
    due_on: date
    enrols_until: date | None
    release_label: str
    time_zone: str
    learners: int


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
        .outerjoin(
            Enrolment,
            sa.and_(Enrolment.cohort_id == Cohort.id, Enrolment.state != "withdrawn"),
        )
        .where(Cohort.programme_id.in_(programme_ids))
        .group_by(Cohort.id, Release.label, Programme.time_zone)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return [CohortLine(*row) for row in session.execute(query)]
