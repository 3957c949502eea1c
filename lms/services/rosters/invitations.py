"""Invitations of a roster: written some at a time in the background, each with a link of its own.

Somebody new sets a password and is in. Somebody who has an account that the programme does not
know is asked, and takes the place by accepting. Only the hash of a link's token is kept.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.config import Settings
from lms.errors import Conflict, Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.models.rosters import ExternalId, RosterInvitation, RosterRow
from lms.services import accounts, audit, cohorts, mail

LINK_LASTS = timedelta(days=21)
WRITTEN_AT_A_TIME = 50
MOST_TIMES = 5


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as whoever holds its link meets it.

    `needs_password` as long as nobody has used the account of that address, or there is none that
    its holder has confirmed.
    """

    id: int
    programme_id: int
    programme_name: str
    cohort_id: int
    cohort_title: str
    account_id: int
    email: str
    full_name: str
    profession: str
    is_asked: bool
    needs_password: bool


def write_waiting(session: Session, settings: Settings, now: datetime, most: int = 400) -> int:
    """Write invitations that wait, up to `most`; return how many. Commits as it goes.

    Several processes may do so at once: each invitation is written by one of them.
    """
    written = 0
    while written < most and (lot := _waiting(session)):
        for invitation in lot:
            written += _write(session, settings, invitation, now)
        session.commit()
    return written


def _waiting(session: Session) -> list[int]:
    query = (
        sa.select(RosterInvitation.id)
        .where(RosterInvitation.written_at.is_(None), RosterInvitation.withdrawn_at.is_(None))
        .order_by(RosterInvitation.id)
        .limit(WRITTEN_AT_A_TIME)
    )
    return list(session.scalars(query))


def _write(session: Session, settings: Settings, invitation_id: int, now: datetime) -> int:
    token = secrets.token_urlsafe(32)
    taken = session.execute(
        sa.update(RosterInvitation)
        .where(
            RosterInvitation.id == invitation_id,
            RosterInvitation.written_at.is_(None),
            RosterInvitation.withdrawn_at.is_(None),
        )
        .values(
            token_hash=accounts.hash_token(token),
            written_at=now,
            expires_at=now + LINK_LASTS,
            times_sent=RosterInvitation.times_sent + 1,
        )
        .returning(
            RosterInvitation.roster_id,
            RosterInvitation.number,
            RosterInvitation.times_sent,
            RosterInvitation.programme_id,
            RosterInvitation.cohort_id,
            RosterInvitation.account_id,
            RosterInvitation.email,
        )
    ).one_or_none()
    if taken is None:
        return 0
    programme = session.get_one(Programme, taken.programme_id)
    cohort = session.get_one(Cohort, taken.cohort_id)
    account = None if taken.account_id is None else session.get_one(Account, taken.account_id)
    is_member = account is not None and account.confirmed_at is not None
    if is_member:
        # They have a place and a password: a message is all it takes.
        session.execute(
            sa.update(RosterInvitation)
            .where(RosterInvitation.id == invitation_id)
            .values(used_at=now)
        )
    path = "learn" if is_member else f"invited/{token}"
    written = mail.letter(
        "roster-place" if is_member else "roster-invitation",
        name=account.full_name if account else "",
        programme=programme.name,
        cohort=cohort.title,
        starts_on=cohort.starts_on,
        has_begun=cohort.starts_on <= now.date(),
        address=f"{settings.public_url}/{path}",
        days=LINK_LASTS.days,
        contact=programme.contact_email,
        is_reminder=taken.times_sent > 1,
    )
    mail.write(
        session,
        recipient=taken.email,
        subject=written.subject,
        body=written.body,
        at=now,
        kind="account",
        programme_id=taken.programme_id,
        key=f"roster-{taken.roster_id}-{taken.number}-{taken.times_sent}",
    )
    return 1


def send_again(session: Session, roster_id: int, *, by: int, now: datetime) -> int:
    """Let the invitations nobody has answered be written anew; return how many.

    Their earlier links stop working. Refused when all are answered, or were sent often enough.
    """
    again = session.execute(
        sa.update(RosterInvitation)
        .where(
            RosterInvitation.roster_id == roster_id,
            RosterInvitation.written_at.is_not(None),
            RosterInvitation.used_at.is_(None),
            RosterInvitation.withdrawn_at.is_(None),
            RosterInvitation.times_sent < MOST_TIMES,
        )
        .values(written_at=None, token_hash=None, expires_at=None)
        .returning(RosterInvitation.id, RosterInvitation.programme_id)
    ).all()
    if not again:
        raise Refused(
            f"Nobody is left to write to: all have answered, or got {MOST_TIMES} messages already."
        )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=again[0].programme_id,
        act="roster.invited-again",
        subject=f"roster {roster_id}",
        detail={"people": len(again)},
    )
    return len(again)


