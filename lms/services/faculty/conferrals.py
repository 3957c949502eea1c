"""Conferrals: a director's word that somebody has completed, where a programme waits for it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import Refused
from lms.models.faculty import Conferral, ProgrammeRules
from lms.services import accounts, audit
from lms.services.cohorts import Seat


def waits_for_conferral(session: Session, seat: Seat) -> bool:
    """Whether the programme of a seat demands a conferral, and this one has none yet."""
    demanded = sa.exists().where(
        ProgrammeRules.programme_id == seat.programme_id, ProgrammeRules.director_confers
    )
    given = sa.exists().where(Conferral.enrolment_id == seat.enrolment_id)
    return bool(session.scalar(sa.select(demanded & ~given)))


def is_conferred(session: Session, enrolment_id: int) -> bool:
    """Whether a director has conferred completion on an enrolment."""
    return session.get(Conferral, enrolment_id) is not None


def confer_on(session: Session, seat: Seat, *, by: int, now: datetime) -> bool:
    """Confer completion on a learner as a director of the programme; False when it was done.

    Raises Forbidden or NotFound for anybody but a director, Refused for oneself. Whether the
    learner has completed is for the caller to have asked.
    """
    accounts.require_role(session, by, seat.programme_id, "director")
    if seat.account_id == by:
        raise Refused("Another director has to confer your own completion: leave yourself out.")
    if is_conferred(session, seat.enrolment_id):
        return False
    try:
        with session.begin_nested():
            session.add(
                Conferral(enrolment_id=seat.enrolment_id, conferred_by=by, conferred_at=now)
            )
    except IntegrityError:
        # A second director, or a second click, was there at the same moment.
        return False
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=seat.programme_id,
        act="completion.conferred",
        subject=f"enrolment {seat.enrolment_id}",
        detail={"cohort": seat.cohort_title},
    )
    return True
