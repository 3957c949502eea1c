"""Letters about live sessions: planned, moved, cancelled."""

from collections.abc import Sequence
from datetime import datetime
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
    if not coming:
        return
    first = coming[0]
    many = f"{len(coming)} sessions" if len(coming) > 1 else "A session"
    lines = "\n".join(f"- {_when(each, cohort.time_zone)}: {each.title}" for each in coming)
    _tell(
        session,
        cohort,
        f"{many} of {cohort.title}: {first.title}",
        f"{many} of {cohort.title} {'were' if len(coming) > 1 else 'was'} planned.\n\n{lines}\n\n"
        f"{_where(first)}\n\nYour page of live sessions has them, and a calendar address.",
        f"live:{first.uid}:planned",
        now,
    )


def tell_changed(session: Session, cohort: RunCohort, live: "Live", now: datetime) -> None:
    """Tell the learners of a cohort that a session is held at another time or place."""
    _tell(
        session,
        cohort,
        f"Changed: {live.title}",
        f"“{live.title}” of {cohort.title} has changed. It is now held on\n\n"
        f"{_when(live, cohort.time_zone)}\n\n{_where(live)}",
        f"live:{live.uid}:{live.revision}",
        now,
    )


def tell_cancelled(session: Session, cohort: RunCohort, live: "Live", now: datetime) -> None:
    """Tell the learners of a cohort that a session is not held, unless it was over already."""
    if live.ends_at <= now:
        return
    _tell(
        session,
        cohort,
        f"Cancelled: {live.title}",
        f"“{live.title}” of {cohort.title}, planned for {_when(live, cohort.time_zone)}, is "
        "cancelled.",
        f"live:{live.uid}:{live.revision}",
        now,
    )


def _tell(
    session: Session, cohort: RunCohort, subject: str, body: str, key: str, now: datetime
) -> None:
    learners = (
        sa.select(Account.id, Account.email, Account.full_name)
        .join(Enrolment, Enrolment.account_id == Account.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == "active", Account.active)
        .order_by(Enrolment.id)
    )
    for learner in session.execute(learners):
        mail.write(
            session,
            recipient=learner.email,
            subject=subject,
            body=f"Dear {learner.full_name},\n\n{body}\n\n{cohort.programme_name}\n",
            at=now,
            kind="learning",
            account_id=learner.id,
            programme_id=cohort.programme_id,
            key=f"{key}:{learner.id}",
        )


def _when(live: "Live", zone: str) -> str:
    starts, ends = (each.astimezone(ZoneInfo(zone)) for each in (live.starts_at, live.ends_at))
    return f"{starts:%A} {starts.day} {starts:%B %Y}, {starts:%H:%M} to {ends:%H:%M} {ends:%Z}"


def _where(live: "Live") -> str:
    """Say where it is held; the address to join stands on the learner's page only."""
    words = {
        "in-person": f"In person: {live.place}.",
        "online": "Online: the address to join stands on your page of live sessions.",
        "hybrid": f"In person: {live.place}. Or online, by the address on your page.",
    }
    return words[live.mode]
