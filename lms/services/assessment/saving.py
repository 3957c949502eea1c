"""Saving an answer: durable, in order, once."""

import functools
import importlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.models.assessment import Attempt, ResponseStep
from lms.services import cohorts
from lms.services.assessment.frozen import frozen_attempt, state_of

LARGEST_SEQUENCE = 2**31 - 1  # what the column holds


def save_response(
    session: Session,
    account_id: int,
    attempt_id: int,
    *,
    slot: int,
    sequence: int,
    option: str,
    now: datetime,
) -> quizzes.Decision:
    """Store an answer as the next step of its slot, or say why not.

    The answer is safe only once the caller has committed. An exact repeat adds nothing; a choice
    made on a page that has not seen the stored answer is a conflict that carries it.
    """
    frozen = frozen_attempt(session, attempt_id)
    if frozen.account_id != account_id:
        cohorts.refuse_other(session, account_id, frozen.programme_id)
    item = frozen.item_at(slot)
    try:
        answer = "" if item is None else quizzes.read_answer(item, option)
    except quizzes.UnreadableAnswer as error:
        return quizzes.Decision("invalid", None, error.message)
    step = {"attempt_id": attempt_id, "slot": slot, "sequence": sequence, "option": answer}
    plain = item is not None and 0 < sequence <= LARGEST_SEQUENCE
    if plain and _append(session, {**step, "recorded_at": now}):
        return quizzes.Decision(
            "accept", quizzes.Response(slot, sequence, answer, now), "The answer is saved."
        )
    return _judge(session, frozen.paper, step, now)


def _append(session: Session, step: dict[str, Any]) -> bool:
    """Add a step if it is the next of its slot and the attempt open; return whether it was added.

    One statement that asks the database for exactly what `quizzes.decide_response` accepts: almost
    every answer that ever arrives. A submission at the same moment makes it wait and look again,
    and of two steps with one number the second is left out.
    """
    connection = session.connection()
    added = connection.execute(_append_next(connection.dialect.name), step)
    return added.one_or_none() is not None


def _judge(
    session: Session, paper: quizzes.Paper, step: dict[str, Any], now: datetime
) -> quizzes.Decision:
    """Decide, behind the attempt's lock, on a response that is not plainly the next one."""
    attempt_id, slot, sequence, option = step.values()
    db.lock(session)
    connection = session.connection()
    submitted_at = connection.execute(_LOCKED, {"attempt_id": attempt_id}).scalar_one()
    # A statement of its own: only now, behind the lock, is the latest step surely the latest.
    latest = connection.execute(_LATEST_STEP, step)
    state = state_of((quizzes.Response(*step) for step in latest), submitted_at)
    decision = quizzes.decide_response(paper, state, slot, sequence, option)
    stored = decision.stored
    if decision.kind != "accept":
        return decision
    if stored is not None and stored.answer == option:
        # A page without script sends the unchanged choice again whenever it moves on.
        return quizzes.Decision("repeat", stored, "This answer is already saved.")
    connection.execute(_ADD_STEP, {**step, "recorded_at": now})
    return quizzes.Decision(
        "accept", quizzes.Response(slot, sequence, option, now), "The answer is saved."
    )


# Composed once: building a statement costs more than running it.
_LOCKED = (
    sa.select(Attempt.submitted_at)
    .where(Attempt.id == sa.bindparam("attempt_id"))
    .with_for_update()
)
_LATEST_STEP = (
    sa.select(
        ResponseStep.slot, ResponseStep.sequence, ResponseStep.option, ResponseStep.recorded_at
    )
    .where(
        ResponseStep.attempt_id == sa.bindparam("attempt_id"),
        ResponseStep.slot == sa.bindparam("slot"),
    )
    .order_by(ResponseStep.sequence.desc())
    .limit(1)
)
_ADD_STEP = sa.insert(ResponseStep)


@functools.cache
def _append_next(dialect: str) -> Any:
    # By name: PostgreSQL's dialect costs SQLite's users a twentieth of the start.
    kind = importlib.import_module(f"sqlalchemy.dialects.{dialect}")
    attempt, slot, sequence, option, at = (
        sa.bindparam(column.key, type_=column.type)
        for column in (
            ResponseStep.__table__.c.attempt_id,
            ResponseStep.__table__.c.slot,
            ResponseStep.__table__.c.sequence,
            ResponseStep.__table__.c.option,
            ResponseStep.__table__.c.recorded_at,
        )
    )
    here = sa.select(ResponseStep.id).where(
        ResponseStep.attempt_id == attempt, ResponseStep.slot == slot
    )
    before = here.where(ResponseStep.sequence == sequence - 1)
    next_step = (
        sa.select(attempt, slot, sequence, option, at)
        .select_from(Attempt)
        .where(Attempt.id == attempt, Attempt.submitted_at.is_(None))
        .where(sa.or_(sequence == 1, before.where(ResponseStep.option != option).exists()))
        .where(~here.where(ResponseStep.sequence >= sequence).exists())
        .with_for_update(of=Attempt)
    )
    return (
        kind.insert(ResponseStep)
        .from_select(["attempt_id", "slot", "sequence", "option", "recorded_at"], next_step)
        .on_conflict_do_nothing()
        .returning(ResponseStep.id)
    )
