"""People whom a roster invited and who never came: who they are, and writing to them once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.rosters import RosterInvitation, RosterRow
from lms.services import audit


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An invitation that was written once, on `written_at`, and that nobody has used.

    Somebody who is only asked has no place yet: `enrolment_id` and `account_id` are None, and the
    name is the one that the roster gave.
    """

    id: int
    cohort_id: int
    cohort: str
    name: str
    email: str
    account_id: int | None
    enrolment_id: int | None
    written_at: datetime
    key: str


def list_unanswered(
    session: Session,
    programme_id: int,
    now: datetime,
    since: timedelta,
    cohort_id: int | None = None,
) -> list[Unanswered]:
    """Return the invitations of a programme that lie unused for `since` or longer, oldest first.

    Only those written a single time, to cohorts that are not over; whoever has withdrawn or
    paused meanwhile is left in peace.
    """
    query = _unanswered().where(
        RosterInvitation.programme_id == programme_id,
        RosterInvitation.written_at <= now - since,
        Cohort.due_on >= now.date(),
    )
    if cohort_id is not None:
        query = query.where(RosterInvitation.cohort_id == cohort_id)
    return [
        Unanswered(
            row.id,
            row.cohort_id,
            row.title,
            row.full_name or row.said or row.email,
            row.email,
            row.account_id,
            row.enrolment_id,
            row.written_at,
            f"roster-{row.roster_id}-{row.number}-{row.times_sent + 1}",
        )
        for row in session.execute(query)
    ]


def _unanswered() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            RosterInvitation.id,
            RosterInvitation.cohort_id,
            Cohort.title,
            Account.full_name,
            RosterRow.full_name.label("said"),
            RosterInvitation.email,
            RosterInvitation.account_id,
            RosterRow.enrolment_id,
            RosterInvitation.written_at,
            RosterInvitation.roster_id,
            RosterInvitation.number,
            RosterInvitation.times_sent,
        )
        .join(Cohort, Cohort.id == RosterInvitation.cohort_id)
        .outerjoin(
            RosterRow,
            sa.and_(
                RosterRow.roster_id == RosterInvitation.roster_id,
                RosterRow.number == RosterInvitation.number,
            ),
        )
        .outerjoin(Account, Account.id == RosterInvitation.account_id)
        .outerjoin(Enrolment, Enrolment.id == RosterRow.enrolment_id)
        .where(
            RosterInvitation.used_at.is_(None),
            RosterInvitation.withdrawn_at.is_(None),
            RosterInvitation.times_sent == 1,
            sa.or_(Account.id.is_(None), Account.active),
            sa.or_(Enrolment.id.is_(None), Enrolment.state == "active"),
        )
        .order_by(RosterInvitation.written_at, RosterInvitation.id)
    )


def write_once_more(
    session: Session, programme: Programme, lines: list[Unanswered], now: datetime
) -> int:
    """Let these invitations be written anew, with new links; return how many were still unused.

    Their earlier links stop working once the new ones are written.
    """
    again = session.scalars(
        sa.update(RosterInvitation)
        .where(
            RosterInvitation.id.in_([line.id for line in lines]),
            RosterInvitation.written_at.is_not(None),
            RosterInvitation.used_at.is_(None),
            RosterInvitation.withdrawn_at.is_(None),
            RosterInvitation.times_sent == 1,
        )
        .values(written_at=None, token_hash=None, expires_at=None)
        .returning(RosterInvitation.id)
    ).all()
    if again:
        audit.record(
            session,
            at=now,
            actor_id=None,
            programme_id=programme.id,
            act="roster.reminded",
            subject=f"programme {programme.id}",
            detail={"people": len(again)},
        )
    return len(again)
