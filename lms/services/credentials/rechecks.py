"""The re-check of a renewal: safety-critical items, each asked until it is answered rightly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.errors import NotFound, Refused
from lms.models.renewals import RenewalItem
from lms.services import assessment, catalogue


@dataclass(frozen=True, slots=True)
class Asked:
    """One item of the re-check as it stands: what it is about, and how it went so far.

    `objective` is the text of what is asked, `lessons` teach it. `item` is the one asked last.
    """

    slot: int
    row_id: int
    item: quizzes.Item
    objective: str
    lessons: tuple[courses.Lesson, ...]
    tries: int
    answer: str | None
    is_right: bool | None

    @property
    def option_order(self) -> tuple[str, ...]:
        """The order of the options, another one each time, never that of the file."""
        letters = tuple(option.id for option in self.item.options)
        if self.item.fixed_order or len(letters) < 2:
            return letters
        turn = 1 + self.row_id % (len(letters) - 1)
        return letters[turn:] + letters[:turn]


def count_items(content: catalogue.ReleaseContent) -> int:
    """Return how many items the re-check of a release asks: as the course says, or all it has."""
    there = quizzes.safety_items(content.banks.values())
    return min(content.course.renewal.recheck_items, len(there))


def draw_items(
    session: Session, renewal_id: int, content: catalogue.ReleaseContent, seed: int, now: datetime
) -> None:
    """Enter the first item of each slot."""
    count = content.course.renewal.recheck_items
    drawn = quizzes.draw_safety_items(_banks(content), count, seed)
    for slot, item in enumerate(drawn, start=1):
        session.add(
            RenewalItem(renewal_id=renewal_id, slot=slot, number=1, item_id=item.id, asked_at=now)
        )
    session.flush()


def list_asked(
    session: Session, renewal_id: int, content: catalogue.ReleaseContent
) -> tuple[Asked, ...]:
    """Return the items of a renewal's re-check, each as it was asked last, in their order."""
    last: dict[int, Any] = {row.slot: row for row in _rows(session, renewal_id)}
    return tuple(_asked(row, content) for row in last.values())


def asked_at(
    session: Session, renewal_id: int, content: catalogue.ReleaseContent, slot: int
) -> Asked:
    """Return one item of a re-check or raise NotFound."""
    for each in list_asked(session, renewal_id, content):
        if each.slot == slot:
            return each
    raise NotFound()


def answer_item(session: Session, asked: Asked, answer: str, now: datetime) -> bool:
    """Mark an answer, once; return whether it was taken. One given again changes nothing."""
    is_right = quizzes.mark(asked.item, quizzes.read_answer(asked.item, answer)) == 1
    taken = sa.update(RenewalItem).where(
        RenewalItem.id == asked.row_id, RenewalItem.answered_at.is_(None)
    )
    given = taken.values(answer=answer, is_right=is_right, answered_at=now)
    return session.scalar(given.returning(RenewalItem.id)) is not None


def ask_again(
    session: Session,
    renewal_id: int,
    content: catalogue.ReleaseContent,
    asked: Asked,
    now: datetime,
) -> None:
    """After a miss, ask the slot another item of the same objective; Refused once it is right.

    Nothing changes while the slot has an item that waits for its answer.
    """
    if asked.is_right:
        raise Refused("This item is answered rightly; nothing more is asked.")
    if asked.is_right is None:
        return
    met = [row.item_id for row in _rows(session, renewal_id)]
    following = quizzes.item_after_miss(_banks(content), asked.item, met)
    session.add(
        RenewalItem(
            renewal_id=renewal_id,
            slot=asked.slot,
            number=asked.tries + 1,
            item_id=following.id,
            asked_at=now,
        )
    )
    session.flush()


def _rows(session: Session, renewal_id: int) -> Sequence[Any]:
    # Columns, no objects: these are read again after they were changed.
    query = sa.select(
        RenewalItem.id,
        RenewalItem.slot,
        RenewalItem.number,
        RenewalItem.item_id,
        RenewalItem.answer,
        RenewalItem.is_right,
    )
    ordered = query.order_by(RenewalItem.slot, RenewalItem.number)
    return session.execute(ordered.where(RenewalItem.renewal_id == renewal_id)).all()


def _asked(row: Any, content: catalogue.ReleaseContent) -> Asked:
    item = _items(content)[row.item_id]
    text, lessons = assessment.taught_by(content.course, item.objective)
    return Asked(
        slot=row.slot,
        row_id=row.id,
        item=item,
        objective=text,
        lessons=lessons,
        tries=row.number if row.is_right is not None else row.number - 1,
        answer=row.answer,
        is_right=row.is_right,
    )


def _banks(content: catalogue.ReleaseContent) -> list[quizzes.Bank]:
    return list(content.banks.values())


def _items(content: catalogue.ReleaseContent) -> dict[str, quizzes.Item]:
    return {item.id: item for bank in _banks(content) for item in bank.items}
