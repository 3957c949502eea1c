"""What is frozen about an attempt, and where it stands after its steps."""

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound
from lms.models.assessment import Attempt
from lms.models.cohorts import Cohort, Enrolment
from lms.services import catalogue, cohorts

# Composed once: building a statement costs more than running it.
_FROZEN = (
    sa.select(
        Enrolment.account_id,
        Cohort.programme_id,
        Cohort.release_id,
        Attempt.bank_id,
        Attempt.paper,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .where(Attempt.id == sa.bindparam("attempt_id"))
)


@dataclass(frozen=True, slots=True)
class FrozenAttempt:
    """What never changes about an attempt: whose it is, where, its paper and the items on it."""

    account_id: int
    programme_id: int
    paper: quizzes.Paper
    items: tuple[quizzes.Item, ...]

    def item_at(self, slot: int) -> quizzes.Item | None:
        """Return the item in a slot of the paper; None for a slot it does not have."""
        return self.items[slot - 1] if 1 <= slot <= len(self.items) else None

    def can_lock(self, slot: int) -> bool:
        """Return whether going on may lock a slot of the paper for good."""
        is_forward = self.paper.rules.navigation == "forward"
        return is_forward or self.paper.slots[slot - 1].vignette is not None


_frozen: WeakKeyDictionary[sa.Engine, dict[int, FrozenAttempt]] = WeakKeyDictionary()
MOST_FROZEN = 4096


def frozen_attempt(session: Session, attempt_id: int) -> FrozenAttempt:
    """Return an attempt's frozen side, from memory after the first time, or raise NotFound."""
    known = _frozen.setdefault(session.get_bind().engine, {})
    found = known.get(attempt_id)
    if found is None:
        row = session.connection().execute(_FROZEN, {"attempt_id": attempt_id}).one_or_none()
        if row is None:
            raise NotFound()
        if len(known) >= MOST_FROZEN:
            known.clear()
        found = known[attempt_id] = _freeze(session, row)
    return found


def item_for(session: Session, account_id: int, attempt_id: int, slot: int) -> quizzes.Item:
    """Return the item in a slot of a learner's own attempt, or refuse as for the attempt."""
    frozen = frozen_attempt(session, attempt_id)
    if frozen.account_id != account_id:
        cohorts.refuse_other(session, account_id, frozen.programme_id)
    item = frozen.item_at(slot)
    if item is None:
        raise NotFound()
    return item


def _freeze(session: Session, row: Any) -> FrozenAttempt:
    paper = paper_of(row.paper)
    bank = catalogue.release(session, row.release_id).banks[row.bank_id]
    by_id = {item.id: item for item in bank.items}
    items = tuple(by_id[slot.item_id] for slot in paper.slots)
    return FrozenAttempt(row.account_id, row.programme_id, paper, items)


# A learner looks at one frozen paper many times over.
@functools.lru_cache(maxsize=4096)
def paper_of(document: str) -> quizzes.Paper:
    """Return the paper that a stored document holds."""
    return quizzes.paper_from_document(json.loads(document))


def state_of(
    responses: Iterable[quizzes.Response],
    submitted_at: datetime | None,
    advances: Iterable[quizzes.Advance] = (),
) -> quizzes.AttemptState:
    """Return where an attempt stands after these steps, submitted or not.

    No response was stored for a slot after it was locked, so all of them come first.
    """
    steps: list[quizzes.Step] = [*responses, *advances]
    if submitted_at is not None:
        steps.append(quizzes.Submission(submitted_at))
    return quizzes.replay(steps)
