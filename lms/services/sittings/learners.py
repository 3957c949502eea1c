"""Whose sittings these are: a learner of a cohort, a module with a quiz, fetched with the right."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.services import catalogue
from lms.services.cohorts import RunCohort


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody's place in a cohort, with the programme whose rules hold for them there."""

    enrolment_id: int
    account_id: int
    cohort_id: int
    programme_id: int
    name: str
    email: str


def learner_for(session: Session, cohort: RunCohort, enrolment_id: int) -> Learner:
    """Return a learner of a cohort, or raise NotFound for an enrolment of another one."""
    found = session.execute(_LEARNERS.where(Enrolment.id == enrolment_id)).one_or_none()
    if found is None or found.cohort_id != cohort.id:
        raise NotFound()
    return Learner(*found)


def list_learners(session: Session, cohort_id: int) -> list[Learner]:
    """Return the learners of a cohort by name, without those who have withdrawn."""
    query = _LEARNERS.where(Enrolment.cohort_id == cohort_id, Enrolment.state != "withdrawn")
    return [
        Learner(*row) for row in session.execute(query.order_by(Account.full_name, Enrolment.id))
    ]


_LEARNERS = (
    sa.select(
        Enrolment.id.label("enrolment_id"),
        Enrolment.account_id,
        Enrolment.cohort_id,
        Cohort.programme_id,
        Account.full_name,
        Account.email,
    )
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .join(Account, Account.id == Enrolment.account_id)
)


def quizzes_of(session: Session, release_id: int) -> list[tuple[courses.Module, quizzes.Bank]]:
    """Return the modules of a release that have a quiz, each with its bank, in their order."""
    content = catalogue.release(session, release_id)
    return [
        (module, content.banks[module.quiz])
        for module in content.course.modules
        if module.quiz is not None
    ]


def quiz_of(
    session: Session, release_id: int, module_key: str
) -> tuple[courses.Module, quizzes.Bank]:
    """Return a module with its quiz's bank, or raise NotFound."""
    for module, bank in quizzes_of(session, release_id):
        if module.key == module_key:
            return module, bank
    raise NotFound()


def refuse_own(learner: Learner, by: int) -> None:
    """Nobody settles their own terms: somebody else has to approve them."""
    if learner.account_id == by:
        raise Refused("Somebody else has to approve this: it is your own sitting.")
