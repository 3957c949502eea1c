"""Whether anything a cohort's report is computed from has changed, told in one cheap query."""

import functools
from collections.abc import Hashable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.acts import CredentialAct
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion, Place
from lms.models.reviews import VoidAct
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services.cohorts import RunCohort


def state_of(session: Session, cohort: RunCohort, now: datetime) -> Hashable:
    """Return a value that differs whenever the report of a cohort could differ.

    Ledgers only grow, so that counting them is enough, acts that void an attempt among them;
    attempts are submitted once. A place is seen again and again: the sum of its times in seconds
    moves with each. Names, addresses and states of seats are compared as they are. Two days count:
    the programme's, for the plan, and UTC's, for currency.
    """
    days = (now.astimezone(ZoneInfo(cohort.time_zone)).date(), now.date())
    return days, tuple(session.execute(_STATE, {"cohort": cohort.id}).one())


def _of_cohort(*columns: Any) -> sa.Select[Any]:
    mine = Enrolment.cohort_id == sa.bindparam("cohort")
    return sa.select(*columns).select_from(Enrolment).where(mine)


def _compose() -> sa.Select[Any]:
    """Composed once: building the statement would cost more than running it."""
    count = sa.func.count()
    about = (Account.full_name, Account.email, Account.profession, Enrolment.state)
    who = functools.reduce(lambda left, right: left + "\n" + right, about)
    people = _of_cohort(count, sa.func.aggregate_strings(who, "\n")).join(
        Account, Account.id == Enrolment.account_id
    )
    everybody = people.subquery()
    seconds = sa.func.sum(sa.cast(sa.extract("epoch", Place.seen_at), sa.BigInteger))
    parts = [
        _of_cohort(count).join(LessonCompletion, LessonCompletion.enrolment_id == Enrolment.id),
        _of_cohort(count).join(Attempt, Attempt.enrolment_id == Enrolment.id),
        _of_cohort(sa.func.count(Attempt.submitted_at)).join(
            Attempt, Attempt.enrolment_id == Enrolment.id
        ),
        _of_cohort(count)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .join(VoidAct, VoidAct.attempt_id == Attempt.id),
        _of_cohort(count)
        .join(Attempt, Attempt.enrolment_id == Enrolment.id)
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id),
        _of_cohort(count).join(Place, Place.enrolment_id == Enrolment.id),
        _of_cohort(seconds).join(Place, Place.enrolment_id == Enrolment.id),
        _of_cohort(count).join(CredentialRecord, CredentialRecord.enrolment_id == Enrolment.id),
        _of_cohort(count)
        .join(CredentialRecord, CredentialRecord.enrolment_id == Enrolment.id)
        .join(CredentialAct, CredentialAct.credential_id == CredentialRecord.id),
        _of_cohort(count)
        .join(CredentialRecord, CredentialRecord.enrolment_id == Enrolment.id)
        .join(UpdateCompletion, UpdateCompletion.credential_id == CredentialRecord.id),
        sa.select(count).select_from(ReleaseUpdate),
    ]
    return sa.select(*everybody.c, *(part.scalar_subquery() for part in parts))


_STATE = _compose()
