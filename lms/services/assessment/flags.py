"""Flags: the learner's own marks on slots to look at again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound
from lms.models.assessment import Attempt, SlotFlag
from lms.services import cohorts
from lms.services.assessment.frozen import frozen_attempt


def set_flag(
    session: Session, account_id: int, attempt_id: int, *, slot: int, flagged: bool, now: datetime
) -> None:
    """Flag a slot for another look, or take the flag away; NotFound for a slot there is not."""
    frozen = frozen_attempt(session, attempt_id)
    if frozen.account_id != account_id:
        cohorts.refuse_other(session, account_id, frozen.programme_id)
    if frozen.item_at(slot) is None:
        raise NotFound()
    db.lock(session)
    # Behind the attempt's lock two first flags of one slot come one after the other.
    session.execute(sa.select(Attempt.id).where(Attempt.id == attempt_id).with_for_update())
    values = {"flagged": flagged, "recorded_at": now}
    changed = session.execute(
        sa.update(SlotFlag)
        .where(SlotFlag.attempt_id == attempt_id, SlotFlag.slot == slot)
        .values(**values)
        .returning(SlotFlag.id)
    ).scalar_one_or_none()
    if changed is None:
        session.add(SlotFlag(attempt_id=attempt_id, slot=slot, **values))
        session.flush()


def flagged_slots(session: Session, attempt_id: int) -> frozenset[int]:
    """Return the flagged slots of an attempt; who may see them is for the caller to ask first."""
    query = sa.select(SlotFlag.slot).where(SlotFlag.attempt_id == attempt_id, SlotFlag.flagged)
    return frozenset(session.scalars(query))
