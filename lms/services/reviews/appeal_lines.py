"""Appeals as they stand, each with its steps: for its learner, and for the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.cohorts import Cohort, Enrolment
from lms.models.reviews import Appeal, AppealStep
from lms.services import cohorts

AppealOutcome = Literal["upheld", "changed"]
StepKind = Literal["acknowledged", "found", "decided"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an appeal; `link` names the act that changed the result."""

    kind: StepKind
    outcome: AppealOutcome | None
    words: str
    taken_by_id: int | None
    taken_by: str | None
    taken_at: datetime
    link: str | None


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal with its steps; `slot` 0 is the whole result. `answer_by` is its date."""

    id: int
    attempt_id: int
    slot: int
    ground: str
    learner_id: int
    learner: str
    enrolment_id: int
    cohort_id: int
    cohort_title: str
    programme_id: int
    module_key: str
    number: int
    filed_at: datetime
    answer_by: date
    steps: tuple[Step, ...]

    def step(self, kind: StepKind) -> Step | None:
        """Return the step of a kind, None while it was not taken."""
        return next((each for each in self.steps if each.kind == kind), None)

    @property
    def is_decided(self) -> bool:
        """Whether the learner has an answer."""
        return self.step("decided") is not None

    def is_overdue(self, today: date) -> bool:
        """Whether the answer is late on a day of the programme."""
        return not self.is_decided and today > self.answer_by


def line_of(session: Session, appeal_id: int) -> AppealLine:
    """Return an appeal, or raise NotFound; who may see it is for the caller to ask."""
    found = _lines(session, Appeal.id == appeal_id)
    if not found:
        raise NotFound()
    return found[0]


def list_of_attempt(session: Session, attempt_id: int) -> list[AppealLine]:
    """Return the appeals of an attempt, the first one first; who may see them was asked before."""
    return _lines(session, Appeal.attempt_id == attempt_id)


def list_appeals(session: Session, programme_id: int) -> list[AppealLine]:
    """Return the appeals in a programme, the oldest first."""
    return _lines(session, Cohort.programme_id == programme_id)


def appeal_for(
    session: Session, account_id: int, appeal_id: int, asked: str = "instructor"
) -> AppealLine:
    """Return an appeal to staff of its programme whose role satisfies `asked`, or refuse."""
    line = line_of(session, appeal_id)
    cohorts.cohort_for(session, account_id, line.cohort_id, asked)
    return line


def _lines(session: Session, *which: sa.ColumnElement[bool]) -> list[AppealLine]:
    query = (
        sa.select(
            Appeal.id,
            Appeal.attempt_id,
            Appeal.slot,
            Appeal.ground,
            Enrolment.account_id,
            Account.full_name,
            Enrolment.id,
            Cohort.id,
            Cohort.title,
            Cohort.programme_id,
            Attempt.module_key,
            Attempt.number,
            Appeal.filed_at,
            Appeal.answer_by,
        )
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Account, Account.id == Enrolment.account_id)
        .where(*which)
        .order_by(Appeal.filed_at, Appeal.id)
    )
    rows: list[Any] = list(session.execute(query))
    steps = _steps(session, [row[0] for row in rows])
    found = []
    for row in rows:
        values: list[Any] = [*row, tuple(steps.get(row[0], ()))]
        found.append(AppealLine(*values))
    return found


def _steps(session: Session, appeal_ids: Sequence[int]) -> dict[int, list[Step]]:
    query = (
        sa.select(AppealStep, Account.full_name)
        .outerjoin(Account, Account.id == AppealStep.taken_by)
        .where(AppealStep.appeal_id.in_(appeal_ids))
        .order_by(AppealStep.id)
    )
    found: dict[int, list[Step]] = {}
    rows: list[Any] = list(session.execute(query))
    for row, name in rows:
        step = Step(
            row.kind, row.outcome, row.words, row.taken_by, name, row.taken_at, _link_of(row)
        )
        found.setdefault(row.appeal_id, []).append(step)
    return found


def _link_of(row: AppealStep) -> str | None:
    for kind, number in (
        ("ruling", row.ruling_id),
        ("void", row.void_act_id),
        ("mark", row.manual_mark_id),
    ):
        if number is not None:
            return f"{kind}-{number}"
    return None
