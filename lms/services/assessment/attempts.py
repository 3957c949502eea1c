"""Attempts: begun over a fresh paper, one at a time, and listed with what they earned."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.services import audit, catalogue, learning
from lms.services.assessment.frozen import paper_of
from lms.services.cohorts import Seat

# Exposure is judged by so many of a bank's latest papers: enough to tell a share of one in
# twenty from chance, and few enough to forget an item that was overused last year.
RECENT_PAPERS = 200


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt in a learner's list: its score once it has one."""

    id: int
    number: int
    started_at: datetime
    submitted_at: datetime | None
    voided_at: datetime | None
    points: Fraction | None
    maximum: int | None
    passed: bool | None

    @property
    def awaits_marker(self) -> bool:
        """Whether it is submitted, counts, and has no score yet."""
        is_over = self.submitted_at is not None and self.voided_at is None
        return is_over and self.points is None


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
            Attempt.voided_at,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            ScoreRecord.passed,
        )
        .outerjoin(
            ScoreRecord,
            sa.and_(ScoreRecord.attempt_id == Attempt.id, ScoreRecord.revision == newest),
        )
        .where(Attempt.enrolment_id == enrolment_id, Attempt.module_key == module_key)
        .order_by(Attempt.number)
    )
    return [
        AttemptLine(
            row.id,
            row.number,
            row.started_at,
            row.submitted_at,
            row.voided_at,
            None if row.parts is None else Fraction(row.points, row.parts),
            None if row.parts is None else row.maximum // row.parts,
            row.passed,
        )
        for row in session.execute(query)
    ]


def start(session: Session, seat: Seat, module_key: str, *, seed: int, now: datetime) -> int:
    """Return the id of the open attempt, drawing a fresh paper when there is none.

    Refused while lessons of the module are missing, once the quiz is passed, and while the last
    attempt waits for its marker. At most one attempt is open at a time, under any race.
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
    if attempts and attempts[-1].awaits_marker:
        raise Refused("Your last attempt is with its marker; you will see its result here.")
    paper = quizzes.draw_paper(
        bank, seed, _times_seen(session, seat.account_id, bank.id), _exposure(session, bank)
    )
    attempt = Attempt(
        enrolment_id=seat.enrolment_id,
        module_key=module_key,
        number=len(attempts) + 1,
        bank_id=bank.id,
        seed=seed,
        paper=json.dumps(quizzes.paper_to_document(paper), sort_keys=True),
        started_at=now,
        closes_at=_end_of(paper, now),
        grace_seconds=paper.rules.grace_seconds,
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


def _end_of(paper: quizzes.Paper, now: datetime) -> datetime | None:
    """Return the end by the paper's own rules; what else moves it is settled elsewhere."""
    limit = paper.rules.time_limit_minutes
    return None if limit is None else now + timedelta(minutes=limit)


def _times_seen(session: Session, account_id: int, bank_id: str) -> Counter[str]:
    papers = session.scalars(
        sa.select(Attempt.paper)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.account_id == account_id, Attempt.bank_id == bank_id)
    )
    return Counter(slot.item_id for paper in papers for slot in paper_of(paper).slots)


def _exposure(session: Session, bank: quizzes.Bank) -> dict[str, Fraction]:
    """Return on what share of the bank's recent papers each item was; empty without a limit."""
    if bank.specification.rules.exposure_percent is None:
        return {}
    papers = session.scalars(
        sa.select(Attempt.paper)
        .where(Attempt.bank_id == bank.id)
        .order_by(Attempt.id.desc())
        .limit(RECENT_PAPERS)
    ).all()
    times = Counter(slot.item_id for paper in papers for slot in paper_of(paper).slots)
    return {item: Fraction(count, len(papers)) for item, count in times.items()}
