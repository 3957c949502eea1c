"""Safety findings: what was missed where somebody may be at stake, and what resolves it.

A finding is derived, never stored: a safety-critical item without a full mark that was answered as
certain, or any such item where the rules let no miss stand. Stored are the re-checks alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt, SafetyRecheck, ScoreRecord
from lms.services import audit
from lms.services.assessment.reading import Sitting, sitting_for
from lms.services.assessment.results import append_score, score_of
from lms.services.cohorts import Seat

RESOLVED = "Every safety-critical miss was resolved by a re-check."


@dataclass(frozen=True, slots=True)
class Finding:
    """A safety-critical miss of an attempt, with the lessons that teach it and its re-checks.

    `objective` is the text of what was missed. `must_resolve` says that the attempt does not pass
    before it is resolved.
    """

    slot: int
    item_id: str
    objective: str
    lessons: tuple[courses.Lesson, ...]
    is_confident: bool
    must_resolve: bool
    is_resolved: bool
    tries: int
    open_recheck: int | None


@dataclass(frozen=True, slots=True)
class Recheck:
    """A re-check as its learner meets it: the parallel item, and how it went once answered."""

    id: int
    finding: Finding
    sitting: Sitting
    item: quizzes.Item
    answer: str | None
    is_right: bool | None

    @property
    def option_order(self) -> tuple[str, ...]:
        """The order of the options, another one with each re-check, never that of the file."""
        letters = tuple(option.id for option in self.item.options)
        if self.item.fixed_order or len(letters) < 2:
            return letters
        turn = 1 + self.id % (len(letters) - 1)
        return letters[turn:] + letters[:turn]


def findings_of(
    session: Session, sitting: Sitting, score: quizzes.Score | quizzes.Awaiting | None = None
) -> list[Finding]:
    """Return the findings of a submitted attempt that is fully marked, in the paper's order.

    Whoever knows the attempt's `score` already gives it.
    """
    if sitting.state.submitted_at is None or sitting.voided_at is not None:
        return []
    score = score or score_of(session, sitting)
    if isinstance(score, quizzes.Awaiting):
        return []
    must_resolve = sitting.paper.rules.safety == "must-resolve"
    missed = set(score.missed_safety if must_resolve else score.confident_misses)
    if not missed:
        return []
    rows = _rechecks(session, sitting.attempt_id)
    slots = enumerate(sitting.paper.slots, start=1)
    return [
        _finding(sitting, number, score, [row for row in rows if row.slot == number])
        for number, slot in slots
        if slot.item_id in missed
    ]


def _finding(
    sitting: Sitting, number: int, score: quizzes.Score, rows: Iterable[SafetyRecheck]
) -> Finding:
    item, tried = sitting.item_at(number), list(rows)
    text, lessons = taught_by(sitting.content.course, item.objective)
    return Finding(
        slot=number,
        item_id=item.id,
        objective=text,
        lessons=lessons,
        is_confident=item.id in score.confident_misses,
        must_resolve=sitting.paper.rules.safety == "must-resolve",
        is_resolved=any(row.is_right for row in tried),
        tries=sum(row.answered_at is not None for row in tried),
        open_recheck=next((row.id for row in tried if row.answered_at is None), None),
    )


def taught_by(course: courses.Course, objective_id: str) -> tuple[str, tuple[courses.Lesson, ...]]:
    """Return the text of an objective and the lessons of the course that teach it."""
    text = next(
        (each.text for module in course.modules for each in module.objectives
         if each.id == objective_id),
        objective_id,
    )  # fmt: skip
    return text, tuple(each for each in course.lessons if objective_id in each.objectives)


def _rechecks(session: Session, attempt_id: int) -> list[SafetyRecheck]:
    query = sa.select(SafetyRecheck).where(SafetyRecheck.attempt_id == attempt_id)
    return list(session.scalars(query.order_by(SafetyRecheck.id)))


def begin_recheck(
    session: Session, account_id: int, attempt_id: int, *, slot: int, now: datetime
) -> int:
    """Return the open re-check of a finding, beginning one when there is none.

    Refused once the finding is resolved; NotFound where the attempt has no such finding.
    """
    sitting = sitting_for(session, account_id, attempt_id)
    _lock(session, attempt_id)
    finding = _finding_at(session, sitting, slot)
    if finding.is_resolved:
        raise Refused("This finding is resolved.")
    if finding.open_recheck is not None:
        return finding.open_recheck
    used = [row.item_id for row in _rechecks(session, attempt_id)]
    row = SafetyRecheck(
        attempt_id=attempt_id,
        slot=slot,
        number=finding.tries + 1,
        item_id=parallel_item(sitting, slot, used).id,
        begun_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def parallel_item(sitting: Sitting, slot: int, used: Iterable[str]) -> quizzes.Item:
    """Return the item that asks for the same again: the one least met, safety-critical if there is.

    Items of a vignette and those that need a marker cannot stand alone. Where the objective has no
    other item, the missed one is asked again.
    """
    missed = sitting.item_at(slot)
    met = [each.item_id for each in sitting.paper.slots] + list(used)
    fitting = [
        item
        for item in sitting.bank.items
        if item.objective == missed.objective
        and item.vignette is None
        and item.kind not in ("constructed", "concordance")
    ] or [missed]
    return min(
        fitting,
        key=lambda item: (met.count(item.id), not item.safety_critical, item.id == missed.id),
    )


def recheck_for(session: Session, account_id: int, attempt_id: int, slot: int) -> Recheck | None:
    """Return the latest re-check of a slot of a learner's own attempt, None before the first."""
    sitting = sitting_for(session, account_id, attempt_id)
    rows = [row for row in _rechecks(session, attempt_id) if row.slot == slot]
    if not rows:
        return None
    row, finding = rows[-1], _finding_at(session, sitting, slot)
    item = sitting.bank.item(row.item_id)
    return Recheck(row.id, finding, sitting, item, row.answer, row.is_right)


