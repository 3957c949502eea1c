"""Attempts whose time is over: closed at their end, whoever notices it first, and only once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.models.assessment import Attempt
from lms.services import sittings
from lms.services.assessment.reading import sitting_of
from lms.services.assessment.results import settle
from lms.services.cohorts import Seat


def close_overdue(session: Session, attempt_id: int, now: datetime) -> Seat | None:
    """Submit an attempt at its end if end and grace are over; return the seat if it was closed now.

    It counts as submitted at its end, whenever somebody noticed, so that the sweep and the page
    that the learner opens next give the same result. An end that has just been moved is honoured.
    Whether the course is complete now is for the caller to ask, in the same transaction.
    """
    db.lock(session)
    closes_at = sittings.refresh(session, attempt_id, now)
    row = session.execute(
        sa.select(Attempt.grace_seconds, Attempt.submitted_at, Attempt.voided_at)
        .where(Attempt.id == attempt_id)
        .with_for_update()
    ).one()
    is_under_way = row.submitted_at is None and row.voided_at is None
    if not is_under_way or quizzes.is_in_time(now, closes_at, row.grace_seconds):
        return None
    session.execute(
        sa.update(Attempt).where(Attempt.id == attempt_id).values(submitted_at=closes_at)
    )
    sitting = sitting_of(session, attempt_id)
    settle(session, sitting, by=None, now=now)
    return sitting.seat
