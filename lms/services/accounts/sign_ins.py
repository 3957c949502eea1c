"""Where somebody is signed in: begun, found with every page, listed, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, make_transient_to_detached

from lms.errors import NotFound
from lms.models.accounts import Account, RoleGrant, SignIn
from lms.services.accounts.roles import SATISFIED_BY
from lms.services.accounts.tokens import hash_token

SIGN_IN_LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """A browser in which somebody is signed in now."""

    id: int
    device: str
    began_at: datetime


# Composed once: every page asks this, and building a statement costs more than running it.
_COLUMNS = Account.__table__.columns
_BARE = sa.inspect(Account).class_manager


def _holds(roles: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether an account holds one of these roles; named in the statement, not sent with it."""
    names: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{role}'") for role in sorted(roles)]
    return sa.exists().where(RoleGrant.account_id == Account.id, RoleGrant.role.in_(names))


_SIGNED_IN = (
    sa.select(
        SignIn.id.label("sign_in_id"),
        _holds(SATISFIED_BY["reader"]).label("is_staff"),
        _holds(("supervisor", "partner")).label("is_visitor"),
        _holds(SATISFIED_BY["instructor"]).label("is_acting"),
        *_COLUMNS,
    )
    .join(SignIn, SignIn.account_id == Account.id)
    .where(SignIn.token_hash == sa.bindparam("token_hash"))
    .where(SignIn.ended_at.is_(None), SignIn.began_at > sa.bindparam("oldest"))
    .where(Account.active, Account.fs_uniquifier == sa.bindparam("uniquifier"))
)


def find_signed_in(
    session: Session, *, token: str, uniquifier: str, now: datetime
) -> Account | None:
    """Return whoever holds the open sign-in of `token`, with their standing, in one query.

    None once the sign-in was ended or is too old, the account was closed, or its uniquifier
    changed with the password.
    """
    # Straight from the connection, as what the session would make of it costs more than the query.
    found = (
        session.connection()
        .execute(
            _SIGNED_IN,
            {
                "token_hash": hash_token(token),
                "uniquifier": uniquifier,
                "oldest": now - SIGN_IN_LASTS,
            },
        )
        .one_or_none()
    )
    if found is None:
        return None
    sign_in_id, is_staff, is_visitor, is_acting, *values = found
    account: Account = _BARE.new_instance()
    account.__dict__.update(zip(_COLUMNS.keys(), values, strict=True))
    # As if it had been loaded and let go: whoever changes it adds it to the session first.
    make_transient_to_detached(account)
    account.sign_in_id = sign_in_id
    account.is_staff, account.is_visitor = is_staff, is_visitor
    account.is_auditor = is_staff and not is_acting
    return account


def begin_sign_in(
    session: Session, account_id: int, *, token: str, device: str, now: datetime
) -> int:
    """Record that somebody signed in with a new random `token`; return the sign-in's id."""
    row = SignIn(
        account_id=account_id, token_hash=hash_token(token), device=device[:120], began_at=now
    )
    session.add(row)
    session.flush()
    return row.id


def list_sign_ins(session: Session, account_id: int, now: datetime) -> list[OpenSignIn]:
    """Return where somebody is signed in now, latest first."""
    query = (
        sa.select(SignIn.id, SignIn.device, SignIn.began_at)
        .where(SignIn.account_id == account_id, _is_open(now))
        .order_by(SignIn.began_at.desc(), SignIn.id.desc())
    )
    return [OpenSignIn(*row) for row in session.execute(query)]


def end_sign_in(session: Session, account_id: int, sign_in_id: int, now: datetime) -> None:
    """End one of somebody's own sign-ins; its browser is signed out at its next request."""
    ended = _end(session, now, SignIn.id == sign_in_id, SignIn.account_id == account_id)
    if not ended:
        raise NotFound("This session has already ended.")


def end_sign_in_of(session: Session, token: str, now: datetime) -> None:
    """End the sign-in of `token`, if it is still open."""
    _end(session, now, SignIn.token_hash == hash_token(token))


def end_other_sign_ins(
    session: Session, account_id: int, *, keep: int | None, now: datetime
) -> int:
    """End every sign-in of an account but `keep`; return how many there were."""
    return _end(session, now, SignIn.account_id == account_id, SignIn.id != (keep or 0))


def _is_open(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(SignIn.ended_at.is_(None), SignIn.began_at > now - SIGN_IN_LASTS)


def _end(session: Session, now: datetime, *which: sa.ColumnElement[bool]) -> int:
    still_open = sa.update(SignIn).where(SignIn.ended_at.is_(None), *which)
    ended = session.scalars(still_open.values(ended_at=now).returning(SignIn.id)).all()
    return len(ended)
