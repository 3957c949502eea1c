"""Reminders that a qualification expires: 60, 30 and 7 days before, each written once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.mail import OutboxMessage
from lms.models.qualifications import Qualification
from lms.services import mail
from lms.services.qualifications.kinds import REMINDER_DAYS, reminder_due
from lms.services.qualifications.stating import today_in


@dataclass(frozen=True, slots=True)
class Expiring:
    """A confirmed qualification that expires within 60 days, with nothing newer in its place.

    `days` is the reminder that holds today: 60, 30 or 7; `left` the days to the last one.
    """

    id: int
    programme_id: int
    programme_name: str
    account_id: int
    enrolment_id: int
    name: str
    email: str
    kind: str
    expires_on: date
    cohort_id: int
    cohort: str
    left: int
    days: int

    @property
    def key(self) -> str:
        """What makes its reminder one: a message of a known key is not written twice."""
        return f"qualification:{self.id}:{self.days}"


def list_expiring(
    session: Session, now: datetime, programme_id: int | None = None
) -> list[Expiring]:
    """Return the qualifications of active learners that expire within 60 days, soonest first."""
    first, last = (
        now.date() - timedelta(days=1),
        now.date() + timedelta(days=max(REMINDER_DAYS) + 1),
    )
    query = _expiring().where(Qualification.expires_on.between(first, last))
    if programme_id is not None:
        query = query.where(Qualification.programme_id == programme_id)
    found = []
    for row in session.execute(query):
        *values, zone = row
        today = today_in(zone, now)
        days = reminder_due(today, row.expires_on)
        if days is not None:
            left = (row.expires_on - today).days
            found.append(Expiring(*(*values, left, days)))
    return found


def list_due(session: Session, now: datetime) -> list[Expiring]:
    """Return the reminders that hold today and have not been written yet."""
    expiring = list_expiring(session, now)
    keys = [each.key for each in expiring]
    written = set(session.scalars(sa.select(OutboxMessage.key).where(OutboxMessage.key.in_(keys))))
    return [each for each in expiring if each.key not in written]


def _expiring() -> sa.Select[*tuple[Any, ...]]:
    newer = so.aliased(Qualification)
    has_newer = sa.exists().where(
        newer.account_id == Qualification.account_id,
        newer.programme_id == Qualification.programme_id,
        newer.kind == Qualification.kind,
        newer.expires_on > Qualification.expires_on,
        newer.removed_at.is_(None),
        sa.or_(newer.outcome.is_(None), newer.outcome == "confirmed"),
    )
    theirs, run = so.aliased(Enrolment), so.aliased(Cohort)
    seat = (
        sa.select(sa.func.max(theirs.id))
        .join(run, run.id == theirs.cohort_id)
        .where(
            theirs.account_id == Qualification.account_id,
            theirs.state == "active",
            run.programme_id == Qualification.programme_id,
        )
        .scalar_subquery()
    )
    return (
        sa.select(
            Qualification.id,
            Qualification.programme_id,
            Programme.name,
            Qualification.account_id,
            Enrolment.id,
            Account.full_name,
            Account.email,
            Qualification.kind,
            Qualification.expires_on,
            Cohort.id,
            Cohort.title,
            Programme.time_zone,
        )
        .join(Programme, Programme.id == Qualification.programme_id)
        .join(Account, Account.id == Qualification.account_id)
        .join(Enrolment, Enrolment.id == seat)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Qualification.outcome == "confirmed",
            Qualification.removed_at.is_(None),
            Account.active,
            ~has_newer,
        )
        .order_by(Qualification.expires_on, Qualification.id)
    )


def remind(session: Session, each: Expiring, page: Callable[[int], str], now: datetime) -> bool:
    """Write the reminder that holds for a qualification, once; return whether this call wrote it.

    `page` gives the address of an enrolment's page of qualifications.
    """
    *earlier, last = REMINDER_DAYS
    told = mail.letter(
        "reminder-qualification",
        name=each.name,
        kind=each.kind,
        programme=each.programme_name,
        until=each.expires_on,
        address=page(each.enrolment_id),
        earlier=", ".join(map(str, earlier)),
        last=last,
    )
    return mail.write(
        session,
        recipient=each.email,
        subject=told.subject,
        body=told.body,
        at=now,
        kind="reminder",
        account_id=each.account_id,
        programme_id=each.programme_id,
        key=each.key,
    )
