"""Inviting colleagues: whoever the programme knows is given the role, anybody else is asked.

Whether a stranger's address has an account is not told: with one or without, they are written to,
and hold the role once they follow the link. Only the hash of a link's token is kept.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account, RoleGrant
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.faculty import RoleInvitation
from lms.services import accounts, audit, mail
from lms.services.faculty.partners import name_site

LINK_LASTS = timedelta(days=7)
MOST_OPEN = 50
"""Invitations of a programme that wait for an answer at a time."""
MOST_TIMES = 5
"""Messages from a programme to one address while their links could last."""

IS_OPEN = (RoleInvitation.used_at.is_(None), RoleInvitation.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class Called:
    """Who is to work for a programme, and as what; `site` for a partner, `full_name` if known."""

    email: str
    role: str
    full_name: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation that nobody has used yet; `may_count` unless its sender lost the right."""

    id: int
    email: str
    full_name: str
    role: str
    site: str
    times_sent: int
    sent_by: str
    sent_at: datetime
    expires_at: datetime
    may_count: bool

    def state(self, now: datetime) -> str:
        """`open`, `expired`, or `void` because its sender gives no roles any more."""
        if not self.may_count:
            return "void"
        return "open" if now < self.expires_at else "expired"


def invite(
    session: Session, programme_id: int, called: Called, *, public_url: str, by: int, now: datetime
) -> bool:
    """Give a role to whoever the programme knows, and write to anybody else; whether it was given.

    A second invitation to an address replaces the first. Refused for what the role's rules refuse
    and when an address or a programme has had enough of them.
    """
    db.take_turn(session, f"invite into programme {programme_id}")
    accounts.refuse_to_give(session, programme_id, called.role, by)
    email = called.email.strip().lower()
    known = _known(session, programme_id, email)
    if known is not None:
        give(session, programme_id, known, called, by, now)
        _end_open(session, programme_id, email, by, now)
        _tell(session, programme_id, known, called.role, public_url, now)
        return True
    row = session.scalars(
        sa.select(RoleInvitation).where(
            RoleInvitation.programme_id == programme_id, RoleInvitation.email == email, *IS_OPEN
        )
    ).one_or_none()
    if row is None:
        _refuse_more(session, programme_id)
        row = RoleInvitation(programme_id=programme_id, email=email, times_sent=0)
        session.add(row)
    row.role, row.full_name, row.site = called.role, called.full_name, called.site
    _send(session, row, public_url, by, now)
    return False


def invite_again(
    session: Session,
    programme_id: int,
    invitation_id: int,
    *,
    public_url: str,
    by: int,
    now: datetime,
) -> str:
    """Send an open invitation again, in the name of `by`; return its address.

    The earlier link stops working.
    """
    db.take_turn(session, f"invite into programme {programme_id}")
    row = _open_one(session, programme_id, invitation_id)
    accounts.refuse_to_give(session, programme_id, row.role, by)
    _send(session, row, public_url, by, now)
    return row.email


def end_invitation(
    session: Session, programme_id: int, invitation_id: int, *, by: int, now: datetime
) -> str:
    """Let an invitation give nobody a role any more; return its address."""
    db.take_turn(session, f"invite into programme {programme_id}")
    row = _open_one(session, programme_id, invitation_id)
    row.ended_at, row.ended_by = now, by
    session.flush()
    _record(session, "colleague.invitation-ended", row, by, now)
    return row.email


def list_pending(session: Session, programme_id: int) -> list[Pending]:
    """Return the invitations of a programme that nobody has used, the latest first."""
    may_count = sa.exists().where(
        RoleGrant.account_id == RoleInvitation.sent_by,
        RoleGrant.programme_id == RoleInvitation.programme_id,
        RoleGrant.role.in_(sorted(accounts.SATISFIED_BY["administrator"])),
    )
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            RoleInvitation.id,
            RoleInvitation.email,
            RoleInvitation.full_name,
            RoleInvitation.role,
            RoleInvitation.site,
            RoleInvitation.times_sent,
            Account.full_name.label("sender"),
            RoleInvitation.sent_at,
            RoleInvitation.expires_at,
            may_count,
        )
        .join(Account, Account.id == RoleInvitation.sent_by)
        .where(RoleInvitation.programme_id == programme_id, *IS_OPEN)
        .order_by(RoleInvitation.id.desc())
    )
    return [Pending(*row) for row in session.execute(query)]


def give(
    session: Session,
    programme_id: int,
    account_id: int,
    called: Called,
    by: int,
    now: datetime,
    invitation: int | None = None,
) -> None:
    """Give a role, and with a partner's the name of the site, as an invitation where it was one."""
    accounts.grant_role(
        session,
        programme_id=programme_id,
        email=called.email,
        role=called.role,
        by=by,
        now=now,
        invitation=invitation,
    )
    if called.role == "partner":
        name_site(session, programme_id, account_id, called.site)


