"""The sittings of a cohort at a glance: one line a module, and who has accommodations."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.sittings import AccommodationRecord, SittingIncident, SittingRule
from lms.services.cohorts import RunCohort
from lms.services.sittings.learners import quizzes_of
from lms.services.sittings.terms import as_accommodation, as_override
from lms.services.sittings.under_way import list_running


@dataclass(frozen=True, slots=True)
class SittingLine:
    """A module's quiz in a cohort: its window, exceptions, incidents, and attempts under way."""

    module_key: str
    title: str
    terms: quizzes.Terms
    exceptions: int
    incidents: int
    running: int


@dataclass(frozen=True, slots=True)
class AccommodatedLine:
    """A learner with an accommodation that is valid now."""

    enrolment_id: int
    name: str
    given: quizzes.Accommodation
    valid_until: date | None


def list_sittings(session: Session, cohort: RunCohort) -> list[SittingLine]:
    """Return the sittings of a cohort in the order of its modules, with what holds for most."""
    windows, exceptions = {}, Counter[str]()
    rules = sa.select(SittingRule).where(SittingRule.cohort_id == cohort.id)
    for row in session.scalars(rules):
        if row.group_id is None and row.enrolment_id is None:
            windows[row.module_key] = as_override(row, cohort.title)
        else:
            exceptions[row.module_key] += 1
    happened: dict[str, list[quizzes.Incident]] = {}
    declared = sa.select(SittingIncident).where(
        SittingIncident.cohort_id == cohort.id, SittingIncident.withdrawn_at.is_(None)
    )
    for incident in session.scalars(declared):
        told = quizzes.Incident(incident.declared_at, incident.minutes, incident.description)
        happened.setdefault(incident.module_key, []).append(told)
    running = Counter(each.module_key for each in list_running(session, cohort.id))
    return [
        SittingLine(
            module.key,
            module.title,
            quizzes.effective_terms(
                bank.specification.rules,
                cohort=windows.get(module.key),
                incidents=happened.get(module.key, ()),
            ),
            exceptions[module.key],
            len(happened.get(module.key, ())),
            running[module.key],
        )
        for module, bank in quizzes_of(session, cohort.release_id)
    ]


def list_accommodated(session: Session, cohort: RunCohort, day: date) -> list[AccommodatedLine]:
    """Return the learners of a cohort whose accommodations are valid on a day, by name."""
    query = (
        sa.select(Enrolment.id, Account.full_name, AccommodationRecord)
        .join(Account, Account.id == Enrolment.account_id)
        .join(AccommodationRecord, AccommodationRecord.account_id == Account.id)
        .where(
            Enrolment.cohort_id == cohort.id,
            AccommodationRecord.programme_id == cohort.programme_id,
            AccommodationRecord.withdrawn_at.is_(None),
            AccommodationRecord.valid_from <= day,
            sa.func.coalesce(AccommodationRecord.valid_until, day) >= day,
        )
        .order_by(Account.full_name, AccommodationRecord.id)
    )
    return [
        AccommodatedLine(enrolment_id, name, as_accommodation(row), row.valid_until)
        for enrolment_id, name, row in session.execute(query)
    ]
