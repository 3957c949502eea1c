"""Many cohorts at a glance: how many study this week, are complete, and are at risk; in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.assessment import Attempt
from lms.models.cohorts import Enrolment
from lms.models.learning import LessonCompletion
from lms.models.watch import RiskFlag
from lms.services.reports.scores import count_complete

RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pulse:
    """One cohort in numbers: `active` did a lesson or began a quiz in the last seven days.

    `at_risk` have an open flag. The withdrawn are not counted, the paused are.
    """

    active: int
    complete: int
    at_risk: int


def pulse(session: Session, cohort_ids: Sequence[int], now: datetime) -> dict[int, Pulse]:
    """Return the numbers of these cohorts, in three queries however many there are."""
    complete = count_complete(session, list(cohort_ids))
    asked = {"cohorts": list(cohort_ids), "since": now - RECENT}
    active = _counted(session, _ACTIVE, asked)
    at_risk = _counted(session, _AT_RISK, {"cohorts": list(cohort_ids)})
    return {
        key: Pulse(active.get(key, 0), complete.get(key, 0), at_risk.get(key, 0))
        for key in cohort_ids
    }


def _counted(session: Session, query: sa.Select[int, int], asked: dict[str, Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in session.connection().execute(query, asked)}


def _of_cohorts(whose: sa.ColumnElement[bool]) -> sa.Select[int, int]:
    cohorts: sa.BindParameter[list[int]] = sa.bindparam("cohorts", expanding=True)
    return (
        sa.select(Enrolment.cohort_id, sa.func.count())
        .where(Enrolment.cohort_id.in_(cohorts), Enrolment.state != "withdrawn", whose)
        .group_by(Enrolment.cohort_id)
    )


def _active() -> sa.Select[int, int]:
    since = sa.bindparam("since", type_=Attempt.started_at.type)
    read = sa.select(LessonCompletion.enrolment_id).where(LessonCompletion.completed_at > since)
    sat = sa.select(Attempt.enrolment_id).where(Attempt.started_at > since)
    return _of_cohorts(sa.or_(Enrolment.id.in_(read), Enrolment.id.in_(sat)))


# Composed once: building a statement costs more than running it.
_ACTIVE = _active()
_AT_RISK = _of_cohorts(
    Enrolment.id.in_(sa.select(RiskFlag.enrolment_id).where(RiskFlag.closed_at.is_(None)))
)
