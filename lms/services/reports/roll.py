"""Who has a place in a cohort, and how much is on record of each: one query tells what is new."""

from collections.abc import Hashable
from dataclasses import dataclass
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
from lms.models.reviews import VoidAct
from lms.models.updates import ReleaseUpdate, UpdateCompletion
from lms.services.cohorts import RunCohort

ABOUT = 6
STUDIED = 7
"""How many columns of a row say who it is, and how many say how much was studied."""


@dataclass(frozen=True, slots=True)
class Roll:
    """The rows of a cohort; `state` differs whenever a report on it could differ."""

    rows: tuple[sa.Row[Any], ...]
    state: Hashable


def roll_of(session: Session, cohort: RunCohort, now: datetime) -> Roll:
    """Call the roll of a cohort at `now`; the withdrawn are left out.

    Ledgers only grow, so that counting them is enough, acts that void an attempt among them;
    attempts are submitted once. A place is seen again and again, each time later than any before.
    Names, addresses, states of seats and rules of days are compared as they are.
    Two days count: the programme's, for the plan, and UTC's, for currency.
    """
    days = (now.astimezone(ZoneInfo(cohort.time_zone)).date(), now.date())
    rows = session.connection().execute(_ROLL, {"cohort": cohort.id}).all()
    return Roll(tuple(rows), (days, tuple(tuple(row) for row in rows)))


def studied(row: sa.Row[Any]) -> tuple[Any, ...]:
    """Return the part of a row that says how much was studied."""
    return tuple(row[ABOUT : ABOUT + STUDIED])


def _roll() -> sa.Select[Any]:
    cohort = sa.bindparam("cohort", type_=sa.Integer)
    return (
        sa.select(
            Enrolment.id,
            Enrolment.enrolled_at,
            Account.full_name,
            Account.email,
            Account.profession,
            Enrolment.state,
            *(part.scalar_subquery() for part in (*_study(), *_credentials(), *_days(cohort))),
        )
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.cohort_id == cohort, Enrolment.state != "withdrawn")
        .order_by(Enrolment.id)
    )


def _study() -> tuple[sa.Select[Any], ...]:
    count = sa.func.count()
    # Compared only, and therefore left as the database gives it.
    seen = sa.type_coerce(sa.func.max(Place.seen_at), sa.String)
    mine = Attempt.enrolment_id == Enrolment.id
    return (
        sa.select(count).where(LessonCompletion.enrolment_id == Enrolment.id),
        sa.select(count).select_from(Attempt).where(mine),
        sa.select(sa.func.count(Attempt.submitted_at)).where(mine),
        sa.select(count)
        .select_from(ScoreRecord)
        .join(Attempt, Attempt.id == ScoreRecord.attempt_id)
        .where(mine),
        sa.select(count)
        .select_from(VoidAct)
        .join(Attempt, Attempt.id == VoidAct.attempt_id)
        .where(mine),
        sa.select(count).where(Place.enrolment_id == Enrolment.id),
        sa.select(seen).where(Place.enrolment_id == Enrolment.id),
    )


def _credentials() -> tuple[sa.Select[Any], ...]:
    count = sa.func.count()
    mine = CredentialRecord.enrolment_id == Enrolment.id
    return (
        sa.select(count).where(mine),
        sa.select(count)
        .select_from(CredentialAct)
        .join(CredentialRecord, CredentialRecord.id == CredentialAct.credential_id)
        .where(mine),
        sa.select(count)
        .select_from(UpdateCompletion)
        .join(CredentialRecord, CredentialRecord.id == UpdateCompletion.credential_id)
        .where(mine),
        sa.select(count).select_from(ReleaseUpdate),
    )


def _days(cohort: sa.BindParameter[int]) -> tuple[sa.Select[Any], ...]:
    """What moves the days on which units are due: for one learner, and for the whole cohort."""
    rule = (
        DueRuleRecord.module_key
        + "="
        + sa.func.coalesce(
            sa.cast(DueRuleRecord.due_on, sa.String), sa.cast(DueRuleRecord.days, sa.String)
        )
    )
    return (
        sa.select(sa.func.max(DueExtension.id)).where(DueExtension.enrolment_id == Enrolment.id),
        sa.select(Cohort.cadence_weeks).where(Cohort.id == cohort),
        sa.select(sa.func.aggregate_strings(RequiredModule.module_key, ",")).where(
            RequiredModule.cohort_id == cohort
        ),
        sa.select(sa.func.aggregate_strings(rule, ",")).where(DueRuleRecord.cohort_id == cohort),
    )


# Composed once: building a statement costs more than running it.
_ROLL = _roll()
