"""Saving an answer: durable, in order, once."""

import functools
import importlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.db import Instant
from lms.models.assessment import Attempt, ResponseStep
from lms.services import cohorts
from lms.services.assessment.frozen import FrozenAttempt, frozen_attempt, state_of
from lms.services.assessment.locks import advances_of

LARGEST_SEQUENCE = 2**31 - 1  # what the column holds


def end_of(session: Session, attempt_id: int) -> datetime | None:
    """Return when an attempt ends as it stands now, None without an end."""
    return session.connection().execute(_END, {"attempt_id": attempt_id}).scalar_one_or_none()


_END = sa.select(Attempt.closes_at).where(Attempt.id == sa.bindparam("attempt_id"))


@dataclass(frozen=True, slots=True)
class Saving(quizzes.Decision):
    """What became of a response, and when its attempt ends as it stands now, if it has an end."""

    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """A response as it arrived, its answer read."""

    attempt_id: int
    slot: int
    sequence: int
    answer: str
    certainty: int | None
    at: datetime

    @property
    def row(self) -> dict[str, Any]:
        """The row it becomes."""
        return {
            "attempt_id": self.attempt_id,
            "slot": self.slot,
            "sequence": self.sequence,
            "answer": self.answer,
            "certainty": self.certainty,
            "recorded_at": self.at,
        }

    def saved(self, closes_at: datetime | None) -> Saving:
        """What to answer once it is stored."""
        response = quizzes.Response(self.slot, self.sequence, self.answer, self.at, self.certainty)
        return Saving("accept", response, "The answer is saved.", closes_at)


def save_response(
    session: Session,
    account_id: int,
    attempt_id: int,
    *,
    slot: int,
    sequence: int,
    answer: str,
    now: datetime,
    certainty: int | None = None,
) -> Saving:
    """Store an answer as the next step of its slot, or say why not.

    The answer is safe only once the caller has committed. An exact repeat adds nothing; a choice
    made on a page that has not seen the stored answer is a conflict that carries it; after the
    end and its grace, or in an attempt that was set aside, the attempt is closed; while it is
    paused it takes none. A certainty that the paper does not ask for is left out.
    """
    frozen = frozen_attempt(session, attempt_id)
    if frozen.account_id != account_id:
        cohorts.refuse_other(session, account_id, frozen.programme_id)
    item = frozen.item_at(slot)
    try:
        read = "" if item is None else quizzes.read_answer(item, answer)
    except quizzes.UnreadableAnswer as error:
        return Saving("invalid", None, error.message, end_of(session, attempt_id))
    stated = None if frozen.paper.rules.certainty == "off" else certainty
    sent = _Sent(attempt_id, slot, sequence, read, stated, now)
    added = _append(session, sent) if _is_plain(frozen, sent) else None
    return _judge(session, frozen.paper, sent) if added is None else sent.saved(added.closes_at)


def _is_plain(frozen: FrozenAttempt, sent: _Sent) -> bool:
    """Whether all that could keep the response out is asked by the one statement.

    A slot that going on can lock is not: PostgreSQL would not see the lock of a transaction it
    has just waited for.
    """
    return (
        frozen.item_at(sent.slot) is not None
        and 0 < sent.sequence <= LARGEST_SEQUENCE
        and sent.certainty in (None, 1, 2, 3)
        and not frozen.can_lock(sent.slot)
    )


def _append(session: Session, sent: _Sent) -> Any:
    """Add a step if it is the next of its slot and the attempt open; None if it was not added.

    What it returns says when the attempt ends: its learner is told with every answer.

    One statement that asks the database for exactly what `quizzes.decide_response` accepts before
    the attempt's end: almost every answer that ever arrives. A submission at the same moment makes
    it wait and look again, and of two steps with one number the second is left out.
    """
    connection = session.connection()
    return connection.execute(_append_next(connection.dialect.name), sent.row).one_or_none()


