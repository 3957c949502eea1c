"""One learner as the staff of their cohort meet them: the place and whose it is, with the right."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.services import accounts
from lms.services.cohorts.runs import RUN_COHORT, RunCohort
from lms.services.cohorts.seats import Seat


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody's seat in a cohort, and the cohort as the asking person runs it."""

    cohort: RunCohort
    seat: Seat
    person: Account


def learner_for(
    session: Session, account_id: int, cohort_id: int, enrolment_id: int, asked: str
) -> Placed:
    """Return a learner of a cohort where the account's role satisfies `asked`, or refuse.

    One query. As for the cohort alone, it is not there for strangers and Forbidden to staff and
    learners without the right; an enrolment of another cohort is not there (NotFound).
    """
    which = {"account": account_id, "cohort": cohort_id, "enrolment": enrolment_id}
    row = session.execute(_LEARNER, which).one_or_none()
    if row is None:
        raise NotFound()
    *values, is_member, state, enrolled_at, person = row
    cohort = RunCohort(*values)
    accounts.refuse_unless(cohort.role, asked, is_member=is_member)
    if person is None:
        raise NotFound()
    seat = Seat(
        enrolment_id=enrolment_id,
        account_id=person.id,
        cohort_id=cohort.id,
        cohort_title=cohort.title,
        programme_id=cohort.programme_id,
        programme_name=cohort.programme_name,
        programme_slug=cohort.programme_slug,
        time_zone=cohort.time_zone,
        release_id=cohort.release_id,
        starts_on=cohort.starts_on,
        due_on=cohort.due_on,
        enrolled_at=enrolled_at,
        state=state,
    )
    return Placed(cohort, seat, person)


# Composed once: building a statement costs more than running it.
_LEARNER = (
    RUN_COHORT.add_columns(Enrolment.state, Enrolment.enrolled_at, Account)
    .outerjoin(
        Enrolment,
        sa.and_(Enrolment.cohort_id == Cohort.id, Enrolment.id == sa.bindparam("enrolment")),
    )
    .outerjoin(Account, Account.id == Enrolment.account_id)
)
