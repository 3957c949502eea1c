"""What learners of a programme answered in one examination, gathered from their stored steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import quizzes
from lms.models.assessment import Attempt, ManualMark, ResponseStep
from lms.models.cohorts import Cohort, Enrolment
from lms.models.reviews import VoidAct
from lms.services.assessment.frozen import paper_of

Which = Literal["first", "latest"]
Asked = list[sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Given:
    """What one learner did with one item: `answer` is None where it was left out."""

    item_hash: str
    answer: str | None
    certainty: int | None
    mark: Fraction


@dataclass(frozen=True, slots=True)
class Sat:
    """The attempt of a learner that counts here for a bank, slot by slot."""

    attempt_id: int
    account_id: int
    cohort_id: int
    bank_id: str
    cut_percent: int
    given: tuple[Given, ...]

    @property
    def share(self) -> Fraction:
        """The mean mark of the paper's items, 0 to 1; what certainty earns has no part in it."""
        return sum((each.mark for each in self.given), Fraction(0)) / len(self.given)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The attempts that count, one a learner and bank, and how many could not be taken yet."""

    attempts: tuple[Sat, ...]
    awaiting: int


def gather(
    session: Session,
    programme_id: int,
    items: Mapping[str, quizzes.Item],
    *,
    bank_id: str | None = None,
    cohort_id: int | None = None,
    which: Which = "first",
) -> Gathered:
    """Return one submitted attempt a learner: the first at a bank in the programme, or the latest.

    `items` are all versions by content hash; None for `bank_id` takes every bank. Voided attempts
    are left out; so are those with answers that wait for a marker, which are counted. A choice of
    cohort keeps the attempts sat in it: somebody whose first attempt was in another cohort is no
    first-time learner in this one.
    """
    asked = [Cohort.programme_id == programme_id, Attempt.submitted_at.is_not(None)]
    if bank_id is not None:
        asked.append(Attempt.bank_id == bank_id)
    chosen = [
        row
        for row in _chosen(session, asked, which)
        if cohort_id is None or row.cohort_id == cohort_id
    ]
    answers = _answers(session, asked, {row.id for row in chosen})
    manual = _manual(session, asked) if _needs_marker(items.values()) else {}
    marks = _Marks(items)
    found, awaiting = [], 0
    for row in chosen:
        paper = paper_of(row.paper)
        by_hand, mine = manual.get(row.id, {}), answers.get(row.id, {})
        given = [
            _given(marks, slot, mine.get(number, (None, None)), by_hand.get(number))
            for number, slot in enumerate(paper.slots, start=1)
        ]
        if None in given:
            awaiting += 1
            continue
        whole = tuple(cast(list[Given], given))
        place = (row.id, row.account_id, row.cohort_id, row.bank_id)
        found.append(Sat(*place, paper.cut_percent, whole))
    return Gathered(tuple(found), awaiting)


def fingerprint(session: Session, programme_id: int) -> tuple[Any, ...]:
    """Return what is different once an attempt was submitted, voided or marked.

    Two queries; what rests on the same fingerprint need not be worked out again.
    """
    ours = (
        sa.select(Attempt.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Cohort.programme_id == programme_id)
    )
    counts = session.execute(
        sa.select(
            sa.func.count(Attempt.id), sa.func.sum(Attempt.id), sa.func.max(Attempt.id)
        ).where(
            Attempt.id.in_(ours), Attempt.submitted_at.is_not(None), Attempt.voided_at.is_(None)
        )
    ).one()
    # Acts, not voided attempts: one voided and another restored leaves as many of those.
    acts = sa.select(sa.func.count(VoidAct.id)).where(VoidAct.attempt_id.in_(ours))
    marks = session.execute(
        sa.select(
            sa.func.count(ManualMark.id), sa.func.max(ManualMark.id), acts.scalar_subquery()
        ).where(ManualMark.attempt_id.in_(ours))
    ).one()
    return (*counts, *marks)


def _chosen(session: Session, asked: Asked, which: Which) -> list[sa.Row[Any]]:
    """Return one attempt an account and bank, in the order in which they were begun."""
    query = (
        sa.select(
            Attempt.id,
            Attempt.bank_id,
            Attempt.paper,
            Enrolment.account_id,
            Enrolment.cohort_id,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(*asked, Attempt.voided_at.is_(None))
        .order_by(Attempt.started_at, Attempt.id)
    )
    rows: list[sa.Row[Any]] = list(session.execute(query))
    if which == "first":
        rows.reverse()
    # Of several with one key the last to come stays.
    kept = {(row.account_id, row.bank_id): row for row in rows}
    return sorted(kept.values(), key=lambda row: row.id)


def _answers(
    session: Session, asked: Asked, chosen: set[int]
) -> dict[int, dict[int, tuple[str, int | None]]]:
    """Return by attempt and slot the answer that counts, with its certainty."""
    later = so.aliased(ResponseStep)
    superseded = sa.exists().where(
        later.attempt_id == ResponseStep.attempt_id,
        later.slot == ResponseStep.slot,
        later.sequence > ResponseStep.sequence,
    )
    query = (
        sa.select(
            ResponseStep.attempt_id, ResponseStep.slot, ResponseStep.answer, ResponseStep.certainty
        )
        .join(Attempt, Attempt.id == ResponseStep.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(*asked, ~superseded)
    )
    found: dict[int, dict[int, tuple[str, int | None]]] = {}
    for attempt, slot, answer, certainty in session.execute(query):
        if attempt in chosen:
            found.setdefault(attempt, {})[slot] = (answer, certainty)
    return found


def _manual(session: Session, asked: Asked) -> dict[int, dict[int, dict[str, int]]]:
    query = (
        sa.select(ManualMark.attempt_id, ManualMark.slot, ManualMark.criterion, ManualMark.points)
        .join(Attempt, Attempt.id == ManualMark.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(*asked)
        .order_by(ManualMark.id)
    )
    found: dict[int, dict[int, dict[str, int]]] = {}
    for attempt, slot, criterion, points in session.execute(query):
        found.setdefault(attempt, {}).setdefault(slot, {})[criterion] = points
    return found


def _needs_marker(items: Iterable[quizzes.Item]) -> bool:
    return any(item.kind == "constructed" for item in items)


class _Marks:
    """Marks by version and answer: of thousands of answers few differ."""

    def __init__(self, items: Mapping[str, quizzes.Item]) -> None:
        self._items = items
        self._known: dict[tuple[str, str | None], Fraction | None] = {}

    def of(
        self, item_hash: str, answer: str | None, by_hand: Mapping[str, int] | None
    ) -> Fraction | None:
        item = self._items[item_hash]
        if item.kind == "constructed":
            return quizzes.mark(item, answer, by_hand)
        key = (item_hash, answer)
        if key not in self._known:
            self._known[key] = quizzes.mark(item, answer)
        return self._known[key]


def _given(
    marks: _Marks,
    slot: quizzes.Slot,
    response: tuple[str | None, int | None],
    by_hand: Mapping[str, int] | None,
) -> Given | None:
    answer, certainty = response
    mark = marks.of(slot.item_hash, answer, by_hand)
    return None if mark is None else Given(slot.item_hash, answer, certainty, mark)
