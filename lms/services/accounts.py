"""People: their sign-ins, their own details, their roles in a programme, and the first of them."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lms import db
from lms.errors import Conflict, Forbidden, NotFound, Refused
from lms.models.accounts import ROLES, Account, RoleGrant, SetupLink, SignIn
from lms.models.catalogue import Programme
from lms.services import audit

SIGN_IN_LASTS = timedelta(days=14)
SETUP_LINK_LASTS = timedelta(hours=48)
# An administrator may do whatever an instructor may.
RANK = {role: rank for rank, role in enumerate(ROLES)}


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """A browser in which somebody is signed in now."""

    id: int
    device: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody with a role in a programme, and who gave it to them."""

    account_id: int
    name: str
    email: str
    role: str
    granted_at: datetime
    granted_by: str | None


def hash_token(token: str) -> str:
    """SHA-256 of a random token: what the database keeps, so that reading it opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


# --- sign-ins -------------------------------------------------------------------------------


# Composed once: every page asks this, and building a statement costs more than running it.
_SIGNED_IN = (
    sa.select(
        Account, SignIn.id, sa.exists().where(RoleGrant.account_id == Account.id).label("is_staff")
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
    found = session.execute(
        _SIGNED_IN,
        {
            "token_hash": hash_token(token),
            "uniquifier": uniquifier,
            "oldest": now - SIGN_IN_LASTS,
        },
    ).one_or_none()
    if found is None:
        return None
    account: Account = found[0]
    account.sign_in_id, account.is_staff = found[1:]
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


# --- one's own account ----------------------------------------------------------------------


def change_details(
    session: Session,
    account: Account,
    *,
    full_name: str,
    profession: str,
    licence_number: str | None,
    licence_jurisdiction: str | None,
    now: datetime,
) -> None:
    """Change what a person says about themselves; certificates already issued keep their name."""
    if full_name != account.full_name:
        note(session, account, "account.renamed", now, {"from": account.full_name, "to": full_name})
    account.full_name = full_name
    account.profession = profession
    account.licence_number = licence_number
    account.licence_jurisdiction = licence_jurisdiction
    session.flush()


def note(
    session: Session,
    account: Account,
    act: str,
    now: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Write an act of somebody on their own account into the audit trail."""
    subject = f"account {account.id}"
    audit.record(session, at=now, actor_id=account.id, act=act, subject=subject, detail=detail)


def change_password(session: Session, account: Account, act: str, now: datetime) -> None:
    """Follow a new password through: other sign-ins end, and the trail says so."""
    note(session, account, act, now)
    end_other_sign_ins(session, account.id, keep=account.sign_in_id, now=now)


# --- roles ----------------------------------------------------------------------------------


def role_in(session: Session, account_id: int, programme_id: int) -> str | None:
    """Return “administrator” or “instructor”, None for somebody without a role there."""
    return session.scalar(
        sa.select(RoleGrant.role).where(
            RoleGrant.account_id == account_id, RoleGrant.programme_id == programme_id
        )
    )


def require_role(
    session: Session, account_id: int, programme_id: int, role: str, *, is_member: bool = False
) -> None:
    """Refuse whoever holds less than `role` in a programme.

    Without any role it does not exist for them (NotFound), unless they are members of it as
    learners; with too little of a role, or as a learner, it is Forbidden.
    """
    held = role_in(session, account_id, programme_id)
    if held is None and not is_member:
        raise NotFound()
    if held is None or RANK[held] < RANK[role]:
        raise Forbidden()


def list_programme_roles(session: Session, account_id: int) -> list[tuple[int, str, str]]:
    """Return (programme id, its name, role) of every programme somebody works for, by name."""
    query = (
        sa.select(Programme.id, Programme.name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.programme_id == Programme.id)
        .where(RoleGrant.account_id == account_id)
        .order_by(Programme.name)
    )
    return [(row.id, row.name, row.role) for row in session.execute(query)]


