"""What becomes of a seat: paused, taken up again, given up, taken again; nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment, EnrolmentAct
from lms.services import audit
from lms.services.cohorts.due import due_dates, extend, first_day
from lms.services.cohorts.room import LockedCohort, lock_cohort, refuse_if_full
from lms.services.cohorts.runs import RunCohort
from lms.services.cohorts.seats import Seat, State, refuse_own
from lms.services.cohorts.waiting import promote

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
PAST: Mapping[StateAct, str] = {
    "pause": "paused",
    "resume": "resumed",
    "withdraw": "withdrawn",
    "rejoin": "rejoined",
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

    What was done, earned and answered stays with the seat. The days of a pause are given back as an
    extension of the course; a place that is given up goes to whoever waits for one. Refused when
    the seat is in a state that the act does not apply to (somebody else was faster), and when there
    is no room to come back to. One's own seat is for a colleague to change.
    """
    refuse_own(session, enrolment_id, by)
    locked = lock_cohort(session, cohort.id)
    _apply(session, locked, enrolment_id, act, reason=reason, by=by, now=now)
    if act == "resume":
        _give_back_the_pause(session, cohort, enrolment_id, by=by, now=now)
    return AFTER[act]


def withdraw_oneself(session: Session, seat: Seat, *, reason: str, now: datetime) -> None:
    """Give up one's own place; what was done stays, and the place can be taken again."""
    locked = lock_cohort(session, seat.cohort_id)
    _apply(
        session, locked, seat.enrolment_id, "withdraw", reason=reason, by=seat.account_id, now=now
    )


def _apply(
    session: Session,
    cohort: LockedCohort,
    enrolment_id: int,
    act: StateAct,
    *,
    reason: str,
    by: int,
    now: datetime,
) -> None:
    if act == "rejoin":
        refuse_if_full(session, cohort)
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
        act=f"enrolment.{PAST[act]}",
        subject=f"enrolment {enrolment_id}",
        detail={"cohort": cohort.title, "reason": reason},
    )
    if act == "withdraw":
        promote(session, cohort, now)


def _give_back_the_pause(
    session: Session, cohort: RunCohort, enrolment_id: int, *, by: int, now: datetime
) -> None:
    """Move every day of a learner by the calendar days for which the seat was paused."""
    paused_at = session.scalars(
        sa.select(EnrolmentAct.done_at)
        .where(EnrolmentAct.enrolment_id == enrolment_id, EnrolmentAct.kind == "pause")
        .order_by(EnrolmentAct.id.desc())
        .limit(1)
    ).one()
    zone = cohort.time_zone
    days = (first_day(now, zone) - first_day(paused_at, zone)).days
    if days <= 0:
        return
    last = max(
        each.on for each in due_dates(session, cohort, [enrolment_id])[enrolment_id].values()
    )
    extend(
        session,
        cohort,
        enrolment_id,
        module_key=None,
        until=last + timedelta(days=days),
        reason=f"{days} days of a pause given back.",
        by=by,
        now=now,
    )


def _refuse(session: Session, cohort_id: int, enrolment_id: int) -> None:
    found = session.scalar(
        sa.select(Enrolment.state).where(
            Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort_id
        )
    )
    if found is None:
        raise NotFound()
    raise Refused(f"This place is {found} now, so nothing was changed. Reload the page.")


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
