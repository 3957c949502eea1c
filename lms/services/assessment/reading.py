"""An attempt as it stands: its frozen paper, what was answered so far, and whose it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound
from lms.models.assessment import AdvanceStep, Attempt, ResponseStep, SlotFlag
from lms.models.cohorts import Cohort, Enrolment
from lms.models.sittings import AccommodationRecord
from lms.services import catalogue, cohorts
from lms.services.assessment.frozen import paper_of, state_of
from lms.services.cohorts import Seat


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt with its frozen paper, what was answered so far, and whose it is.

    `closes_at` is the end that holds for this learner, None without a limit; answers count for
    `grace_seconds` longer. A voided attempt counts for nothing. `is_accommodated` says that the
    learner is granted something in this programme, which their terms then tell; `flagged` are the
    slots they want to look at again.
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
    void_reason: str | None
    is_accommodated: bool
    flagged: frozenset[int]

    def is_over(self, now: datetime) -> bool:
        """Whether its time and grace have passed, though nobody has closed it yet."""
        is_under_way = self.state.submitted_at is None and self.voided_at is None
        return is_under_way and not quizzes.is_in_time(now, self.closes_at, self.grace_seconds)

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
    responses, advances, flagged = _happened(connection, attempt_id)
    state = state_of(responses, submitted_at, advances)
    started_at, closes_at, grace_seconds, paused_at, voided_at, void_reason, granted = times
    return Sitting(
        attempt_id=attempt_id,
        number=number,
        module_key=module_key,
        seat=seat,
        paper=paper_of(document),
        state=state,
        bank=content.banks[bank_id],
        content=content,
        started_at=started_at,
        closes_at=closes_at,
        grace_seconds=grace_seconds,
        paused_at=paused_at,
        voided_at=voided_at,
        void_reason=void_reason,
        is_accommodated=granted,
        flagged=frozenset(flagged),
    )


def _happened(
    connection: sa.Connection, attempt_id: int
) -> tuple[list[quizzes.Response], list[quizzes.Advance], list[int]]:
    """Return the responses, the advances and the flagged slots of an attempt, in one query."""
    responses, advances, flagged = [], [], []
    for kind, slot, number, answer, at, certainty in connection.execute(
        _HAPPENED, {"attempt": attempt_id}
    ):
        if kind == "response":
            responses.append(quizzes.Response(slot, number, answer, at, certainty))
        elif kind == "advance":
            advances.append(quizzes.Advance(slot, number, at))
        else:
            flagged.append(slot)
    return responses, advances, flagged


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
    Attempt.void_reason,
    sa.exists()
    .where(
        AccommodationRecord.account_id == Enrolment.account_id,
        AccommodationRecord.programme_id == Cohort.programme_id,
    )
    .correlate(Enrolment, Cohort)
    .label("is_accommodated"),
)
# Composed once: building a statement costs more than running it.
_ATTEMPT_WITH_SEAT = (
    cohorts.SEAT.with_only_columns(*_OF_ATTEMPT, *cohorts.SEAT.selected_columns)
    .join(Attempt, Attempt.enrolment_id == Enrolment.id)
    .where(Attempt.id == sa.bindparam("attempt"))
)


def _everything_of_an_attempt() -> sa.Select[Any]:
    attempt = sa.bindparam("attempt", type_=sa.Integer)
    nothing, no_text = sa.cast(sa.null(), sa.SmallInteger), sa.cast(sa.null(), sa.Text)
    responses = sa.select(
        sa.literal("response").label("kind"),
        ResponseStep.slot.label("slot"),
        ResponseStep.sequence.label("number"),
        ResponseStep.answer.label("answer"),
        ResponseStep.recorded_at.label("at"),
        ResponseStep.certainty.label("certainty"),
        ResponseStep.id.label("place"),
    ).where(ResponseStep.attempt_id == attempt)
    advances = sa.select(
        sa.literal("advance"),
        AdvanceStep.first_slot,
        AdvanceStep.last_slot,
        no_text,
        AdvanceStep.recorded_at,
        nothing,
        AdvanceStep.id,
    ).where(AdvanceStep.attempt_id == attempt)
    flags = sa.select(
        sa.literal("flag"),
        SlotFlag.slot,
        SlotFlag.slot,
        no_text,
        SlotFlag.recorded_at,
        nothing,
        SlotFlag.id,
    ).where(SlotFlag.attempt_id == attempt, SlotFlag.flagged)
    found = sa.union_all(responses, advances, flags).subquery()
    columns = found.c
    return sa.select(
        columns.kind, columns.slot, columns.number, columns.answer, columns.at, columns.certainty
    ).order_by(columns.place)


_HAPPENED = _everything_of_an_attempt()
