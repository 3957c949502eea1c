"""Who controls content, and whose disclosure is missing or too old to open a cohort on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.errors import Refused
from lms.models.accounts import Account, RoleGrant
from lms.services import catalogue
from lms.services.closing.disclosures import list_disclosures
from lms.services.closing.promises import is_same_name

CONTROL_CONTENT = ("director", "educator", "instructor")


@dataclass(frozen=True, slots=True)
class Undisclosed:
    """Somebody who controls content without a disclosure in date; their role, or what they did."""

    name: str
    role: str


def list_undisclosed(
    session: Session, programme_id: int, today: date, release_id: int | None = None
) -> list[Undisclosed]:
    """Return who controls content and has disclosed nothing, or nothing lately, by name.

    They are the directors, lead educators and instructors of the programme and, with a release,
    whoever its course names as contributor. A disclosure is found by its person's name.
    """
    query = (
        sa.select(Account.full_name, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.programme_id == programme_id,
            RoleGrant.role.in_(CONTROL_CONTENT),
            Account.active,
        )
        .order_by(Account.full_name, Account.id)
    )
    asked = [Undisclosed(name, role) for name, role in session.execute(query)]
    if release_id is not None:
        course = catalogue.release(session, release_id).course
        named = courses.undisclosed(course.closing.contributors, today)
        asked += [Undisclosed(each.name, each.role) for each in named]
    on_record = [
        line.person
        for line in list_disclosures(session, programme_id)
        if courses.is_disclosed(line.made_on, today)
    ]
    return without_disclosure(asked, on_record)


def without_disclosure(
    asked: Sequence[Undisclosed], on_record: Collection[str]
) -> list[Undisclosed]:
    """Return those whose name is not among the names on record."""
    return [each for each in asked if not any(is_same_name(each.name, name) for name in on_record)]


def refuse_undisclosed(session: Session, programme_id: int, release_id: int, today: date) -> None:
    """Refuse to open a cohort on a release while somebody's disclosure is missing."""
    missing = list_undisclosed(session, programme_id, today, release_id)
    if missing:
        names = ", ".join(each.name for each in missing)
        raise Refused(
            f"A disclosure of the past {courses.LOOK_BACK_MONTHS} months is missing: {names}. "
            "Record what each has disclosed, under Disclosures, then open the cohort."
        )
