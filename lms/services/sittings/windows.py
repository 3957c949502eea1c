"""Windows of a cohort, and what a group or a learner gets instead: set, changed, taken back."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.sittings import LearnerGroup, SittingRule
from lms.services.cohorts import RunCohort
from lms.services.sittings.acts import record_act
from lms.services.sittings.learners import learner_for, quiz_of, refuse_own
from lms.services.sittings.terms import as_override
from lms.services.sittings.under_way import lock_cohort, move_ends_of_cohort

BOUNDS = ("opens_at", "closes_at", "limit_minutes", "attempts")
_LIFTS = dict(zip(BOUNDS, ("opening", "closing", "limit", "attempts"), strict=True))


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a rule is for: a group, a learner, or with neither the whole cohort."""

    group_id: int | None = None
    enrolment_id: int | None = None


WHOLE_COHORT = Target()


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What is set for a cohort, a group or a learner, and its name for a page."""

    id: int
    target: Target
    name: str
    given: quizzes.Override


def set_rule(
    session: Session,
    cohort: RunCohort,
    module_key: str,
    target: Target,
    given: quizzes.Override,
    *,
    by: int,
    now: datetime,
) -> int:
    """Set what a cohort, a group or a learner gets in a sitting; return how many ends moved.

    It replaces what was set for the same target before.
    """
    quiz_of(session, cohort.release_id, module_key)
    subject, act = _named(session, cohort, target, by)
    if all(getattr(given, bound) is None for bound in BOUNDS):
        raise Refused("Say at least one thing: opening, closing, limit or attempts.")
    lock_cohort(session, cohort.id)
    _refuse_never_open(session, cohort.id, module_key, target, given)
    row = session.scalar(_rows(cohort.id, module_key).where(*_is_for(target)))
    if row is None:
        row = SittingRule(
            cohort_id=cohort.id,
            module_key=module_key,
            group_id=target.group_id,
            enrolment_id=target.enrolment_id,
        )
        session.add(row)
    row.set_by, row.set_at = by, now
    for bound in BOUNDS:
        value = getattr(given, bound)
        is_lifted = value is quizzes.UNBOUNDED
        setattr(row, bound, None if is_lifted else value)
        setattr(row, f"lifts_{_LIFTS[bound]}", is_lifted)
    session.flush()
    moved = move_ends_of_cohort(session, cohort.id, module_key, now)
    detail = {"module": module_key, **_told(given), "attempts_moved": moved}
    record_act(session, f"{act}-set", subject, cohort, by, now, detail)
    return moved


def remove_rule(
    session: Session, cohort: RunCohort, module_key: str, rule_id: int, *, by: int, now: datetime
) -> int:
    """Take back what was set for a cohort, a group or a learner; return how many ends moved."""
    lock_cohort(session, cohort.id)
    row = session.scalar(_rows(cohort.id, module_key).where(SittingRule.id == rule_id))
    if row is None:
        raise NotFound("This is not set any more. Reload the page.")
    subject, act = _named(session, cohort, Target(row.group_id, row.enrolment_id), by)
    session.delete(row)
    session.flush()
    moved = move_ends_of_cohort(session, cohort.id, module_key, now)
    detail = {"module": module_key, "attempts_moved": moved}
    record_act(session, f"{act}-removed", subject, cohort, by, now, detail)
    return moved


def list_rules(session: Session, cohort: RunCohort, module_key: str) -> list[RuleLine]:
    """Return what is set for a sitting: the cohort's first, then groups, then learners by name."""
    query = (
        sa.select(SittingRule, LearnerGroup.name, Account.full_name)
        .outerjoin(LearnerGroup, LearnerGroup.id == SittingRule.group_id)
        .outerjoin(Enrolment, Enrolment.id == SittingRule.enrolment_id)
        .outerjoin(Account, Account.id == Enrolment.account_id)
        .where(SittingRule.cohort_id == cohort.id, SittingRule.module_key == module_key)
    )
    lines = [
        RuleLine(
            row.id,
            Target(row.group_id, row.enrolment_id),
            group or person or cohort.title,
            as_override(row),
        )
        for row, group, person in session.execute(query)
    ]
    rank = {True: 0, False: 1}
    return sorted(
        lines,
        key=lambda line: (
            rank[line.target == WHOLE_COHORT],
            rank[line.target.group_id is not None],
            line.name,
        ),
    )


def _rows(cohort_id: int, module_key: str) -> sa.Select[SittingRule]:
    return sa.select(SittingRule).where(
        SittingRule.cohort_id == cohort_id, SittingRule.module_key == module_key
    )


def _is_for(target: Target) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        SittingRule.group_id.is_not_distinct_from(target.group_id),
        SittingRule.enrolment_id.is_not_distinct_from(target.enrolment_id),
    )


def _named(session: Session, cohort: RunCohort, target: Target, by: int) -> tuple[str, str]:
    """Return how the trail names a target and an act on it; NotFound for one elsewhere."""
    if target.enrolment_id is not None:
        learner = learner_for(session, cohort, target.enrolment_id)
        refuse_own(learner, by)
        return f"enrolment {learner.enrolment_id}", "override.learner"
    if target.group_id is None:
        return cohort.title, "window.cohort"
    name = session.scalar(
        sa.select(LearnerGroup.name).where(
            LearnerGroup.id == target.group_id, LearnerGroup.cohort_id == cohort.id
        )
    )
    if name is None:
        raise NotFound()
    return name, "window.group"


def _refuse_never_open(
    session: Session, cohort_id: int, module_key: str, target: Target, given: quizzes.Override
) -> None:
    """Refuse a window that would close before it opens, together with the cohort's own."""
    opens, closes = given.opens_at, given.closes_at
    if target != WHOLE_COHORT:
        row = session.scalar(_rows(cohort_id, module_key).where(*_is_for(WHOLE_COHORT)))
        ours = as_override(row) if row is not None else quizzes.Override()
        opens, closes = opens or ours.opens_at, closes or ours.closes_at
    if isinstance(opens, datetime) and isinstance(closes, datetime) and closes <= opens:
        raise Refused("It would close before it opens. Choose a later closing.")


def _told(given: quizzes.Override) -> dict[str, object]:
    """Return what is given in the words of the trail."""
    told: dict[str, object] = {}
    for bound in BOUNDS:
        value = getattr(given, bound)
        if value is quizzes.UNBOUNDED:
            told[bound] = "none"
        elif value is not None:
            told[bound] = value.isoformat() if isinstance(value, datetime) else value
    return told
