"""What reviews have to say about one result, on its page: rulings, appeals, and until when."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.reviews import Appeal, RulingRecord
from lms.services import reviewed
from lms.services.assessment import Sitting
from lms.services.reviews.appeal_lines import AppealLine, list_of_attempt
from lms.services.reviews.appeals import Window, latest_score, window_from
from lms.services.reviews.rulings import RulingLine, list_in_force


@dataclass(frozen=True, slots=True)
class OnResult:
    """What was reviewed about a result: the rulings on its items, its appeals and their window."""

    rulings: list[RulingLine]
    appeals: list[AppealLine]
    window: Window


def on_result(session: Session, sitting: Sitting, now: datetime) -> OnResult:
    """Return what reviews say about an attempt, in one query when they say nothing.

    Who may see it is for the caller to ask.
    """
    appealed = sa.select(sa.func.count()).where(Appeal.attempt_id == sitting.attempt_id)
    ruled = sa.select(sa.func.count()).where(
        RulingRecord.programme_id == sitting.seat.programme_id,
        RulingRecord.confirmed_at.is_not(None),
        RulingRecord.item_hash.in_(reviewed.hashes_on(sitting.paper)),
    )
    query = sa.select(
        latest_score(sitting.attempt_id), appealed.scalar_subquery(), ruled.scalar_subquery()
    )
    scored_at, appeals, rulings = session.execute(query).one()
    lines = list_of_attempt(session, sitting.attempt_id) if appeals else []
    return OnResult(
        list_in_force(session, sitting.seat.programme_id, sitting.paper) if rulings else [],
        lines,
        window_from(sitting, scored_at, frozenset(line.slot for line in lines), now),
    )