def list_people_for(
    session: Session, account_id: int, programme_id: int
) -> tuple[str, list[StaffMember]]:
    """Return a programme's name and its staff, to one of its administrators."""
    require_role(session, account_id, programme_id, "administrator")
    giver = aliased(Account)
    query = (
        sa.select(
            Account.id,
            Account.full_name,
            Account.email,
            RoleGrant.role,
            RoleGrant.granted_at,
            giver.full_name.label("giver"),
        )
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .where(RoleGrant.programme_id == programme_id)
        .order_by(RoleGrant.role, Account.full_name)
    )
    people = [StaffMember(*row) for row in session.execute(query)]
    named = sa.select(Programme.name).where(Programme.id == programme_id)
    return session.scalars(named).one(), people


def grant_role(
    session: Session, *, programme_id: int, email: str, role: str, by: int | None, now: datetime
) -> None:
    """Give a role to the account of `email`, in place of the one it may hold there."""
    if role not in ROLES:
        raise Refused("There is no such role.")
    held = _held_roles(session, programme_id)
    known = sa.select(Account.id, Account.full_name).where(Account.email == email.strip().lower())
    found = session.execute(known.where(Account.active, Account.confirmed_at.is_not(None))).first()
    if found is None:
        raise Refused(
            "Nobody with a confirmed account has this e-mail address. "
            "Ask the person to register first, then grant the role."
        )
    if held.get(found.id) == role:
        raise Refused(f"{found.full_name} has this role already.")
    _refuse_to_orphan(held, found.id)
    _drop(session, programme_id, found.id)
    session.add(
        RoleGrant(
            account_id=found.id,
            programme_id=programme_id,
            role=role,
            granted_at=now,
            granted_by=by,
        )
    )
    session.flush()
    detail = {"role": role, "before": held.get(found.id, "none")}
    _record_role(session, "role.granted", programme_id, found.id, by, now, detail)


def withdraw_role(
    session: Session, *, programme_id: int, account_id: int, by: int | None, now: datetime
) -> None:
    """Take somebody's role in a programme away; it ends with their next request."""
    held = _held_roles(session, programme_id)
    if account_id not in held:
        raise NotFound("This person holds no role in the programme any more.")
    _refuse_to_orphan(held, account_id)
    _drop(session, programme_id, account_id)
    detail = {"role": held[account_id]}
    _record_role(session, "role.withdrawn", programme_id, account_id, by, now, detail)


def _held_roles(session: Session, programme_id: int) -> dict[int, str]:
    # One act on the roles of a programme at a time, else two could remove the last administrators.
    db.lock(session)
    session.execute(
        sa.select(Programme.id).where(Programme.id == programme_id).with_for_update()
    ).all()
    query = sa.select(RoleGrant.account_id, RoleGrant.role)
    rows = session.execute(query.where(RoleGrant.programme_id == programme_id))
    return {row.account_id: row.role for row in rows}


def _refuse_to_orphan(held: Mapping[int, str], account_id: int) -> None:
    administrators = [who for who, role in held.items() if role == "administrator"]
    if administrators == [account_id]:
        raise Refused(
            "This is the programme's only administrator. Make somebody else administrator first."
        )


def _drop(session: Session, programme_id: int, account_id: int) -> None:
    session.execute(
        sa.delete(RoleGrant).where(
            RoleGrant.programme_id == programme_id, RoleGrant.account_id == account_id
        )
    )


def _record_role(
    session: Session,
    act: str,
    programme_id: int,
    account_id: int,
    by: int | None,
    now: datetime,
    detail: Mapping[str, str],
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act=act,
        subject=f"account {account_id}",
        detail=detail,
    )


# --- the first administrator ----------------------------------------------------------------


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
    query = sa.select(RoleGrant.id).where(RoleGrant.role == "administrator").limit(1)
    return session.scalar(query) is not None
