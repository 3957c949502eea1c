"""A learner's attempts at a quiz, listed with what they earned."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.errors import NotFound
from lms.models.assessment import Attempt, ScoreRecord
from lms.services import catalogue


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt in a learner's list: its score once it has one."""

    id: int
    number: int
    started_at: datetime
    submitted_at: datetime | None
    closes_at: datetime | None
    voided_at: datetime | None
    points: Fraction | None
    maximum: int | None
    passed: bool | None

    @property
    def is_open(self) -> bool:
        """Whether it is under way."""
        return self.submitted_at is None and self.voided_at is None

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
            Attempt.closes_at,
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
            row.closes_at,
            row.voided_at,
            None if row.parts is None else Fraction(row.points, row.parts),
            None if row.parts is None else row.maximum // row.parts,
            row.passed,
        )
        for row in session.execute(query)
    ]
