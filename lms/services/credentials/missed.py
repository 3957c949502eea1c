"""The safety net: learners and renewals that are complete and were, for once, not awarded.

An award is made in the transaction that completes a course. What a crash, a correction or a rule
that changed has left behind is found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Cohort, Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion
from lms.models.renewals import Renewal
from lms.services import catalogue, cohorts, learning
from lms.services.cohorts import Seat


@dataclass(frozen=True, slots=True)
class Waiting:
    """A renewal that was begun and is not done: whose, and of which credential."""

    account_id: int
    serial: str


def list_unawarded(session: Session) -> list[Seat]:
    """Return the seats whose course is complete and which have no credential of their own.

    The database counts first: only seats with as many lessons done and as many quizzes passed as
    their release has are looked at one by one.
    """
    found = []
    for release_id in session.scalars(sa.select(Cohort.release_id).distinct()).all():
        course = catalogue.release(session, release_id).course
        needed = {
            "release": release_id,
            "lessons": len(course.lessons),
            "quizzes": sum(module.quiz is not None for module in course.modules),
        }
        seats = [Seat(*row) for row in session.execute(_ALMOST, needed)]
        records = learning.records_of(session, [seat.enrolment_id for seat in seats])
        for seat in seats:
            record = records.get(seat.enrolment_id, learning.StudyRecord())
            if learning.progress_with(session, seat, record).is_complete:
                found.append(seat)
    return found


def _almost() -> sa.Select[*tuple[Any, ...]]:
    """Seats that may be complete: a necessary condition, as the rules themselves decide."""
    done = (
        sa.select(sa.func.count())
        .where(LessonCompletion.enrolment_id == Enrolment.id)
        .scalar_subquery()
    )
    passed = (
        sa.select(sa.func.count(Attempt.module_key.distinct()))
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(
            Attempt.enrolment_id == Enrolment.id, Attempt.voided_at.is_(None), ScoreRecord.passed
        )
        .scalar_subquery()
    )
    awarded = sa.exists().where(CredentialRecord.enrolment_id == Enrolment.id)
    return (
        cohorts.SEAT.join(Account, Account.id == Enrolment.account_id)
        .where(
            Cohort.release_id == sa.bindparam("release"),
            Account.confirmed_at.is_not(None),
            ~awarded,
            done >= sa.bindparam("lessons"),
            passed >= sa.bindparam("quizzes"),
        )
        .order_by(Enrolment.id)
    )


_ALMOST = _almost()


def list_waiting_renewals(session: Session) -> list[Waiting]:
    """Return the renewals that were begun and have led to no credential yet."""
    return list(_waiting(session))


def _waiting(session: Session) -> Iterator[Waiting]:
    held, later, newer = (so.aliased(CredentialRecord) for _ in range(3))

    def of_same_course(one: Any) -> sa.ColumnElement[bool]:
        return sa.and_(
            one.account_id == Renewal.account_id,
            one.programme_id == Renewal.programme_id,
            one.course_slug == Renewal.course_slug,
        )

    done = sa.exists().where(of_same_course(later), later.cycle >= Renewal.cycle)
    reissued = sa.exists().where(newer.supersedes_id == held.id)
    query = (
        sa.select(Renewal.account_id, held.serial)
        .join(held, sa.and_(of_same_course(held), held.cycle == Renewal.cycle - 1))
        .where(~done, ~reissued)
        .order_by(Renewal.id)
    )
    for row in session.execute(query):
        yield Waiting(*row)
