"""Quizzes: starting an attempt, saving each answer durably, submitting once, showing the result."""

import functools
import importlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
import quizzes
from lms import db
from lms.errors import Conflict, NotFound, Refused
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.cohorts import Cohort, Enrolment
from lms.services import audit, catalogue, cohorts, learning
from lms.services.cohorts import Seat

FIRST_SCORE = "Scored on submission."
LARGEST_SEQUENCE = 2**31 - 1  # what the column holds


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt in a learner's list: its score once it has one."""

    id: int
    number: int
    started_at: datetime
    submitted_at: datetime | None
    points: int | None
    maximum: int | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with its frozen paper, what was answered so far, and whose it is."""

    attempt_id: int
    number: int
    module_key: str
    seat: Seat
    paper: quizzes.Paper
    state: quizzes.AttemptState
    bank: quizzes.Bank
    content: catalogue.ReleaseContent


@dataclass(frozen=True, slots=True)
class Result:
    """A submitted attempt with the score that counts."""

    sitting: Sitting
    points: int
    maximum: int
    cut_percent: int
    passed: bool


def module_with_quiz(
    content: catalogue.ReleaseContent, module_key: str
) -> tuple[courses.Module, quizzes.Bank]:
    """Return a module and the bank of its quiz, or raise NotFound."""
    try:
        module = content.course.module(module_key)
    except KeyError:
        raise NotFound() from None
    if module.quiz is None:
        raise NotFound()
    return module, content.banks[module.quiz]


def list_attempts(session: Session, enrolment_id: int, module_key: str) -> list[AttemptLine]:
    """Return a learner's attempts at a quiz with their current scores, the first one first."""
    newest = (
        sa.select(sa.func.max(ScoreRecord.revision))
        .where(ScoreRecord.attempt_id == Attempt.id)
        .correlate(Attempt)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Attempt.id,
            Attempt.number,
            Attempt.started_at,
            Attempt.submitted_at,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.passed,
        )
        .outerjoin(
            ScoreRecord,
            sa.and_(ScoreRecord.attempt_id == Attempt.id, ScoreRecord.revision == newest),
        )
        .where(Attempt.enrolment_id == enrolment_id, Attempt.module_key == module_key)
        .order_by(Attempt.number)
    )
    return [AttemptLine(*row) for row in session.execute(query)]


def start(session: Session, seat: Seat, module_key: str, *, seed: int, now: datetime) -> int:
    """Return the id of the open attempt, drawing a fresh paper when there is none.

    Refused while lessons of the module are missing, and once the quiz is passed. At most one
    attempt is open at a time, under any race.
    """
    content = catalogue.release(session, seat.release_id)
    module, bank = module_with_quiz(content, module_key)
    db.lock(session)
    session.execute(
        sa.select(Enrolment.id).where(Enrolment.id == seat.enrolment_id).with_for_update()
    )
    attempts = list_attempts(session, seat.enrolment_id, module_key)
    if attempts and attempts[-1].submitted_at is None:
        return attempts[-1].id
    state = learning.progress_of(session, seat).state_of(f"{module.key}/quiz")
    if state.state == "locked":
        raise Refused("The quiz opens when all lessons of the module are read.")
    if state.state == "done":
        raise Refused("You have passed this quiz; there is nothing left to take.")
    paper = quizzes.draw_paper(bank, seed, _times_seen(session, seat.account_id, bank.id))
    attempt = Attempt(
        enrolment_id=seat.enrolment_id,
        module_key=module_key,
        number=len(attempts) + 1,
        bank_id=bank.id,
        seed=seed,
        paper=json.dumps(quizzes.paper_to_document(paper), sort_keys=True),
        started_at=now,
    )
    session.add(attempt)
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act="attempt.started",
        subject=f"attempt {attempt.id}",
        detail={"enrolment": seat.enrolment_id, "module": module_key, "number": attempt.number},
    )
    return attempt.id


def _times_seen(session: Session, account_id: int, bank_id: str) -> dict[str, int]:
    papers = session.scalars(
        sa.select(Attempt.paper)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.account_id == account_id, Attempt.bank_id == bank_id)
    )
    seen: dict[str, int] = {}
    for paper in papers:
        for slot in quizzes.paper_from_document(json.loads(paper)).slots:
            seen[slot.item_id] = seen.get(slot.item_id, 0) + 1
    return seen


def sitting_for(session: Session, account_id: int, attempt_id: int) -> Sitting:
    """Return a learner's own attempt as it stands; staff are refused, strangers find nothing."""
    connection = session.connection()
    row = connection.execute(_ATTEMPT_WITH_SEAT, {"attempt": attempt_id}).one_or_none()
    if row is None:
        raise NotFound()
    number, module_key, bank_id, paper, submitted_at, *rest = row
    seat = Seat(*rest)
    if seat.account_id != account_id:
        cohorts.refuse_other(session, account_id, seat.programme_id)
    content = catalogue.release(session, seat.release_id)
    steps = connection.execute(_STEPS, {"attempt": attempt_id})
    return Sitting(
        attempt_id=attempt_id,
        number=number,
        module_key=module_key,
        seat=seat,
        paper=_paper(paper),
        state=_state((quizzes.Response(*step) for step in steps), submitted_at),
        bank=content.banks[bank_id],
        content=content,
    )


@dataclass(frozen=True, slots=True)
class FrozenAttempt:
    """What never changes about an attempt: whose it is, in which programme, over which paper."""

    account_id: int
    programme_id: int
    paper: quizzes.Paper


