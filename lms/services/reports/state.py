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
from lms.models.cohorts import Cohort, DueExtension, DueRuleRecord, Enrolment, RequiredModule
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion, Place
from lms.models.live import HoursEntry
from lms.models.reviews import VoidAct
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services.cohorts import RunCohort


def state_of(session: Session, cohort: RunCohort, now: datetime) -> Hashable:
    """Return a value that differs whenever the report of a cohort could differ.

    Ledgers only grow, so that counting them is enough, acts that void an attempt among them;
    attempts are submitted once. A place is seen again and again, each time later than any before.
    Names, addresses, states of seats and rules of days are compared as they are. Two days count:
    the programme's, for the plan, and UTC's, for currency.
    """
    days = (now.astimezone(ZoneInfo(cohort.time_zone)).date(), now.date())
    return days, tuple(session.connection().execute(_STATE, {"cohort": cohort.id}).one())


def _of_cohort(*columns: Any) -> sa.Select[Any]:
    mine = Enrolment.cohort_id == sa.bindparam("cohort")
    return sa.select(*columns).select_from(Enrolment).where(mine)


def _compose() -> sa.Select[Any]:
    """Composed once: building the statement would cost more than running it."""
    about = (Account.full_name, Account.email, Account.profession, Enrolment.state)
    who = functools.reduce(lambda left, right: left + "\n" + right, about[1:], about[0] + "")
    everybody = (
        _of_cohort(sa.func.count(), sa.func.aggregate_strings(who, "\n"))
        .join(Account, Account.id == Enrolment.account_id)
        .subquery()
    )
    parts = (*_study(), *_credentials(), *_days())
    return sa.select(*everybody.c, *(part.scalar_subquery() for part in parts))


def _study() -> tuple[sa.Select[Any], ...]:
    count = sa.func.count()
    # Compared only, and therefore left as the database gives it.
    seen = sa.type_coerce(sa.func.max(Place.seen_at), sa.String)
    sat = Attempt.enrolment_id == Enrolment.id
    return (
        _of_cohort(count).join(LessonCompletion, LessonCompletion.enrolment_id == Enrolment.id),
        _of_cohort(count).join(Attempt, sat),
        _of_cohort(sa.func.count(Attempt.submitted_at)).join(Attempt, sat),
        _of_cohort(count).join(Attempt, sat).join(VoidAct, VoidAct.attempt_id == Attempt.id),
        _of_cohort(count)
        .join(Attempt, sat)
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id),
        _of_cohort(count).join(HoursEntry, HoursEntry.enrolment_id == Enrolment.id),
        _of_cohort(count).join(Place, Place.enrolment_id == Enrolment.id),
        _of_cohort(seen).join(Place, Place.enrolment_id == Enrolment.id),
    )


def _credentials() -> tuple[sa.Select[Any], ...]:
    count = sa.func.count()
    earned = _of_cohort(count).join(CredentialRecord, CredentialRecord.enrolment_id == Enrolment.id)
    return (
        earned,
        earned.join(CredentialAct, CredentialAct.credential_id == CredentialRecord.id),
        earned.join(UpdateCompletion, UpdateCompletion.credential_id == CredentialRecord.id),
        sa.select(count).select_from(ReleaseUpdate),
    )


def _days() -> tuple[sa.Select[Any], ...]:
    """What moves the days on which units are due: for one learner, and for the whole cohort."""
    cohort = sa.bindparam("cohort", type_=sa.Integer)
    day = sa.cast(DueRuleRecord.due_on, sa.String)
    rule = DueRuleRecord.module_key + sa.func.coalesce(day, sa.cast(DueRuleRecord.days, sa.String))
    return (
        _of_cohort(sa.func.max(DueExtension.id)).join(
            DueExtension, DueExtension.enrolment_id == Enrolment.id
        ),
        sa.select(Cohort.cadence_weeks).where(Cohort.id == cohort),
        sa.select(sa.func.aggregate_strings(RequiredModule.module_key, ",")).where(
            RequiredModule.cohort_id == cohort
        ),
        sa.select(sa.func.aggregate_strings(rule, ",")).where(DueRuleRecord.cohort_id == cohort),
    )


_STATE = _compose()
