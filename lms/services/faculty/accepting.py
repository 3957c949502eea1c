"""Accepting an invitation to work for a programme: by an account that is made, or by one's own."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from lms import db
from lms.errors import Conflict, Forbidden, NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.faculty import RoleInvitation
from lms.services import accounts
from lms.services.faculty.invitations import IS_OPEN, Called, give


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as whoever holds its link meets it.

    `account_id` is the account that its holder has confirmed, None while there is none.
    """

    id: int
    programme_id: int
    programme_name: str
    email: str
    full_name: str
    role: str
    site: str
    sent_by_id: int
    sent_by: str
    expires_at: datetime
    account_id: int | None


def offer_of(session: Session, token: str, now: datetime) -> Offer:
    """Return what a link offers, or raise NotFound, whatever the reason."""
    sender = aliased(Account)
    query = (
        sa.select(
            RoleInvitation.id,
            RoleInvitation.programme_id,
            Programme.name,
            RoleInvitation.email,
            RoleInvitation.full_name,
            RoleInvitation.role,
            RoleInvitation.site,
            RoleInvitation.sent_by,
            sender.full_name.label("sender"),
            RoleInvitation.expires_at,
            Account.id,
        )
        .join(Programme, Programme.id == RoleInvitation.programme_id)
        .join(sender, sender.id == RoleInvitation.sent_by)
        .outerjoin(
            Account,
            sa.and_(Account.email == RoleInvitation.email, Account.confirmed_at.is_not(None)),
        )
        .where(*_usable(token, now))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            "This invitation does not work: it was used, has expired, or was taken back. "
            "If you have an account, sign in. If not, ask the programme to invite you again."
        )
    return Offer(*row)


def accept_anew(
    session: Session,
    token: str,
    *,
    password_hash: str,
    full_name: str,
    profession: str,
    now: datetime,
) -> Account:
    """Make the account of the address that was invited, confirmed, and give it the role.

    An account that nobody has confirmed yet is taken over, and whatever password it had ends.
    Raises NotFound for a link that does not work, Conflict for an address in use, Refused when
    the role cannot be given any more.
    """
    db.lock(session)
    offer = offer_of(session, token, now)
    account = session.scalars(
        sa.select(Account)
        .where(Account.email == offer.email)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if account is None:
        account = Account(email=offer.email, active=True, created_at=now)
        session.add(account)
    elif account.confirmed_at is not None or not account.active:
        raise Conflict("There is an account with this address already. Sign in with it.")
    account.password, account.confirmed_at = password_hash, now
    account.full_name, account.profession = full_name, profession
    # Sessions and links from before, of whoever had them, end with it.
    account.fs_uniquifier = secrets.token_hex(32)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict("Somebody made this account at the same moment. Sign in with it.") from error
    _take(session, token, offer, account, now)
    return account


def accept_as(session: Session, token: str, account: Account, now: datetime) -> Offer:
    """Give the role to whoever is signed in with the address that was invited; return the offer.

    Forbidden to anybody else, whatever link they hold.
    """
    db.lock(session)
    offer = offer_of(session, token, now)
    if account.id != offer.account_id:
        raise Forbidden("This invitation is for another address. Sign in with that account.")
    _take(session, token, offer, account, now)
    return offer


def _take(session: Session, token: str, offer: Offer, account: Account, now: datetime) -> None:
    """Use the invitation up, once, and give what it offers in the name of its sender."""
    used = (
        sa.update(RoleInvitation)
        .where(*_usable(token, now))
        .values(used_at=now, account_id=account.id)
        .returning(RoleInvitation.id)
    )
    if session.scalar(used) is None:
        raise NotFound()
    detail = {"programme": offer.programme_name, "role": offer.role}
    accounts.note(session, account, "invitation.accepted", now, detail)
    if accounts.role_in(session, account.id, offer.programme_id) == offer.role:
        return
    try:
        accounts.refuse_to_give(session, offer.programme_id, offer.role, offer.sent_by_id)
    except Refused as refusal:
        raise Refused(
            "Whoever invited you may not give this role any more. "
            "Ask the programme to invite you again."
        ) from refusal
    called = Called(account.email, offer.role, site=offer.site)
    give(session, offer.programme_id, account.id, called, offer.sent_by_id, now, offer.id)


def _usable(token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        RoleInvitation.token_hash == accounts.hash_token(token),
        *IS_OPEN,
        RoleInvitation.expires_at > now,
    )
