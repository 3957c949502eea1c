"""The people of a programme: their roles, what they may teach, and what is missing."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lms.errors import NotFound
from lms.models.accounts import Account, RoleGrant
from lms.models.faculty import Competence, PartnerSite
from lms.services import accounts

LEAST_EDUCATORS = 2
"""How many lead educators a programme is told to have, so that it never rests on one person."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role in a programme; `modules` counts competences in force on the day."""

    account_id: int
    name: str
    email: str
    role: str
    granted_at: datetime
    granted_by: str | None
    site: str | None
    modules: int


def list_people(session: Session, programme_id: int, today: date) -> list[Person]:
    """Return everybody with a role in a programme: by role, then by name."""
    giver = aliased(Account)
    in_force = (
        sa.select(sa.func.count())
        .where(
            Competence.programme_id == programme_id,
            Competence.account_id == Account.id,
            Competence.ended_at.is_(None),
            sa.or_(Competence.valid_until.is_(None), Competence.valid_until >= today),
        )
        .scalar_subquery()
    )
    query = (
        sa.select(
            Account.id,
            Account.full_name,
            Account.email,
            RoleGrant.role,
            RoleGrant.granted_at,
            giver.full_name.label("giver"),
            PartnerSite.name.label("site"),
            in_force,
        )
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .outerjoin(giver, giver.id == RoleGrant.granted_by)
        .outerjoin(
            PartnerSite,
            sa.and_(PartnerSite.account_id == Account.id, PartnerSite.programme_id == programme_id),
        )
        .where(RoleGrant.programme_id == programme_id)
    )
    people = [Person(*row) for row in session.execute(query)]
    order = {role: place for place, role in enumerate(accounts.ROLES)}
    return sorted(people, key=lambda each: (order[each.role], each.name, each.account_id))


def person_for(session: Session, programme_id: int, account_id: int, today: date) -> Person:
    """Return somebody with a role in a programme, or raise NotFound."""
    for each in list_people(session, programme_id, today):
        if each.account_id == account_id:
            return each
    raise NotFound()