def _known(session: Session, programme_id: int, email: str) -> int | None:
    """Return the account in use of an address that works or learns in the programme, or did."""
    works = sa.exists().where(
        RoleGrant.account_id == Account.id, RoleGrant.programme_id == programme_id
    )
    learns = (
        sa.exists()
        .where(Enrolment.account_id == Account.id, Enrolment.cohort_id == Cohort.id)
        .where(Cohort.programme_id == programme_id)
    )
    return session.scalar(
        sa.select(Account.id)
        .where(Account.email == email, Account.active, Account.confirmed_at.is_not(None))
        .where(sa.or_(works, learns))
    )


def _send(session: Session, row: RoleInvitation, public_url: str, by: int, now: datetime) -> None:
    """Write to whoever is invited, with a new link, unless they were written to enough."""
    _refuse_to_pester(session, row, now)
    token = secrets.token_urlsafe(32)
    row.token_hash = accounts.hash_token(token)
    row.times_sent += 1
    row.sent_by, row.sent_at, row.expires_at = by, now, now + LINK_LASTS
    session.flush()
    programme = session.get_one(Programme, row.programme_id)
    written = mail.letter(
        "role-invitation",
        name=row.full_name,
        sender=session.get_one(Account, by).full_name,
        programme=programme.name,
        role=row.role,
        address=f"{public_url}/faculty/{token}",
        days=LINK_LASTS.days,
        contact=programme.contact_email,
        is_reminder=row.times_sent > 1,
    )
    mail.write(
        session,
        recipient=row.email,
        subject=written.subject,
        body=written.body,
        at=now,
        kind="account",
        programme_id=row.programme_id,
        key=f"role-invitation-{row.id}-{row.times_sent}",
    )
    act = "colleague.invited" if row.times_sent == 1 else "colleague.invited-again"
    _record(session, act, row, by, now)


def _tell(
    session: Session, programme_id: int, account_id: int, role: str, public_url: str, now: datetime
) -> None:
    """Write to somebody whom the programme knows that they hold a role from now on."""
    programme, account = (
        session.get_one(Programme, programme_id),
        session.get_one(Account, account_id),
    )
    written = mail.letter(
        "role-given",
        name=account.full_name,
        programme=programme.name,
        role=role,
        address=f"{public_url}/sign-in",
        contact=programme.contact_email,
    )
    mail.write(
        session,
        recipient=account.email,
        subject=written.subject,
        body=written.body,
        at=now,
        kind="account",
        account_id=account.id,
        programme_id=programme_id,
    )


def _end_open(session: Session, programme_id: int, email: str, by: int, now: datetime) -> None:
    """End what waits for an address that holds a role already: two words would be one too many."""
    session.execute(
        sa.update(RoleInvitation)
        .where(RoleInvitation.programme_id == programme_id, RoleInvitation.email == email, *IS_OPEN)
        .values(ended_at=now, ended_by=by)
    )


def _refuse_more(session: Session, programme_id: int) -> None:
    count = sa.select(sa.func.count()).select_from(RoleInvitation)
    waiting = count.where(RoleInvitation.programme_id == programme_id, *IS_OPEN)
    if session.scalars(waiting).one() >= MOST_OPEN:
        raise Refused(f"{MOST_OPEN} invitations wait for an answer. End one that is not needed.")


def _refuse_to_pester(session: Session, row: RoleInvitation, now: datetime) -> None:
    """Count also the invitations that were ended: a new one is a message all the same."""
    sent = sa.select(sa.func.coalesce(sa.func.sum(RoleInvitation.times_sent), 0)).where(
        RoleInvitation.programme_id == row.programme_id,
        RoleInvitation.email == row.email,
        RoleInvitation.sent_at > now - LINK_LASTS,
    )
    with session.no_autoflush:
        if session.scalars(sent).one() >= MOST_TIMES:
            raise Refused(
                f"{row.email} was written to {MOST_TIMES} times within {LINK_LASTS.days} days. "
                "Wait, or ask the person another way."
            )


def _open_one(session: Session, programme_id: int, invitation_id: int) -> RoleInvitation:
    row = session.scalars(
        sa.select(RoleInvitation)
        .where(
            RoleInvitation.id == invitation_id,
            RoleInvitation.programme_id == programme_id,
            *IS_OPEN,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("This invitation was used or ended already. Reload the page.")
    return row


def _record(session: Session, act: str, row: RoleInvitation, by: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=f"role invitation {row.id}",
        detail={"role": row.role},
    )
