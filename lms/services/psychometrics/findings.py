"""Who was certain and wrong where somebody may be at stake, and has not shown otherwise since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.models.accounts import Account
from lms.models.assessment import Attempt, SafetyRecheck
from lms.models.cohorts import Enrolment
from lms.services.psychometrics.gathering import Given, Sat


@dataclass(frozen=True, slots=True)
class SafetyMiss:
    """A safety-critical item that a learner's latest attempt answered wrongly and as certain."""

    attempt_id: int
    slot: int
    item: quizzes.Item
    lessons: tuple[courses.Lesson, ...]


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """Such a miss that no re-check has resolved, and whose it is."""

    learner: str
    enrolment_id: int
    cohort_id: int
    miss: SafetyMiss


def is_surely_wrong(given: Given) -> bool:
    """Whether an answer was given as certain and earned less than the full mark."""
    return given.certainty == 3 and given.mark < 1


def places_surely_wrong(attempts: Iterable[Sat]) -> list[tuple[int, int, str]]:
    """Return (attempt, slot, item hash) of every answer that was certain and wrong."""
    return [
        (sat.attempt_id, slot, given.item_hash)
        for sat in attempts
        for slot, given in enumerate(sat.given, start=1)
        if is_surely_wrong(given)
    ]


def open_findings(session: Session, misses: Iterable[SafetyMiss]) -> list[OpenFinding]:
    """Return the misses that no re-check has resolved, by learner; two queries."""
    asked = list(misses)
    attempts = {miss.attempt_id for miss in asked}
    rechecks = sa.select(SafetyRecheck.attempt_id, SafetyRecheck.slot).where(
        SafetyRecheck.attempt_id.in_(attempts), SafetyRecheck.is_right.is_(True)
    )
    resolved = {(row.attempt_id, row.slot) for row in session.execute(rechecks)}
    people = {
        row.id: row
        for row in session.execute(
            sa.select(Attempt.id, Account.full_name, Attempt.enrolment_id, Enrolment.cohort_id)
            .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
            .join(Account, Account.id == Enrolment.account_id)
            .where(Attempt.id.in_(attempts))
        )
    }
    found = []
    for miss in asked:
        if (miss.attempt_id, miss.slot) not in resolved:
            who = people[miss.attempt_id]
            found.append(OpenFinding(who.full_name, who.enrolment_id, who.cohort_id, miss))
    return sorted(found, key=lambda each: (each.learner, each.miss.item.id))
