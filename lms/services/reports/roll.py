"""Who has a place in a cohort, and how much is on record of each, in one query."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion, Place
from lms.models.reviews import VoidAct
from lms.services import live

ABOUT, STUDIED = 7, 7
"""How many columns of a row say who it is, and how many say how much was studied."""


def roll_of(session: Session, cohort_id: int) -> list[sa.Row[Any]]:
    """Call the roll of a cohort, the withdrawn left out: a row for each learner.

    Ledgers only grow, so that counting them tells whether anything was added; a place is seen
    again and again, each time later than any before.
    """
    return list(session.connection().execute(_ROLL, {"cohort": cohort_id}))


def studied(row: sa.Row[Any]) -> tuple[Any, ...]:
    """Return the part of a row that says how much was studied."""
    return tuple(row[ABOUT : ABOUT + STUDIED])


def _roll() -> sa.Select[Any]:
    credentials = sa.select(sa.func.count()).where(CredentialRecord.enrolment_id == Enrolment.id)
    return (
        sa.select(
            Enrolment.id,
            Enrolment.enrolled_at,
            Account.full_name,
            Account.email,
            Account.profession,
            Enrolment.state,
            credentials.scalar_subquery().label("credentials"),
            *(part.scalar_subquery() for part in _study()),
            live.told_minutes().label("live"),
        )
        .join(Account, Account.id == Enrolment.account_id)
        .where(
            Enrolment.cohort_id == sa.bindparam("cohort", type_=sa.Integer),
            Enrolment.state != "withdrawn",
        )
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


# Composed once: building a statement costs more than running it.
_ROLL = _roll()
