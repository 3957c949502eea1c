"""Mail that does not arrive: marked addresses of a programme's people, and what was given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account, RoleGrant
from lms.models.cohorts import Cohort, Enrolment
from lms.models.mail import AddressAct, OutboxMessage
from lms.services.waiting import Waiting

# What was given up longer ago is told by the log alone.
RECENT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Marked:
    """Somebody of a programme to whom mail comes back: since when, and what the server said."""

    account_id: int
    name: str
    address: str
    status: str
    detail: str
    since: datetime


def list_troubled(session: Session, programme_id: int) -> list[Marked]:
    """Return the people of a programme to whom mail comes back, the longest waiting first."""
    latest = sa.select(sa.func.max(AddressAct.id)).group_by(AddressAct.address)
    learns = (
        sa.exists()
        .where(Enrolment.account_id == Account.id, Enrolment.cohort_id == Cohort.id)
        .where(Cohort.programme_id == programme_id, Enrolment.state != "withdrawn")
    )
    serves = sa.exists().where(
        RoleGrant.account_id == Account.id, RoleGrant.programme_id == programme_id
    )
    query = (
        sa.select(
            Account.id,
            Account.full_name,
            Account.email,
            sa.func.coalesce(AddressAct.status, ""),
            sa.func.coalesce(AddressAct.detail, ""),
            AddressAct.at,
        )
        .join(Account, Account.email == AddressAct.address)
        .where(AddressAct.id.in_(latest), AddressAct.act == "bounced", sa.or_(learns, serves))
        .order_by(AddressAct.at, Account.id)
    )
    return [Marked(*row) for row in session.execute(query)]


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return what needs a person: addresses to which mail comes back, and mail that was given up.

    One line for each address, one for all messages that were given up.
    """
    where: dict[str, int | str] = {"programme": programme_id}
    lines = [
        Waiting("address", each.name, each.since, "messages.log", where)
        for each in list_troubled(session, programme_id)
    ]
    given_up = sa.select(sa.func.count(), sa.func.min(OutboxMessage.failed_at)).where(
        OutboxMessage.programme_id == programme_id, OutboxMessage.failed_at > now - RECENT
    )
    count, since = session.execute(given_up).one()
    if since is not None:
        failed = where | {"state": "failed"}
        lines.append(Waiting("mail", str(count), since, "messages.log", failed))
    return lines