def _judge(session: Session, paper: quizzes.Paper, sent: _Sent) -> Saving:
    """Decide, behind the attempt's lock, on a response that is not plainly the next one."""
    db.lock(session)
    connection = session.connection()
    attempt = connection.execute(_LOCKED, {"attempt_id": sent.attempt_id}).one()
    # Statements of their own: only now, behind the lock, is the latest step surely the latest.
    latest = connection.execute(_LATEST_STEP, sent.row)
    state = state_of(
        (quizzes.Response(*step) for step in latest),
        attempt.submitted_at,
        advances_of(connection, sent.attempt_id),
    )
    decision = quizzes.decide_response(
        paper, state, sent.slot, sent.sequence, sent.answer, sent.certainty
    )
    stored, closes_at = decision.stored, attempt.closes_at

    def so(kind: quizzes.DecisionKind, message: str) -> Saving:
        return Saving(kind, stored, message, closes_at)

    if decision.kind not in ("accept", "conflict"):
        return so(decision.kind, decision.message)
    if attempt.voided_at is not None:
        return so("closed", "This attempt was set aside.")
    if not quizzes.is_in_time(sent.at, closes_at, attempt.grace_seconds):
        return so("closed", "Time is over; answers can no longer change.")
    if attempt.paused_at is not None:
        return so("paused", "This attempt is paused. Go on to answer.")
    if decision.kind == "conflict":
        return so(decision.kind, decision.message)
    if stored is not None and (stored.answer, stored.certainty) == (sent.answer, sent.certainty):
        # A page without script sends the unchanged choice again whenever it moves on.
        return so("repeat", "This answer is already saved.")
    connection.execute(_ADD_STEP, sent.row)
    return sent.saved(closes_at)


# Composed once: building a statement costs more than running it.
_LOCKED = (
    sa.select(
        Attempt.submitted_at,
        Attempt.closes_at,
        Attempt.grace_seconds,
        Attempt.voided_at,
        Attempt.paused_at,
    )
    .where(Attempt.id == sa.bindparam("attempt_id"))
    .with_for_update()
)
_LATEST_STEP = (
    sa.select(
        ResponseStep.slot,
        ResponseStep.sequence,
        ResponseStep.answer,
        ResponseStep.recorded_at,
        ResponseStep.certainty,
    )
    .where(
        ResponseStep.attempt_id == sa.bindparam("attempt_id"),
        ResponseStep.slot == sa.bindparam("slot"),
    )
    .order_by(ResponseStep.sequence.desc())
    .limit(1)
)
_ADD_STEP = sa.insert(ResponseStep)
_COLUMNS = ("attempt_id", "slot", "sequence", "answer", "certainty", "recorded_at")


@functools.cache
def _append_next(dialect: str) -> Any:
    # By name: PostgreSQL's dialect costs SQLite's users a twentieth of the start.
    kind = importlib.import_module(f"sqlalchemy.dialects.{dialect}")
    columns = ResponseStep.__table__.c
    attempt, slot, sequence, answer, certainty, at = (
        sa.bindparam(name, type_=columns[name].type) for name in _COLUMNS
    )
    here = sa.select(ResponseStep.id).where(
        ResponseStep.attempt_id == attempt, ResponseStep.slot == slot
    )
    is_other = sa.or_(
        ResponseStep.answer != answer, ResponseStep.certainty.is_distinct_from(certainty)
    )
    before = here.where(ResponseStep.sequence == sequence - 1)
    ends = sa.select(Attempt.closes_at).where(Attempt.id == attempt)
    next_step = (
        sa.select(attempt, slot, sequence, answer, certainty, at)
        .select_from(Attempt)
        .where(Attempt.id == attempt, Attempt.submitted_at.is_(None), Attempt.voided_at.is_(None))
        .where(Attempt.paused_at.is_(None))
        # What comes later may still be within the grace: that is judged behind the lock.
        .where(sa.or_(Attempt.closes_at.is_(None), Attempt.closes_at >= at))
        .where(sa.or_(sequence == 1, before.where(is_other).exists()))
        .where(~here.where(ResponseStep.sequence >= sequence).exists())
        .with_for_update(of=Attempt)
    )
    return (
        kind.insert(ResponseStep)
        .from_select(list(_COLUMNS), next_step)
        .on_conflict_do_nothing()
        .returning(sa.type_coerce(ends.scalar_subquery(), Instant).label("closes_at"))
    )
