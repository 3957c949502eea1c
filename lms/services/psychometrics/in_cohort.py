"""What learners did at the quizzes of one cohort: every attempt, and first answers marked.

Unlike the statistics of a bank, which take somebody's first attempt in the whole programme, this
is about what happened in one cohort: the first attempt of each of its enrolments at each quiz.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import quizzes
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.services.assessment.frozen import paper_of
from lms.services.catalogue import ReleaseContent
from lms.services.psychometrics.gathering import Given
from lms.services.psychometrics.kept import Kept


@dataclass(frozen=True, slots=True)
class CohortAttempt:
    """An attempt of a member of the cohort that was not voided.

    `share` is what it reached of its maximum, None while it has no score. `given` holds the
    answers of a first attempt, once it is submitted; answers that only a marker can mark, and
    items of another release, are left out.
    """

    enrolment_id: int
    module_key: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    share: Fraction | None
    is_first: bool
    given: tuple[Given, ...]


def attempts_of(
    session: Session, enrolment_ids: Collection[int], content: ReleaseContent
) -> dict[int, tuple[CohortAttempt, ...]]:
    """Return by enrolment its attempts in the order of their numbers, in one query.

    Enrolments without attempts are left out.
    """
    sat: list[sa.Row[Any]] = []
    answers: dict[int, dict[int, tuple[str, int | None]]] = {}
    # Straight from the connection: these are values, nothing for the session to keep.
    asked = {"enrolments": list(enrolment_ids)}
    for row in session.connection().execute(_EVERYTHING, asked):
        if row.kind == "attempt":
            sat.append(row)
        else:
            # Steps come in the order of their sequence, so that the last one stays.
            answers.setdefault(row.attempt_id, {})[row.slot] = (row.text, row.certainty)
    items, marks = items_by_hash(content), _Marks()
    firsts = _firsts(sat)
    found: dict[int, list[CohortAttempt]] = {}
    for row in sat:
        is_first = row.attempt_id in firsts
        mine = answers.get(row.attempt_id, {})
        attempt = CohortAttempt(
            enrolment_id=row.enrolment_id,
            module_key=row.module_key,
            number=row.number,
            started_at=row.started_at,
            submitted_at=row.submitted_at,
            share=Fraction(row.points, row.maximum) if row.maximum else None,
            is_first=is_first,
            given=_given(row.text, mine, items, marks) if is_first else (),
        )
        found.setdefault(row.enrolment_id, []).append(attempt)
    return {enrolment: tuple(attempts) for enrolment, attempts in found.items()}


class _Marks:
    """Marks by item and answer: of thousands of answers few differ."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], Fraction | None] = {}

    def of(self, item_hash: str, item: quizzes.Item, answer: str | None) -> Fraction | None:
        """Return the mark of an answer; None for what only a marker can mark."""
        key = (item_hash, answer)
        if key not in self._known:
            waits = item.kind == "constructed"
            self._known[key] = None if waits else quizzes.mark(item, answer)
        return self._known[key]


def items_by_hash(content: ReleaseContent) -> Mapping[str, quizzes.Item]:
    """Return the items of a release by what papers call them, from memory after the first time."""
    found: Mapping[str, quizzes.Item] | None = _items.get(content.content_hash)
    if found is None:
        banks = content.banks.values()
        found = {item.content_hash: item for bank in banks for item in bank.items}
        _items.keep(content.content_hash, found)
    return found


_items = Kept(16)


def _firsts(sat: Iterable[sa.Row[Any]]) -> set[int]:
    """The earliest submitted attempt of each enrolment at each quiz."""
    found: dict[tuple[int, str], sa.Row[Any]] = {}
    for row in sat:
        key = (row.enrolment_id, row.module_key)
        if row.submitted_at is not None and (key not in found or row.number < found[key].number):
            found[key] = row
    return {row.attempt_id for row in found.values()}


def _given(
    paper: str,
    answers: Mapping[int, tuple[str, int | None]],
    items: Mapping[str, quizzes.Item],
    marks: _Marks,
) -> tuple[Given, ...]:
    found = []
    for number, slot in enumerate(paper_of(paper).slots, start=1):
        item = items.get(slot.item_hash)
        answer, certainty = answers.get(number, (None, None))
        mark = None if item is None else marks.of(slot.item_hash, item, answer)
        if mark is not None:
            found.append(Given(slot.item_hash, answer, certainty, mark))
    return tuple(found)


def _everything() -> sa.CompoundSelect[Any]:
    asked: sa.BindParameter[list[int]] = sa.bindparam("enrolments", expanding=True)
    none = sa.null()
    number = sa.cast(none, sa.Integer)
    later = so.aliased(ScoreRecord)
    superseded = sa.exists().where(
        later.attempt_id == ScoreRecord.attempt_id, later.revision > ScoreRecord.revision
    )
    attempts = (
        sa.select(
            sa.literal("attempt").label("kind"),
            Attempt.id.label("attempt_id"),
            Attempt.number.label("number"),
            Attempt.enrolment_id.label("enrolment_id"),
            Attempt.module_key.label("module_key"),
            Attempt.started_at.label("started_at"),
            Attempt.submitted_at.label("submitted_at"),
            ScoreRecord.points.label("points"),
            ScoreRecord.maximum.label("maximum"),
            number.label("slot"),
            number.label("certainty"),
            Attempt.paper.label("text"),
        )
        .outerjoin(ScoreRecord, sa.and_(ScoreRecord.attempt_id == Attempt.id, ~superseded))
        .where(Attempt.enrolment_id.in_(asked), Attempt.voided_at.is_(None))
    )
    earlier = so.aliased(Attempt)
    has_earlier = sa.exists().where(
        earlier.enrolment_id == Attempt.enrolment_id,
        earlier.module_key == Attempt.module_key,
        earlier.number < Attempt.number,
        earlier.voided_at.is_(None),
        earlier.submitted_at.is_not(None),
    )
    steps = (
        sa.select(
            sa.literal("step"),
            ResponseStep.attempt_id,
            ResponseStep.sequence,
            number,
            sa.cast(none, sa.String),
            sa.cast(none, Attempt.started_at.type),
            sa.cast(none, Attempt.submitted_at.type),
            number,
            number,
            ResponseStep.slot,
            ResponseStep.certainty,
            ResponseStep.answer,
        )
        .join(Attempt, Attempt.id == ResponseStep.attempt_id)
        .where(
            Attempt.enrolment_id.in_(asked),
            Attempt.voided_at.is_(None),
            Attempt.submitted_at.is_not(None),
            ~has_earlier,
        )
    )
    parts: sa.CompoundSelect[Any] = sa.union_all(attempts, steps)
    return parts.order_by("kind", "number", "attempt_id")


# Composed once: building a statement costs more than running it.
_EVERYTHING = _everything()
