"""Where practice happens and who signs for it: a programme's own lists, kept by its staff.

Learners choose from them and write nothing into them: so a row of a log names no client, and
nobody makes up who signs for them.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.practice import PracticeSite, PracticeSupervisor
from lms.services import accounts, audit


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site as lists show it; one that ended is chosen no more."""

    id: int
    name: str
    place: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SupervisorLine:
    """A supervisor as lists show it; without an account they sign by links to their address."""

    id: int
    account_id: int | None
    name: str
    email: str
    licence_number: str
    licence_jurisdiction: str
    is_open: bool

    @property
    def licence(self) -> str:
        """The licence as a signature states it."""
        return f"{self.licence_number}, {self.licence_jurisdiction}"


def list_sites(session: Session, programme_id: int) -> list[SiteLine]:
    """Return the sites of a programme by name, ended ones included."""
    query = sa.select(PracticeSite).where(PracticeSite.programme_id == programme_id)
    return [
        SiteLine(row.id, row.name, row.place, row.ended_at is None)
        for row in session.scalars(query.order_by(PracticeSite.name))
    ]


def list_supervisors(session: Session, programme_id: int) -> list[SupervisorLine]:
    """Return the supervisors of a programme by name, ended ones included."""
    query = sa.select(PracticeSupervisor).where(PracticeSupervisor.programme_id == programme_id)
    return [
        supervisor_line(row) for row in session.scalars(query.order_by(PracticeSupervisor.name))
    ]


def supervisor_line(row: PracticeSupervisor) -> SupervisorLine:
    """Return a supervisor's row as a value."""
    return SupervisorLine(
        row.id,
        row.account_id,
        row.name,
        row.email,
        row.licence_number,
        row.licence_jurisdiction,
        row.ended_at is None,
    )


def add_site(
    session: Session, programme_id: int, *, name: str, place: str, by: int, now: datetime
) -> int:
    """Put a site on a programme's list; Refused when one of that name stands there."""
    row = PracticeSite(programme_id=programme_id, name=name, place=place, added_by=by, added_at=now)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This programme already has a site of that name.") from error
    _record(session, "practice.site-added", programme_id, f"site {row.id}", by, now, name=name)
    return row.id


def add_supervisor(
    session: Session,
    programme_id: int,
    *,
    name: str,
    email: str,
    licence_number: str,
    licence_jurisdiction: str,
    by: int,
    now: datetime,
) -> int:
    """Put a supervisor on a programme's list; Refused when the licence or account stands there.

    Who has an account and the role of a supervisor or administrator signs with it; to everybody
    else a one-time link is sent.
    """
    row = PracticeSupervisor(
        programme_id=programme_id,
        account_id=_signing_account(session, programme_id, email),
        name=name,
        email=email.strip().lower(),
        licence_number=licence_number,
        licence_jurisdiction=licence_jurisdiction,
        added_by=by,
        added_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Refused("This licence or this account stands on the list already.") from error
    _record(
        session,
        "practice.supervisor-added",
        programme_id,
        f"supervisor {row.id}",
        by,
        now,
        name=name,
    )
    return row.id


def _signing_account(session: Session, programme_id: int, email: str) -> int | None:
    query = (
        sa.select(Account.id, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.email == email.strip().lower(), RoleGrant.programme_id == programme_id)
    )
    found = session.execute(query).one_or_none()
    return found.id if found and accounts.satisfies(found.role, "supervisor") else None


def end_site(session: Session, programme_id: int, site_id: int, *, by: int, now: datetime) -> None:
    """Offer a site no more; what was logged there stays."""
    row = session.get(PracticeSite, site_id, with_for_update=True)
    if row is None or row.programme_id != programme_id:
        raise NotFound()
    if row.ended_at is not None:
        raise Refused("This site was taken off the list already.")
    row.ended_at = now
    _record(session, "practice.site-ended", programme_id, f"site {site_id}", by, now, name=row.name)


def end_supervisor(
    session: Session, programme_id: int, supervisor_id: int, *, by: int, now: datetime
) -> None:
    """Have a supervisor sign no more from now on; what they signed stays signed."""
    row = session.get(PracticeSupervisor, supervisor_id, with_for_update=True)
    if row is None or row.programme_id != programme_id:
        raise NotFound()
    if row.ended_at is not None:
        raise Refused("This supervisor was taken off the list already.")
    row.ended_at = now
    subject = f"supervisor {supervisor_id}"
    _record(session, "practice.supervisor-ended", programme_id, subject, by, now, name=row.name)


def _record(
    session: Session,
    act: str,
    programme_id: int,
    subject: str,
    by: int,
    now: datetime,
    *,
    name: str,
) -> None:
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act=act,
        subject=subject,
        detail={"name": name},
    )
