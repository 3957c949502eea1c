"""Marking by hand: instructors give points for constructed answers, by the rubric of the item."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.assessment import Attempt, ManualMark, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.services import audit, cohorts
from lms.services.assessment.reading import Sitting, sitting_of
from lms.services.assessment.results import append_score, score_of
from lms.services.cohorts import Seat

MARKED = "Scored when its last answer was marked."
MARKED_AGAIN = "A marker's points were corrected."


@dataclass(frozen=True, slots=True)
class ToMark:
    """A submitted attempt of a cohort that waits for its marker."""

    attempt_id: int
    enrolment_id: int
    module_key: str
    number: int
    submitted_at: datetime


def list_to_mark(session: Session, marker_id: int, cohort_id: int) -> list[ToMark]:
    """Return the attempts of a cohort without a score, the longest waiting first."""
    cohorts.cohort_for(session, marker_id, cohort_id, "reader")
    is_scored = sa.exists().where(ScoreRecord.attempt_id == Attempt.id)
    query = (
        sa.select(
            Attempt.id,
            Attempt.enrolment_id,
            Attempt.module_key,
            Attempt.number,
            Attempt.submitted_at,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
            ~is_scored,
        )
        .order_by(Attempt.submitted_at, Attempt.id)
    )
    rows: list[Any] = list(session.execute(query))
    return [ToMark(*row) for row in rows]


def to_mark_for(session: Session, marker_id: int, attempt_id: int) -> Sitting:
    """Return a submitted attempt of somebody else in a programme the marker teaches, or refuse."""
    sitting = sitting_of(session, attempt_id)
    cohorts.cohort_for(session, marker_id, sitting.seat.cohort_id, "instructor")
    if sitting.seat.account_id == marker_id:
        raise Forbidden("Nobody marks their own answers.")
    if sitting.state.submitted_at is None or sitting.voided_at is not None:
        raise Refused("Only an attempt that is submitted and counts can be marked.")
    return sitting


def give_points(
    session: Session,
    marker_id: int,
    attempt_id: int,
    *,
    slot: int,
    points: Mapping[str, int],
    now: datetime,
) -> Seat:
    """Record points (criterion id -> points) for an answer; score the attempt once none waits.

    Points given later count instead, and append a new score. Whether the course is complete now
    is for the caller to ask, in the same transaction, with the seat returned.
    """
    sitting = to_mark_for(session, marker_id, attempt_id)
    _refuse_impossible(sitting, slot, points)
    db.lock(session)
    session.execute(sa.select(Attempt.id).where(Attempt.id == attempt_id).with_for_update())
    session.add_all(
        ManualMark(
            attempt_id=attempt_id,
            slot=slot,
            criterion=criterion,
            points=given,
            marked_by=marker_id,
            marked_at=now,
        )
        for criterion, given in points.items()
    )
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=marker_id,
        programme_id=sitting.seat.programme_id,
        act="answer.marked",
        subject=f"attempt {attempt_id}",
        detail={"slot": slot, "points": dict(points)},
    )
    _score_again(session, sitting, marker_id, now)
    return sitting.seat


def _refuse_impossible(sitting: Sitting, slot: int, points: Mapping[str, int]) -> None:
    item = sitting.item_at(slot)
    response = sitting.state.responses.get(slot)
    if item.kind != "constructed" or response is None:
        raise NotFound()
    try:
        quizzes.mark(item, response.answer, points)
    except ValueError as error:
        raise Refused("The rubric does not give such points.") from error


def _score_again(session: Session, sitting: Sitting, by: int, now: datetime) -> None:
    score = score_of(session, sitting)
    if isinstance(score, quizzes.Awaiting):
        return
    newest = session.scalar(
        sa.select(sa.func.max(ScoreRecord.revision)).where(
            ScoreRecord.attempt_id == sitting.attempt_id
        )
    )
    reason = MARKED if newest is None else MARKED_AGAIN
    append_score(session, sitting, score, revision=(newest or 0) + 1, reason=reason, by=by, now=now)
