"""An attempt as it stands: its frozen paper, what was answered so far, and whose it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound
from lms.models.assessment import Attempt, ResponseStep
from lms.models.cohorts import Enrolment
from lms.services import catalogue, cohorts
from lms.services.assessment.frozen import paper_of, state_of
from lms.services.assessment.locks import advances_of
from lms.services.cohorts import Seat


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with its frozen paper, what was answered so far, and whose it is.

    `closes_at` is the end that holds for this learner, None without a limit; answers count for
    `grace_seconds` longer. A voided attempt counts for nothing.
    """

    attempt_id: int
    number: int
    module_key: str
    seat: Seat
    paper: quizzes.Paper
    state: quizzes.AttemptState
    bank: quizzes.Bank
    content: catalogue.ReleaseContent
    started_at: datetime
    closes_at: datetime | None
    grace_seconds: int
    paused_at: datetime | None
    voided_at: datetime | None

    def item_at(self, slot: int) -> quizzes.Item:
        """Return the item in a slot, or raise NotFound for a slot the paper does not have."""
        if not 1 <= slot <= len(self.paper.slots):
            raise NotFound()
        return self.bank.item(self.paper.slots[slot - 1].item_id)


def sitting_for(session: Session, account_id: int, attempt_id: int) -> Sitting:
    """Return a learner's own attempt as it stands; staff are refused, strangers find nothing."""
    sitting = sitting_of(session, attempt_id)
    if sitting.seat.account_id != account_id:
        cohorts.refuse_other(session, account_id, sitting.seat.programme_id)
    return sitting


def sitting_of(session: Session, attempt_id: int) -> Sitting:
    """Return an attempt as it stands or raise NotFound; who may see it is for the caller to ask."""
    connection = session.connection()
    row = connection.execute(_ATTEMPT_WITH_SEAT, {"attempt": attempt_id}).one_or_none()
    if row is None:
        raise NotFound()
    values: list[Any] = list(row)
    number, module_key, bank_id, document, submitted_at, *times = values[: len(_OF_ATTEMPT)]
    seat = Seat(*values[len(_OF_ATTEMPT) :])
    content = catalogue.release(session, seat.release_id)
    steps = connection.execute(_STEPS, {"attempt": attempt_id})
    paper = paper_of(document)
    advances = advances_of(connection, attempt_id) if paper.can_lock else ()
    return Sitting(
        attempt_id,
        number,
        module_key,
        seat,
        paper,
        state_of((quizzes.Response(*step) for step in steps), submitted_at, advances),
        content.banks[bank_id],
        content,
        *times,
    )


_OF_ATTEMPT = (
    Attempt.number,
    Attempt.module_key,
    Attempt.bank_id,
    Attempt.paper,
    Attempt.submitted_at,
    Attempt.started_at,
    Attempt.closes_at,
    Attempt.grace_seconds,
    Attempt.paused_at,
    Attempt.voided_at,
)
# Composed once: building a statement costs more than running it.
_ATTEMPT_WITH_SEAT = (
    cohorts.SEAT.with_only_columns(*_OF_ATTEMPT, *cohorts.SEAT.selected_columns)
    .join(Attempt, Attempt.enrolment_id == Enrolment.id)
    .where(Attempt.id == sa.bindparam("attempt"))
)
_STEPS = (
    sa.select(
        ResponseStep.slot,
        ResponseStep.sequence,
        ResponseStep.answer,
        ResponseStep.recorded_at,
        ResponseStep.certainty,
    )
    .where(ResponseStep.attempt_id == sa.bindparam("attempt"))
    .order_by(ResponseStep.id)
)
