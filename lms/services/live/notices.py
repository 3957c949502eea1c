"""Letters about live sessions: planned, moved, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.live import LiveBooking
from lms.services import mail
from lms.services.cohorts import RunCohort

if TYPE_CHECKING:
    from lms.services.live.schedule import Live


def count_booked(session: Session, live_id: int) -> int:
    """Return how many learners hold a place in a session."""
    query = sa.select(sa.func.count()).where(LiveBooking.live_id == live_id)
    return session.scalar(query) or 0


def tell_planned(
    session: Session, cohort: RunCohort, planned: Sequence["Live"], now: datetime
) -> None:
    """Tell the learners of a cohort which sessions were planned, in one letter; past ones not."""
    coming = [each for each in planned if each.ends_at > now]
    if coming:
        _tell(session, cohort, "live-planned", coming, f"live:{coming[0].uid}:planned", now)


def tell_changed(session: Session, cohort: RunCohort, live: "Live", now: datetime) -> None:
    """Tell the learners of a cohort that a session is held at another time or place."""
    _tell(session, cohort, "live-changed", [live], f"live:{live.uid}:{live.revision}", now)


def tell_cancelled(session: Session, cohort: RunCohort, live: "Live", now: datetime) -> None:
    """Tell the learners of a cohort that a session is not held, unless it was over already."""
    if live.ends_at > now:
        _tell(session, cohort, "live-cancelled", [live], f"live:{live.uid}:{live.revision}", now)


def _tell(
    session: Session,
    cohort: RunCohort,
    letter: str,
    sessions: Sequence["Live"],
    key: str,
    now: datetime,
) -> None:
    learners = (
        sa.select(Account.id, Account.email, Account.full_name)
        .join(Enrolment, Enrolment.account_id == Account.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == "active", Account.active)
        .order_by(Enrolment.id)
    )
    held = [_held(each, cohort.time_zone) for each in sessions]
    for learner in session.execute(learners):
        told = mail.letter(
            letter,
            name=learner.full_name,
            cohort=cohort.title,
            sessions=held,
            programme=cohort.programme_name,
        )
        mail.write(
            session,
            recipient=learner.email,
            subject=told.subject,
            body=told.body,
            at=now,
            kind="learning",
            account_id=learner.id,
            programme_id=cohort.programme_id,
            key=f"{key}:{learner.id}",
        )


@dataclass(frozen=True, slots=True)
class _Held:
    """A session as a letter names it, on the clock of its programme.

    The address to join is left out: it stands on the learner's page only.
    """

    title: str
    on: date
    begins: str
    ends: str
    zone: str
    mode: str
    place: str | None


def _held(live: "Live", zone: str) -> _Held:
    starts, ends = (each.astimezone(ZoneInfo(zone)) for each in (live.starts_at, live.ends_at))
    return _Held(
        live.title,
        starts.date(),
        f"{starts:%H:%M}",
        f"{ends:%H:%M}",
        f"{ends:%Z}",
        live.mode,
        live.place,
    )
