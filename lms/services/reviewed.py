"""What reviews decided that scoring and starting have to know: rulings in force, tries used up."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import quizzes
from lms.models.assessment import Attempt
from lms.models.reviews import RulingRecord, VoidAct


def rulings_in_force(
    session: Session, programme_id: int, paper: quizzes.Paper
) -> list[quizzes.Ruling]:
    """Return a programme's confirmed rulings on the very items of a paper, in their order."""
    return on_paper(list_confirmed(session, programme_id, hashes_on(paper)), paper)


def on_paper(rows: Iterable[RulingRecord], paper: quizzes.Paper) -> list[quizzes.Ruling]:
    """Return those of some rulings that are on the very items of a paper, in the given order."""
    hashes = hashes_on(paper)
    return [as_ruling(row) for row in rows if row.item_hash in hashes]


def hashes_on(paper: quizzes.Paper) -> set[str]:
    """Return the content hashes of the items of a paper."""
    return {slot.item_hash for slot in paper.slots}


def list_confirmed(
    session: Session, programme_id: int, hashes: Iterable[str] | None = None
) -> list[RulingRecord]:
    """Return a programme's confirmed rulings in the order of confirmation.

    With `hashes`, only those on items of these content hashes.
    """
    query = (
        sa.select(RulingRecord)
        .where(RulingRecord.programme_id == programme_id, RulingRecord.confirmed_at.is_not(None))
        .order_by(RulingRecord.confirmed_at, RulingRecord.id)
    )
    if hashes is not None:
        query = query.where(RulingRecord.item_hash.in_(hashes))
    return list(session.scalars(query))


def as_ruling(row: RulingRecord) -> quizzes.Ruling:
    """Return what a stored ruling says."""
    keys = tuple(row.keys.splitlines())
    remedy: quizzes.Remedy = row.remedy  # type: ignore[assignment]
    return quizzes.Ruling(row.item_id, remedy, keys, row.keeps_passes)


def count_voided_tries(session: Session, enrolment_id: int, module_key: str) -> int:
    """Return how many voided attempts at a quiz still count as tries, by the act that voided them.

    Voiding gives the try back unless the act says otherwise.
    """
    later = so.aliased(VoidAct)
    is_last = ~sa.exists().where(
        later.attempt_id == VoidAct.attempt_id, later.number > VoidAct.number
    )
    query = (
        sa.select(sa.func.count())
        .select_from(VoidAct)
        .join(Attempt, Attempt.id == VoidAct.attempt_id)
        .where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.module_key == module_key,
            VoidAct.act == "void",
            ~VoidAct.gives_back,
            is_last,
        )
    )
    return session.scalar(query) or 0
