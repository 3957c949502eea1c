"""Enrolling: taking a place in a cohort."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.cohorts import Cohort, Enrolment
from lms.services import audit


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
