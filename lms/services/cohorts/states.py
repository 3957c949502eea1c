"""What becomes of a seat: paused, taken up again, given up, taken again; nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment, EnrolmentAct
from lms.services import audit
from lms.services.cohorts.runs import RunCohort
from lms.services.cohorts.seats import Seat, State

StateAct = Literal["pause", "resume", "withdraw", "rejoin"]
# What each act asks of a seat, and what it makes of it.
BEFORE: Mapping[StateAct, tuple[State, ...]] = {
    "pause": ("active",),
    "resume": ("paused",),
    "withdraw": ("active", "paused"),
    "rejoin": ("withdrawn",),
}
AFTER: Mapping[StateAct, State] = {
    "pause": "paused",
    "resume": "active",
    "withdraw": "withdrawn",
    "rejoin": "active",
}


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act on a seat: `kind` is a StateAct or "move", which names both cohorts."""

    kind: str
    reason: str
    from_cohort: str | None
    to_cohort: str | None
    by: str
    at: datetime


def change_state(
    session: Session,
    cohort: RunCohort,
    enrolment_id: int,
    act: StateAct,
    *,
    reason: str,
    by: int,
    now: datetime,
) -> State:
    """Pause a seat, resume it, withdraw it or take it again; return the state it is in now.

    What was done, earned and answered stays with the seat. Refused when the seat is in a state
    that the act does not apply to: somebody else was faster.
    """
    db.lock(session)
    changed = session.scalar(
        sa.update(Enrolment)
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.cohort_id == cohort.id,
            Enrolment.state.in_(BEFORE[act]),
        )
        .values(state=AFTER[act])
        .returning(Enrolment.id)
    )
    if changed is None:
        _refuse(session, cohort.id, enrolment_id)
    session.add(
        EnrolmentAct(enrolment_id=enrolment_id, kind=act, reason=reason, done_by=by, done_at=now)
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act=f"enrolment.{AFTER[act] if act != 'rejoin' else 'rejoined'}",
        subject=f"enrolment {enrolment_id}",
        detail={"act": act, "reason": reason, "cohort": cohort.title},
    )
    return AFTER[act]


def _refuse(session: Session, cohort_id: int, enrolment_id: int) -> None:
    found = session.scalar(
        sa.select(Enrolment.state).where(
            Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort_id
        )
    )
    if found is None:
        raise NotFound()
    words = {"active": "active", "paused": "paused", "withdrawn": "withdrawn"}[found]
    raise Refused(f"This place is {words} now, so nothing was changed. Reload the page.")


def list_acts(session: Session, enrolment_id: int) -> list[ActLine]:
    """Return every act on a seat, the latest first."""
    left, entered = so.aliased(Cohort), so.aliased(Cohort)
    query = (
        sa.select(
            EnrolmentAct.kind,
            EnrolmentAct.reason,
            left.title,
            entered.title,
            Account.full_name,
            EnrolmentAct.done_at,
        )
        .join(Account, Account.id == EnrolmentAct.done_by)
        .outerjoin(left, left.id == EnrolmentAct.from_cohort_id)
        .outerjoin(entered, entered.id == EnrolmentAct.to_cohort_id)
        .where(EnrolmentAct.enrolment_id == enrolment_id)
        .order_by(EnrolmentAct.id.desc())
    )
    return [ActLine(*row) for row in session.execute(query)]


def refuse_unless_studying(seat: Seat) -> None:
    """Refuse new work in a place that is paused or was given up; what is done stays."""
    if seat.state == "paused":
        raise Refused(
            "Your place in this cohort is paused, so nothing can be added to it. "
            "Ask the programme to resume it; everything you did is kept."
        )
    if seat.state == "withdrawn":
        raise Refused(
            "You have withdrawn from this cohort, so nothing can be added to it. "
            "Join again to go on where you left; everything you did is kept."
        )
