"""Who may do what in a programme: asked, given, withdrawn."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.accounts import ROLES, Account, RoleGrant
from lms.models.catalogue import Programme
from lms.services import audit

_ADMINISTRATORS = frozenset({"director", "administrator"})
_STAFF = _ADMINISTRATORS | {"educator", "instructor"}
# What a page asks, and the roles that satisfy it. Auditors satisfy only what is asked to look.
SATISFIED_BY: Mapping[str, frozenset[str]] = {
    "reader": _STAFF | {"auditor"},
    "overseer": _ADMINISTRATORS | {"auditor"},
    "instructor": _STAFF,
    "administrator": _ADMINISTRATORS,
    "director": frozenset({"director"}),
    "supervisor": _ADMINISTRATORS | {"supervisor"},
    "partner": frozenset({"partner"}),
}


def role_in(session: Session, account_id: int, programme_id: int) -> str | None:
    """Return the role that somebody holds in a programme, None without one."""
    asked = {"account": account_id, "programme": programme_id}
    return session.connection().execute(_ROLE, asked).scalar_one_or_none()


# Composed once: building a statement costs more than running it.
_ROLE = sa.select(RoleGrant.role).where(
    RoleGrant.account_id == sa.bindparam("account"),
    RoleGrant.programme_id == sa.bindparam("programme"),
)


def satisfies(role: str | None, asked: str) -> bool:
    """Whether somebody of this role may do what asks for `asked`, a key of `SATISFIED_BY`."""
    return role in SATISFIED_BY[asked]


def require_role(
    session: Session, account_id: int, programme_id: int, asked: str, *, is_member: bool = False
) -> None:
    """Refuse whoever holds no role in a programme that satisfies `asked`.

    For strangers it does not exist (NotFound), and supervisors and site partners, who come from
    outside, are strangers to all but their own pages. Staff with too little of a role, and
    learners of the programme (`is_member`), are told that it is Forbidden.
    """
    held = role_in(session, account_id, programme_id)
    refuse_unless(held, asked, is_member=is_member)


def refuse_unless(held: str | None, asked: str, *, is_member: bool) -> None:
    """Do as `require_role` does, for a role that was read already."""
    if satisfies(held, asked):
        return
    if is_member or satisfies(held, "reader"):
        raise Forbidden()
    raise NotFound()


def list_programme_roles(session: Session, account_id: int) -> list[tuple[int, str, str]]:
    """Return (programme id, its name, role) of every programme somebody works for, by name."""
    query = (
        sa.select(Programme.id, Programme.name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.programme_id == Programme.id)
        .where(RoleGrant.account_id == account_id)
        .order_by(Programme.name)
    )
    return [(row.id, row.name, row.role) for row in session.execute(query)]


def refuse_to_give(session: Session, programme_id: int, role: str, by: int) -> None:
    """Refuse whoever may not give this role in a programme, now, whoever is to have it."""
    if role not in ROLES:
        raise Refused("There is no such role.")
    held = _held_roles(session, programme_id)
    if not satisfies(held.get(by), "administrator"):
        raise Refused("Only an administrator or director of the programme gives a role.")
    if role == "director":
        _refuse_to_pass_over_directors(held, by)


def grant_role(
    session: Session,
    *,
    programme_id: int,
    email: str,
    role: str,
    by: int | None,
    now: datetime,
    invitation: int | None = None,
) -> int:
    """Give a role to the account of `email`, in place of the one it may hold; return whose.

    Where an `invitation` was accepted, the trail names it: `by` is then whoever sent it.
    """
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
    if not satisfies(role, "administrator"):
        _refuse_to_orphan(held, found.id)
    if "director" in (role, held.get(found.id)):
        _refuse_to_pass_over_directors(held, by)
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
    if invitation is not None:
        detail["invitation"] = str(invitation)
    _record_role(session, "role.granted", programme_id, found.id, by, now, detail)
    return int(found.id)


def withdraw_role(
    session: Session, *, programme_id: int, account_id: int, by: int | None, now: datetime
) -> None:
    """Take somebody's role in a programme away; it ends with their next request."""
    held = _held_roles(session, programme_id)
    if account_id not in held:
        raise NotFound("This person holds no role in the programme any more.")
    _refuse_to_orphan(held, account_id)
    if held[account_id] == "director":
        _refuse_to_pass_over_directors(held, by)
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
    administrators = [who for who, role in held.items() if satisfies(role, "administrator")]
    if administrators == [account_id]:
        raise Refused(
            "This is the programme's only administrator. Make somebody else administrator first."
        )


def _refuse_to_pass_over_directors(held: Mapping[int, str], by: int | None) -> None:
    # A director confers completion: an administrator could else make themselves one for an hour.
    directors = {who for who, role in held.items() if role == "director"}
    if directors and by is not None and by not in directors:
        raise Refused("Only a director of the programme gives or takes this role.")


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
