"""The audit trail of a programme as people read it: names in place of numbers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.cohorts import Cohort, Enrolment
from lms.services import audit

PAGE = 50
_SUBJECT = re.compile(r"(account|enrolment|attempt) (\d+)")


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One act: who did what to whom or what, when, and the details that explain it.

    `actor` is None for what the system did by itself. `person` is whom the act concerns;
    `enrolment_id` and `cohort_id` lead to their record, when it is a learner's.
    """

    id: int
    at: datetime
    act: str
    actor: str | None
    subject: str
    detail: Mapping[str, Any]
    person: str | None = None
    enrolment_id: int | None = None
    cohort_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines of the trail, newest first; `older` continues them, None at the beginning."""

    lines: tuple[TrailLine, ...]
    older: int | None


def trail(session: Session, programme_id: int, before: int | None, limit: int = PAGE) -> TrailPage:
    """Return a programme's acts, newest first; `before` continues from the page before."""
    found = audit.list_entries(session, programme_id, before=before, limit=limit + 1)
    shown = found[:limit]
    subjects = {entry.subject for entry, _ in shown}
    people = _people(session, programme_id, subjects)
    lines = tuple(
        TrailLine(
            entry.id,
            entry.at,
            entry.act,
            actor,
            entry.subject,
            json.loads(entry.detail),
            *people.get(entry.subject, (None, None, None)),
        )
        for entry, actor in shown
    )
    return TrailPage(lines, older=lines[-1].id if len(found) > limit else None)


def _people(
    session: Session, programme_id: int, subjects: set[str]
) -> dict[str, tuple[str, int | None, int | None]]:
    """Return whom subjects such as “enrolment 12” concern: name, enrolment, cohort."""
    wanted: dict[str, list[int]] = {"account": [], "enrolment": [], "attempt": []}
    for subject in subjects:
        if named := _SUBJECT.fullmatch(subject):
            wanted[named[1]].append(int(named[2]))
    none = sa.cast(sa.null(), sa.Integer)
    accounts = sa.select(
        sa.literal("account").label("kind"),
        Account.id.label("id"),
        Account.full_name.label("name"),
        none.label("enrolment_id"),
        none.label("cohort_id"),
    ).where(Account.id.in_(wanted["account"]))
    learners = (
        sa.select(sa.literal("enrolment"), Enrolment.id, Account.full_name, Enrolment.id, Cohort.id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.id.in_(wanted["enrolment"]), Cohort.programme_id == programme_id)
    )
    attempts = (
        sa.select(sa.literal("attempt"), Attempt.id, Account.full_name, Enrolment.id, Cohort.id)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Account, Account.id == Enrolment.account_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Attempt.id.in_(wanted["attempt"]), Cohort.programme_id == programme_id)
    )
    rows = session.execute(sa.union_all(accounts, learners, attempts))
    return {f"{row.kind} {row.id}": (row.name, row.enrolment_id, row.cohort_id) for row in rows}
