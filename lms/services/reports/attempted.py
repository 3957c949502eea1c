"""A learner's attempts at quizzes with the scores that count now."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.assessment import Attempt, ScoreRecord
from lms.services.reports.scores import superseded


@dataclass(frozen=True, slots=True)
class Sitting:
    """One attempt at a module's quiz; without a submission it is still open and has no score.

    `reason` is why the score stands as it does when it was scored again, else empty. A voided
    attempt counts for nothing, whatever its score.
    """

    module_key: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    points: Fraction | None
    maximum: int | None
    cut_percent: int | None
    passed: bool | None
    reason: str
    is_voided: bool


def sittings_of(session: Session, enrolment_id: int) -> tuple[Sitting, ...]:
    """Return a learner's attempts with the scores that count, the first one first."""
    query = (
        sa.select(
            Attempt.module_key,
            Attempt.number,
            Attempt.started_at,
            Attempt.submitted_at,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            ScoreRecord.cut_percent,
            ScoreRecord.passed,
            sa.case((ScoreRecord.revision > 1, ScoreRecord.reason), else_=""),
            Attempt.voided_at.is_not(None),
        )
        .outerjoin(ScoreRecord, sa.and_(ScoreRecord.attempt_id == Attempt.id, ~superseded()))
        .where(Attempt.enrolment_id == enrolment_id)
        .order_by(Attempt.started_at, Attempt.id)
    )
    return tuple(_sitting(*row) for row in session.execute(query))


def _sitting(
    module_key: str,
    number: int,
    started_at: datetime,
    submitted_at: datetime | None,
    points: int | None,
    maximum: int | None,
    parts: int | None,
    *outcome: Any,
) -> Sitting:
    earned = None if points is None or parts is None else Fraction(points, parts)
    of = None if maximum is None or parts is None else maximum // parts
    return Sitting(module_key, number, started_at, submitted_at, earned, of, *outcome)
