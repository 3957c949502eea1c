"""Who may judge: people of the programme who do not learn in it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.services import accounts


def judge_at(session: Session, programme_id: int, email: str) -> tuple[int, str]:
    """Return the account and the name of whoever works in a programme under this address."""
    found = session.execute(
        sa.select(Account.id, Account.full_name).where(Account.email == email.lower())
    ).one_or_none()
    if found is not None and learns_in(session, found.id, programme_id):
        raise Refused("A learner of the programme cannot judge: judges see the keys.")
    if found is None or accounts.role_in(session, found.id, programme_id) is None:
        raise Refused(
            "Nobody who works in this programme has this address. Invite them under People first "
            "(somebody from outside as a supervisor), or add them by name."
        )
    return found.id, found.full_name


def learns_in(session: Session, account_id: int, programme_id: int) -> bool:
    """Return whether somebody is enrolled in a cohort of the programme."""
    enrolled = (
        sa.select(Enrolment.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.account_id == account_id, Cohort.programme_id == programme_id)
        .limit(1)
    )
    return session.scalar(enrolled) is not None
