"""Going on: slots left behind for good, when a case unfolds or a paper only runs forward."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.models.assessment import AdvanceStep, Attempt
from lms.services import cohorts
from lms.services.assessment.frozen import frozen_attempt, state_of


def advances_of(connection: sa.Connection, attempt_id: int) -> list[quizzes.Advance]:
    """Return what an attempt has left behind, in order."""
    rows = connection.execute(_ADVANCES, {"attempt": attempt_id})
    return [quizzes.Advance(*row) for row in rows]


_ADVANCES = (
    sa.select(AdvanceStep.first_slot, AdvanceStep.last_slot, AdvanceStep.recorded_at)
    .where(AdvanceStep.attempt_id == sa.bindparam("attempt"))
    .order_by(AdvanceStep.id)
)


def advance(
    session: Session, account_id: int, attempt_id: int, *, slot: int, now: datetime
) -> quizzes.Decision:
    """Go on to a slot: lock what must be left behind before it may be seen, or say why not.

    "accept" when slots were locked now, "repeat" when nothing was left to lock.
    """
    frozen = frozen_attempt(session, attempt_id)
    if frozen.account_id != account_id:
        cohorts.refuse_other(session, account_id, frozen.programme_id)
    db.lock(session)
    connection = session.connection()
    attempt = connection.execute(_LOCKED, {"attempt": attempt_id}).one()
    state = state_of((), attempt.submitted_at, advances_of(connection, attempt_id))
    decision = quizzes.decide_advance(frozen.paper, state, slot)
    if decision.kind != "accept":
        return decision
    if attempt.voided_at is not None:
        return quizzes.Decision("closed", None, "This attempt was set aside.")
    if not quizzes.is_in_time(now, attempt.closes_at, attempt.grace_seconds):
        return quizzes.Decision("closed", None, "Time is over; answers can no longer change.")
    if attempt.paused_at is not None:
        return quizzes.Decision("paused", None, "This attempt is paused.")
    hidden = state.hidden_by(frozen.paper, slot)
    if hidden is not None:
        first, last = hidden
        row = {"attempt_id": attempt_id, "first_slot": first, "last_slot": last}
        connection.execute(sa.insert(AdvanceStep), {**row, "recorded_at": now})
    return decision


_LOCKED = (
    sa.select(
        Attempt.submitted_at,
        Attempt.closes_at,
        Attempt.grace_seconds,
        Attempt.voided_at,
        Attempt.paused_at,
    )
    .where(Attempt.id == sa.bindparam("attempt"))
    .with_for_update()
)