def invited_by(session: Session, token: str, now: datetime) -> Invited:
    """Return the invitation of a link, or raise NotFound, whatever the reason."""
    query = (
        sa.select(
            RosterInvitation.id,
            RosterInvitation.programme_id,
            Programme.name,
            RosterInvitation.cohort_id,
            Cohort.title,
            Account.id,
            RosterInvitation.email,
            Account.full_name,
            Account.profession,
            RosterInvitation.is_asked,
            sa.type_coerce(Account.confirmed_at.is_(None), sa.Boolean),
        )
        .join(Programme, Programme.id == RosterInvitation.programme_id)
        .join(Cohort, Cohort.id == RosterInvitation.cohort_id)
        # Of whoever is asked, the programme knows the address alone.
        .join(
            Account,
            sa.or_(
                Account.id == RosterInvitation.account_id,
                sa.and_(
                    RosterInvitation.account_id.is_(None), Account.email == RosterInvitation.email
                ),
            ),
        )
        .where(*_usable(token, now))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            "This invitation does not work: it was used, has expired, or was taken back. "
            "If you have set a password already, sign in. If not, ask the programme to send it "
            "again."
        )
    return Invited(*row)


def _usable(token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        RosterInvitation.token_hash == accounts.hash_token(token),
        RosterInvitation.used_at.is_(None),
        RosterInvitation.withdrawn_at.is_(None),
        RosterInvitation.expires_at > now,
    )


def accept_anew(
    session: Session,
    token: str,
    *,
    password_hash: str,
    full_name: str,
    profession: str,
    now: datetime,
) -> Account:
    """Take an account over by its invitation: set its password, confirm its address; return it.

    Whatever password it had before, set by nobody or by somebody who could not read this mail,
    ends. Raises NotFound for a link that does not work, Conflict for an account that is in use.
    """
    found = invited_by(session, token, now)
    _use(session, token, now)
    account = session.scalars(
        sa.select(Account)
        .where(Account.id == found.account_id, Account.confirmed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if account is None or not account.active:
        raise Conflict("This account is in use already. Sign in with its password.")
    account.password, account.confirmed_at = password_hash, now
    account.full_name, account.profession = full_name, profession
    # Sessions and links from before, of whoever had them, end with it.
    account.fs_uniquifier = secrets.token_hex(32)
    session.flush()
    accounts.note(session, account, "invitation.accepted", now, {"cohort": found.cohort_title})
    if found.is_asked:
        _take_place(session, found, account.id, now)
    return account


def accept_as(session: Session, token: str, account: Account, now: datetime) -> int:
    """Take the place that somebody signed in was asked to take; return the enrolment.

    Forbidden for anybody but the holder of the address that was invited.
    """
    found = invited_by(session, token, now)
    if account.id != found.account_id:
        raise Forbidden("This invitation is for another address. Sign in with that account.")
    _use(session, token, now)
    accounts.note(session, account, "invitation.accepted", now, {"cohort": found.cohort_title})
    return _take_place(session, found, account.id, now)


def _use(session: Session, token: str, now: datetime) -> None:
    used = (
        sa.update(RosterInvitation)
        .where(*_usable(token, now))
        .values(used_at=now)
        .returning(RosterInvitation.id)
    )
    if session.scalar(used) is None:
        raise NotFound()


def _take_place(session: Session, found: Invited, account_id: int, now: datetime) -> int:
    """Give whoever was asked the place, and the number that waited with the invitation."""
    enrolment = cohorts.place(
        session, account_id=account_id, cohort_id=found.cohort_id, by=account_id, now=now
    )
    invitation = session.get_one(RosterInvitation, found.id)
    invitation.account_id = account_id
    row = session.get(RosterRow, (invitation.roster_id, invitation.number))
    if row is not None:
        row.account_id, row.enrolment_id = account_id, enrolment
    if invitation.external_id:
        _link_if_free(session, found.programme_id, invitation.external_id, account_id, now)
    session.flush()
    return enrolment


def _link_if_free(
    session: Session, programme_id: int, number: str, account_id: int, now: datetime
) -> None:
    """Give somebody the number of the roster, unless it or they have another by now."""
    taken = sa.select(ExternalId.id).where(
        ExternalId.programme_id == programme_id,
        sa.or_(ExternalId.external_id == number, ExternalId.account_id == account_id),
    )
    if session.scalar(taken.limit(1)) is None:
        session.add(
            ExternalId(
                programme_id=programme_id,
                external_id=number,
                account_id=account_id,
                linked_at=now,
            )
        )