_frozen: WeakKeyDictionary[sa.Engine, dict[int, FrozenAttempt]] = WeakKeyDictionary()
MOST_FROZEN = 4096


def _frozen_attempt(session: Session, attempt_id: int) -> FrozenAttempt:
    """Return an attempt's frozen side, from memory after the first time, or raise NotFound."""
    known = _frozen.setdefault(session.get_bind().engine, {})
    found = known.get(attempt_id)
    if found is None:
        row = session.connection().execute(_FROZEN, {"attempt_id": attempt_id}).one_or_none()
        if row is None:
            raise NotFound()
        if len(known) >= MOST_FROZEN:
            known.clear()
        found = known[attempt_id] = FrozenAttempt(
            row.account_id, row.programme_id, _paper(row.paper)
        )
    return found


# A learner looks at one frozen paper many times over.
@functools.lru_cache(maxsize=4096)
def _paper(document: str) -> quizzes.Paper:
    return quizzes.paper_from_document(json.loads(document))


def _state(
    responses: Iterable[quizzes.Response], submitted_at: datetime | None
) -> quizzes.AttemptState:
    steps: list[quizzes.Step] = list(responses)
    if submitted_at is not None:
        steps.append(quizzes.Submission(submitted_at))
    return quizzes.replay(steps)


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
    frozen = _frozen_attempt(session, attempt_id)
    if frozen.account_id != account_id:
        cohorts.refuse_other(session, account_id, frozen.programme_id)
    step = {"attempt_id": attempt_id, "slot": slot, "sequence": sequence, "option": option}
    plain = 0 < sequence <= LARGEST_SEQUENCE and frozen.paper.offers(slot, option)
    if plain and _append(session, {**step, "recorded_at": now}):
        return quizzes.Decision(
            "accept", quizzes.Response(slot, sequence, option, now), "The answer is saved."
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
    state = _state((quizzes.Response(*step) for step in latest), submitted_at)
    decision = quizzes.decide_response(paper, state, slot, sequence, option)
    stored = decision.stored
    if decision.kind != "accept":
        return decision
    if stored is not None and stored.option == option:
        # A page without script sends the unchanged choice again whenever it moves on.
        return quizzes.Decision("repeat", stored, "This answer is already saved.")
    connection.execute(_ADD_STEP, {**step, "recorded_at": now})
    return quizzes.Decision(
        "accept", quizzes.Response(slot, sequence, option, now), "The answer is saved."
    )


# Composed once: building a statement costs more than running it.
_ATTEMPT_WITH_SEAT = (
    cohorts.SEAT.with_only_columns(
        Attempt.number,
        Attempt.module_key,
        Attempt.bank_id,
        Attempt.paper,
        Attempt.submitted_at,
        *cohorts.SEAT.selected_columns,
    )
    .join(Attempt, Attempt.enrolment_id == Enrolment.id)
    .where(Attempt.id == sa.bindparam("attempt"))
)
_STEPS = (
    sa.select(
        ResponseStep.slot, ResponseStep.sequence, ResponseStep.option, ResponseStep.recorded_at
    )
    .where(ResponseStep.attempt_id == sa.bindparam("attempt"))
    .order_by(ResponseStep.id)
)
_FROZEN = (
    sa.select(Enrolment.account_id, Cohort.programme_id, Attempt.paper)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .where(Attempt.id == sa.bindparam("attempt_id"))
)
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


def submit(session: Session, account_id: int, attempt_id: int, now: datetime) -> Seat:
    """Close an attempt and score it, once; return the seat it belongs to.

    Submitting again changes nothing. Whether the course is complete now is for the caller to ask,
    in the same transaction.
    """
    sitting = sitting_for(session, account_id, attempt_id)
    db.lock(session)
    closed = session.execute(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.submitted_at.is_(None))
        .values(submitted_at=now)
        .returning(Attempt.id)
    ).scalar_one_or_none()
    if closed is None:
        return sitting.seat
    # Read again under the lock: an answer may have been acknowledged since.
    sitting = sitting_for(session, account_id, attempt_id)
    items = {item.id: item for item in sitting.bank.items}
    score = quizzes.score(sitting.paper, items, sitting.state)
    session.add(
        ScoreRecord(
            attempt_id=attempt_id,
            revision=1,
            points=score.points,
            maximum=score.maximum,
            cut_percent=score.cut_percent,
            passed=score.passed,
            reason=FIRST_SCORE,
            scored_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict("This attempt was scored a moment ago. Reload the page.") from error
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=sitting.seat.programme_id,
        act="attempt.scored",
        subject=f"attempt {attempt_id}",
        detail={
            "enrolment": sitting.seat.enrolment_id,
            "points": score.points,
            "maximum": score.maximum,
            "passed": score.passed,
            "missed_safety": list(score.missed_safety),
        },
    )
    return sitting.seat


def result_for(session: Session, account_id: int, attempt_id: int) -> Result:
    """Return a learner's submitted attempt with its score; Refused before submission."""
    sitting = sitting_for(session, account_id, attempt_id)
    if sitting.state.submitted_at is None:
        raise Refused("The result is shown once the attempt is submitted.")
    score = session.execute(
        sa.select(
            ScoreRecord.points, ScoreRecord.maximum, ScoreRecord.cut_percent, ScoreRecord.passed
        )
        .where(ScoreRecord.attempt_id == attempt_id)
        .order_by(ScoreRecord.revision.desc())
        .limit(1)
    ).one()
    return Result(sitting, *score)
