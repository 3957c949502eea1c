"""What is known about the people of some rows, gathered in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account, RoleGrant
from lms.models.cohorts import Cohort, Enrolment, WaitingPlace
from lms.models.rosters import ExternalId, RosterInvitation
from lms.services.rosters.people import Person
from lms.services.rosters.plan import Facts, Known, Place


def gather(
    session: Session, programme_id: int, cohort_id: int, people: Collection[Person]
) -> Facts:
    """Return what a programme knows about these people, and which addresses are not free."""
    numbers = {each.external_id for each in people if each.external_id}
    addresses = {each.email for each in people}
    of_number = _accounts_of_numbers(session, programme_id, numbers)
    of_address = dict(
        session.execute(
            sa.select(Account.email, Account.id).where(Account.email.in_(addresses))
        ).all()
    )
    known = _known(session, programme_id, cohort_id, {*of_number.values(), *of_address.values()})
    return Facts(
        by_external_id={number: known[account] for number, account in of_number.items()},
        by_email={
            email: known[account] for email, account in of_address.items() if account in known
        },
        asked=_asked(session, cohort_id, addresses),
        taken=frozenset(email for email, account in of_address.items() if account not in known),
    )


def _accounts_of_numbers(
    session: Session, programme_id: int, numbers: Iterable[str]
) -> dict[str, int]:
    query = sa.select(ExternalId.external_id, ExternalId.account_id).where(
        ExternalId.programme_id == programme_id, ExternalId.external_id.in_(numbers)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _asked(session: Session, cohort_id: int, addresses: Iterable[str]) -> frozenset[str]:
    query = sa.select(RosterInvitation.email).where(
        RosterInvitation.cohort_id == cohort_id,
        RosterInvitation.email.in_(addresses),
        RosterInvitation.is_asked,
        RosterInvitation.used_at.is_(None),
        RosterInvitation.withdrawn_at.is_(None),
    )
    return frozenset(session.scalars(query))


def _known(
    session: Session, programme_id: int, cohort_id: int, accounts: Collection[int]
) -> dict[int, Known]:
    """Return those of these accounts that learn, wait or work in the programme, or have a number.

    That somebody else has an account is nobody's business here.
    """
    made_here = sa.exists().where(
        RosterInvitation.account_id == Account.id,
        RosterInvitation.programme_id == programme_id,
        ~RosterInvitation.is_asked,
    )
    works_here = sa.exists().where(
        RoleGrant.account_id == Account.id, RoleGrant.programme_id == programme_id
    )
    waits_here = sa.exists().where(
        WaitingPlace.account_id == Account.id,
        WaitingPlace.ended_at.is_(None),
        WaitingPlace.cohort_id == Cohort.id,
        Cohort.programme_id == programme_id,
    )
    query = (
        sa.select(
            Account.id,
            Account.email,
            Account.full_name,
            Account.profession,
            Account.licence_number,
            Account.licence_jurisdiction,
            ExternalId.external_id,
            sa.and_(Account.confirmed_at.is_(None), made_here).label("is_correctable"),
            sa.or_(works_here, waits_here).label("belongs_here"),
        )
        .outerjoin(
            ExternalId,
            sa.and_(ExternalId.account_id == Account.id, ExternalId.programme_id == programme_id),
        )
        .where(Account.id.in_(accounts))
    )
    places = _places(session, programme_id, accounts)
    found = {}
    for row in session.execute(query):
        one = Known(
            account_id=row.id,
            email=row.email,
            full_name=row.full_name,
            profession=row.profession,
            licence_number=row.licence_number or "",
            licence_jurisdiction=row.licence_jurisdiction or "",
            external_id=row.external_id or "",
            is_correctable=bool(row.is_correctable),
        )
        theirs = places.get(one.account_id, {})
        if row.belongs_here or theirs or one.external_id:
            found[one.account_id] = _with_places(one, cohort_id, theirs)
    return found


def _places(
    session: Session, programme_id: int, accounts: Collection[int]
) -> Mapping[int, dict[int, tuple[str, Place]]]:
    query = (
        sa.select(Enrolment.account_id, Cohort.id, Cohort.title, Enrolment.state)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Cohort.programme_id == programme_id, Enrolment.account_id.in_(accounts))
        .order_by(Cohort.title)
    )
    found: dict[int, dict[int, tuple[str, Place]]] = defaultdict(dict)
    for account, cohort, title, state in session.execute(query):
        found[account][cohort] = (title, cast(Place, state))
    return found


def _with_places(one: Known, cohort_id: int, theirs: dict[int, tuple[str, Place]]) -> Known:
    here = theirs.get(cohort_id)
    elsewhere = tuple(
        title
        for cohort, (title, state) in theirs.items()
        if cohort != cohort_id and state != "withdrawn"
    )
    return replace(one, place=here[1] if here else "none", elsewhere=elsewhere)