def answer_recheck(
    session: Session, account_id: int, recheck: Recheck, answer: str, now: datetime
) -> Seat:
    """Mark the answer to a re-check, once; pass the attempt when that resolves its last miss.

    An answer given again changes nothing. Whether the course is complete now is for the caller to
    ask, in the same transaction, with the seat returned.
    """
    sitting = recheck.sitting
    _lock(session, sitting.attempt_id)
    is_right = quizzes.mark(recheck.item, quizzes.read_answer(recheck.item, answer)) == 1
    given = session.execute(
        sa.update(SafetyRecheck)
        .where(SafetyRecheck.id == recheck.id, SafetyRecheck.answered_at.is_(None))
        .values(answer=answer, is_right=is_right, answered_at=now)
        .returning(SafetyRecheck.id)
    ).scalar_one_or_none()
    if given is None:
        return sitting.seat
    session.expire_all()
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        programme_id=sitting.seat.programme_id,
        act="finding.rechecked",
        subject=f"attempt {sitting.attempt_id}",
        detail={"enrolment": sitting.seat.enrolment_id, "slot": recheck.finding.slot,
                "resolved": is_right},
    )  # fmt: skip
    if is_right and recheck.finding.must_resolve:
        _pass_if_nothing_is_left(session, sitting, account_id, now)
    return sitting.seat


def _pass_if_nothing_is_left(session: Session, sitting: Sitting, by: int, now: datetime) -> None:
    score = score_of(session, sitting)
    if isinstance(score, quizzes.Awaiting) or not score.passed:
        return
    latest = session.execute(
        sa.select(ScoreRecord.revision, ScoreRecord.passed)
        .where(ScoreRecord.attempt_id == sitting.attempt_id)
        .order_by(ScoreRecord.revision.desc())
        .limit(1)
    ).one()
    if not latest.passed:
        append_score(
            session, sitting, score, revision=latest.revision + 1, reason=RESOLVED, by=by, now=now
        )


def _finding_at(session: Session, sitting: Sitting, slot: int) -> Finding:
    for finding in findings_of(session, sitting):
        if finding.slot == slot:
            return finding
    raise NotFound()


def _lock(session: Session, attempt_id: int) -> Any:
    db.lock(session)
    return session.execute(sa.select(Attempt.id).where(Attempt.id == attempt_id).with_for_update())
