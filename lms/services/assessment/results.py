"""Results: an attempt is submitted once, scored when nothing waits for a marker, and shown."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import Conflict, Refused
from lms.models.assessment import Attempt, ManualMark, SafetyRecheck, ScoreRecord
from lms.services import audit, reviewed
from lms.services.assessment.reading import Sitting, sitting_for
from lms.services.cohorts import Seat

FIRST_SCORE = "Scored on submission."


@dataclass(frozen=True, slots=True)
class Result:
    """A submitted attempt with the score that counts."""

    sitting: Sitting
    points: Fraction
    maximum: int
    cut_percent: int
    passed: bool


def submit(session: Session, account_id: int, attempt_id: int, now: datetime) -> Seat:
    """Close an attempt and score it, once; return the seat it belongs to.

    Submitting again changes nothing. An attempt with answers that wait for a marker is scored
    when they are marked. Whether the course is complete now is for the caller to ask, in the same
    transaction.
    """
    sitting = sitting_for(session, account_id, attempt_id)
    db.lock(session)
    closed = session.execute(
        sa.update(Attempt)
        .where(
            Attempt.id == attempt_id,
            Attempt.submitted_at.is_(None),
            Attempt.voided_at.is_(None),
        )
        .values(submitted_at=now)
        .returning(Attempt.id)
    ).scalar_one_or_none()
    if closed is None:
        return sitting.seat
    # Read again under the lock: an answer may have been acknowledged since.
    sitting = sitting_for(session, account_id, attempt_id)
    settle(session, sitting, by=account_id, now=now)
    return sitting.seat


def settle(session: Session, sitting: Sitting, *, by: int | None, now: datetime) -> None:
    """Score an attempt that has just been closed, or note that it waits for a marker.

    `by` is the learner, or nobody for an attempt that its deadline has closed.
    """
    score = score_of(session, sitting)
    if not isinstance(score, quizzes.Awaiting):
        append_score(session, sitting, score, revision=1, reason=FIRST_SCORE, by=by, now=now)
        return
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=sitting.seat.programme_id,
        act="attempt.submitted",
        subject=f"attempt {sitting.attempt_id}",
        detail={"enrolment": sitting.seat.enrolment_id, "to_mark": list(score.slots)},
    )


def score_of(session: Session, sitting: Sitting) -> quizzes.Score | quizzes.Awaiting:
    """Return what an attempt earns as it stands: its own items, the rulings on them, the markers'
    points and, where no safety-critical miss may stand, its re-checks.
    """
    items = {item.id: item for item in sitting.bank.items}
    manual = points_of(session, sitting)
    rulings = reviewed.rulings_in_force(session, sitting.seat.programme_id, sitting.paper)
    resolved = _resolved(session, sitting) if sitting.paper.rules.safety != "reported" else ()
    return quizzes.rescore(sitting.paper, items, sitting.state, manual, rulings, resolved)


def _resolved(session: Session, sitting: Sitting) -> set[str]:
    """Return the items of an attempt whose miss a re-check has made good."""
    query = sa.select(SafetyRecheck.slot).where(
        SafetyRecheck.attempt_id == sitting.attempt_id, SafetyRecheck.is_right.is_(True)
    )
    return {sitting.paper.slots[slot - 1].item_id for slot in session.scalars(query)}


def _is_marked_by_hand(sitting: Sitting) -> bool:
    slots = range(1, len(sitting.paper.slots) + 1)
    return any(sitting.item_at(slot).kind == "constructed" for slot in slots)


def points_of(session: Session, sitting: Sitting) -> dict[int, dict[str, int]]:
    """Return the markers' points of an attempt; most papers have nothing that is marked by hand."""
    return points_given(session, sitting.attempt_id) if _is_marked_by_hand(sitting) else {}


def points_given(session: Session, attempt_id: int) -> dict[int, dict[str, int]]:
    """Return the markers' points by slot and criterion; of several the latest counts."""
    query = (
        sa.select(ManualMark.slot, ManualMark.criterion, ManualMark.points)
        .where(ManualMark.attempt_id == attempt_id)
        .order_by(ManualMark.id)
    )
    given: dict[int, dict[str, int]] = {}
    for slot, criterion, points in session.execute(query):
        given.setdefault(slot, {})[criterion] = points
    return given


def append_score(
    session: Session,
    sitting: Sitting,
    score: quizzes.Score,
    *,
    revision: int,
    reason: str,
    by: int | None,
    now: datetime,
) -> None:
    """Append a score with its entry in the trail; Conflict when that revision is there already."""
    parts = score.points.denominator
    session.add(
        ScoreRecord(
            attempt_id=sitting.attempt_id,
            revision=revision,
            points=score.points.numerator,
            maximum=score.maximum * parts,
            parts=parts,
            cut_percent=score.cut_percent,
            passed=score.passed,
            reason=reason,
            scored_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict("This attempt was scored a moment ago. Reload the page.") from error
    points = score.points
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=sitting.seat.programme_id,
        act="attempt.scored",
        subject=f"attempt {sitting.attempt_id}",
        detail={
            "enrolment": sitting.seat.enrolment_id,
            "points": int(points) if points.denominator == 1 else str(points),
            "maximum": score.maximum,
            "passed": score.passed,
            "missed_safety": list(score.missed_safety),
        }
        | ({"confident_misses": list(score.confident_misses)} if score.confident_misses else {}),
    )


def find_result(session: Session, sitting: Sitting) -> Result | None:
    """Return a submitted attempt with its score; None while it waits for a marker.

    Refused before submission.
    """
    if sitting.state.submitted_at is None:
        raise Refused("The result is shown once the attempt is submitted.")
    row = session.execute(
        sa.select(
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            ScoreRecord.cut_percent,
            ScoreRecord.passed,
        )
        .where(ScoreRecord.attempt_id == sitting.attempt_id)
        .order_by(ScoreRecord.revision.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    points, maximum = Fraction(row.points, row.parts), row.maximum // row.parts
    return Result(sitting, points, maximum, row.cut_percent, row.passed)


def result_for(session: Session, account_id: int, attempt_id: int) -> Result:
    """Return a learner's submitted attempt with its score; Refused while there is none."""
    found = find_result(session, sitting_for(session, account_id, attempt_id))
    if found is None:
        raise Refused("This attempt is with its marker; its result is shown when it is marked.")
    return found
