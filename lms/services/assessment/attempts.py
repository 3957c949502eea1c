"""Attempts: started, read with their standing, submitted once, shown with their result."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
import quizzes
from lms import db
from lms.errors import Conflict, NotFound, Refused
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.services import audit, catalogue, cohorts, learning
from lms.services.assessment.frozen import paper_of, state_of
from lms.services.cohorts import Seat

FIRST_SCORE = "Scored on submission."


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
        paper=paper_of(paper),
        state=state_of((quizzes.Response(*step) for step in steps), submitted_at),
        bank=content.banks[bank_id],
        content=content,
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
    if isinstance(score, quizzes.Awaiting):
        raise Conflict("This attempt holds answers that wait for a marker.")
    session.add(
        ScoreRecord(
            attempt_id=attempt_id,
            revision=1,
            points=int(score.points),
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
            "points": int(score.points),
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
