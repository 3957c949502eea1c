"""Pauses: a learner whose accommodation allows it stops the clock of an attempt, and goes on."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt
from lms.models.sittings import AttemptPause
from lms.services import audit
from lms.services.cohorts import Seat
from lms.services.sittings.terms import terms_for
from lms.services.sittings.under_way import IS_UNDER_WAY, pauses_of, set_end_of


def pause(session: Session, seat: Seat, attempt_id: int, now: datetime) -> bool:
    """Pause an attempt of the learner whose seat this is; return whether it was running.

    Refused without an allowance for pauses, when it is used up, and once the attempt has ended.
    While it is paused its items are not shown and answers are not taken: that is for the pages and
    the saving of answers to hold, by `paused_at`.
    """
    attempt = _under_way(session, seat, attempt_id)
    if attempt.paused_at is not None:
        return False
    terms = terms_for(session, seat, attempt.module_key, now, attempt.started_at)
    before = pauses_of(session, [attempt_id]).get(attempt_id, [])
    left = timedelta(minutes=terms.pause_minutes) - quizzes.paused_time(before, terms.pause_minutes)
    if not terms.pause_minutes:
        raise Refused("Pauses are not part of your accommodations for this examination.")
    if left <= timedelta():
        raise Refused("Your pauses are used up.")
    if not quizzes.is_in_time(now, attempt.closes_at, 0):
        raise Refused("The time of this attempt is over.")
    session.add(AttemptPause(attempt_id=attempt_id, began_at=now))
    _mark(session, attempt_id, now)
    set_end_of(session, attempt_id, now)
    _record(session, "attempt.paused", seat, attempt_id, now)
    return True


def resume(session: Session, seat: Seat, attempt_id: int, now: datetime) -> bool:
    """Let the clock of a paused attempt go on; return whether it was paused."""
    attempt = _under_way(session, seat, attempt_id)
    if attempt.paused_at is None:
        return False
    session.execute(
        sa.update(AttemptPause)
        .where(AttemptPause.attempt_id == attempt_id, AttemptPause.ended_at.is_(None))
        .values(ended_at=now)
    )
    _mark(session, attempt_id, None)
    set_end_of(session, attempt_id, now)
    _record(session, "attempt.resumed", seat, attempt_id, now)
    return True


def _under_way(session: Session, seat: Seat, attempt_id: int) -> Any:
    """Return a learner's own attempt behind its lock, or refuse."""
    db.lock(session)
    row = session.execute(
        sa.select(Attempt.module_key, Attempt.started_at, Attempt.closes_at, Attempt.paused_at)
        .where(Attempt.id == attempt_id, Attempt.enrolment_id == seat.enrolment_id, *IS_UNDER_WAY)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("This attempt is not under way.")
    return row


def _mark(session: Session, attempt_id: int, paused_at: datetime | None) -> None:
    session.flush()
    session.execute(sa.update(Attempt).where(Attempt.id == attempt_id).values(paused_at=paused_at))


def _record(session: Session, act: str, seat: Seat, attempt_id: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act=act,
        subject=f"attempt {attempt_id}",
        detail={"enrolment": seat.enrolment_id},
    )
