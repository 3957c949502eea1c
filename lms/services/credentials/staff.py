"""Who of a programme's staff there is to be the second person."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account, RoleGrant
from lms.services import accounts


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with a role in a programme who can sign in."""

    account_id: int
    name: str
    email: str


def list_colleagues(
    session: Session,
    programme_id: int,
    *,
    asked: str = "instructor",
    without: Collection[int] = (),
) -> list[Colleague]:
    """Return those whose role in a programme satisfies `asked`, save some, by name."""
    query = (
        sa.select(Account.id, Account.full_name, Account.email)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.programme_id == programme_id,
            RoleGrant.role.in_(accounts.SATISFIED_BY[asked]),
            Account.active,
            Account.id.not_in(without),
        )
        .order_by(Account.full_name, Account.id)
    )
    return [Colleague(*row) for row in session.execute(query)]
