"""The first administrator: a link that works once, and the account it makes."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Conflict, NotFound, Refused
from lms.models.accounts import Account, RoleGrant, SetupLink
from lms.services import audit
from lms.services.accounts.details import note
from lms.services.accounts.roles import SATISFIED_BY
from lms.services.accounts.tokens import hash_token

SETUP_LINK_LASTS = timedelta(hours=48)


def make_setup_link(session: Session, now: datetime) -> str:
    """Return the token of a new one-time set-up address; earlier ones stop working.

    Refused once an administrator exists: from then on they hand out the roles.
    """
    db.lock(session)
    if _has_administrator(session):
        raise Refused("An administrator exists already; they can grant roles to others.")
    unused = sa.update(SetupLink).where(SetupLink.used_at.is_(None), SetupLink.expires_at > now)
    session.execute(unused.values(expires_at=now))
    token = secrets.token_urlsafe(32)
    session.add(
        SetupLink(token_hash=hash_token(token), made_at=now, expires_at=now + SETUP_LINK_LASTS)
    )
    session.flush()
    audit.record(session, at=now, actor_id=None, act="setup.link-made", subject="set-up link")
    return token


def check_setup_link(session: Session, token: str, now: datetime) -> None:
    """Raise NotFound, whatever the reason, unless `token` may still be used."""
    usable = sa.select(SetupLink.id).where(*_usable(token, now))
    if session.scalar(usable) is None or _has_administrator(session):
        raise NotFound()


def use_setup_link(
    session: Session,
    token: str,
    *,
    email: str,
    password_hash: str,
    full_name: str,
    profession: str,
    now: datetime,
) -> Account:
    """Make the first account, confirmed, by the one use that a set-up link allows.

    Raises NotFound for a link that is unknown, used or expired, Conflict for an e-mail address
    that is taken.
    """
    db.lock(session)
    # On PostgreSQL holders of different links queue here, and the later sees an administrator.
    session.execute(sa.select(SetupLink.id).with_for_update()).all()
    if _has_administrator(session):
        raise NotFound()
    use = sa.update(SetupLink).where(*_usable(token, now)).values(used_at=now)
    if session.scalar(use.returning(SetupLink.id)) is None:
        raise NotFound()
    if session.scalar(sa.select(Account.id).where(Account.email == email)) is not None:
        raise Conflict("There is an account with this e-mail address already. Use another.")
    account = Account(
        email=email,
        password=password_hash,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=now,
        full_name=full_name,
        profession=profession,
        created_at=now,
    )
    session.add(account)
    session.flush()
    note(session, account, "setup.link-used", now)
    return account


def _usable(token: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SetupLink.token_hash == hash_token(token),
        SetupLink.used_at.is_(None),
        SetupLink.expires_at > now,
    )


def _has_administrator(session: Session) -> bool:
    query = (
        sa.select(RoleGrant.id).where(RoleGrant.role.in_(SATISFIED_BY["administrator"])).limit(1)
    )
    return session.scalar(query) is not None
