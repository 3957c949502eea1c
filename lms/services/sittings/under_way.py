"""Attempts under way: whatever is settled about their sitting reaches them in the same transaction.

The order of locks is enrolments, attempts, audit trail. An attempt begins behind its enrolment's
lock, so that an act on a sitting either sees it or is seen by it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms import db
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.assessment import Attempt
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.sittings import AttemptPause
from lms.services.sittings.learners import quiz_of
from lms.services.sittings.terms import Place, Who, terms_of


@dataclass(frozen=True, slots=True)
class Running:
    """An attempt under way: whose it is, since when, until when, and whether it is paused."""

    attempt_id: int
    enrolment_id: int
    account_id: int
    name: str
    module_key: str
    number: int
    started_at: datetime
    closes_at: datetime | None
    paused_at: datetime | None


def lock_cohort(session: Session, cohort_id: int) -> None:
    """Let nobody of a cohort begin an attempt until this transaction ends."""
    _lock_enrolments(session, Enrolment.cohort_id == cohort_id)


def lock_person(session: Session, account_id: int, programme_id: int) -> None:
    """Let somebody begin no attempt in a programme until this transaction ends."""
    theirs = sa.select(Cohort.id).where(Cohort.programme_id == programme_id)
    _lock_enrolments(session, Enrolment.account_id == account_id, Enrolment.cohort_id.in_(theirs))


def _lock_enrolments(session: Session, *which: sa.ColumnElement[bool]) -> None:
    db.lock(session)
    # Without their keys: whoever changes an attempt twice in one transaction asks PostgreSQL
    # whether its enrolment is there, and must not wait for us while we wait for that attempt.
    query = sa.select(Enrolment.id).where(*which).order_by(Enrolment.id)
    session.execute(query.with_for_update(key_share=True)).all()


def move_ends_of_cohort(session: Session, cohort_id: int, module_key: str, now: datetime) -> int:
    """Bring the ends of a cohort's attempts at a module up to date; return how many have moved."""
    here = (Enrolment.cohort_id == cohort_id, Attempt.module_key == module_key)
    return _move_ends(session, now, *here)


def move_ends_of_person(session: Session, account_id: int, programme_id: int, now: datetime) -> int:
    """Bring the ends of somebody's attempts in a programme up to date; return how many moved."""
    theirs = (Enrolment.account_id == account_id, Cohort.programme_id == programme_id)
    return _move_ends(session, now, *theirs)


def refresh(session: Session, attempt_id: int, now: datetime) -> datetime | None:
    """Bring the end of one attempt up to date and return it, None for no end.

    For whoever is about to close it: an accommodation may have begun to hold since yesterday.
    """
    enrolment = sa.select(Attempt.enrolment_id).where(Attempt.id == attempt_id)
    _lock_enrolments(session, Enrolment.id == enrolment.scalar_subquery())
    _move_ends(session, now, Attempt.id == attempt_id)
    found = session.execute(
        sa.select(Attempt.closes_at).where(Attempt.id == attempt_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    closes_at: datetime | None = found.closes_at
    return closes_at


def list_overdue(session: Session, now: datetime, most: int = 200) -> list[int]:
    """Return the attempts whose end and grace are over, the one longest over first.

    Each is then closed in a transaction of its own, after `refresh` has said that it is still over.
    """
    query = (
        sa.select(Attempt.id, Attempt.closes_at, Attempt.grace_seconds)
        .where(*IS_UNDER_WAY, Attempt.closes_at < now)
        .order_by(Attempt.closes_at, Attempt.id)
        .limit(most)
    )
    return [
        row.id
        for row in session.execute(query)
        if not quizzes.is_in_time(now, row.closes_at, row.grace_seconds)
    ]


def list_running(session: Session, cohort_id: int, module_key: str | None = None) -> list[Running]:
    """Return the attempts under way in a cohort, at one module or at all, by learner's name."""
    query = _RUNNING.where(Enrolment.cohort_id == cohort_id)
    if module_key is not None:
        query = query.where(Attempt.module_key == module_key)
    query = query.order_by(Account.full_name, Attempt.id)
    return [Running(*row) for row in session.execute(query)]


def find_running(session: Session, enrolment_id: int, module_key: str) -> Running | None:
    """Return the attempt that somebody has under way at a module, if there is one."""
    mine = (Attempt.enrolment_id == enrolment_id, Attempt.module_key == module_key)
    row = session.execute(_RUNNING.where(*mine)).one_or_none()
    return None if row is None else Running(*row)


IS_UNDER_WAY = (Attempt.submitted_at.is_(None), Attempt.voided_at.is_(None))
_RUNNING = (
    sa.select(
        Attempt.id,
        Enrolment.id,
        Account.id,
        Account.full_name,
        Attempt.module_key,
        Attempt.number,
        Attempt.started_at,
        Attempt.closes_at,
        Attempt.paused_at,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Account, Account.id == Enrolment.account_id)
    .where(*IS_UNDER_WAY)
)


def _move_ends(
    session: Session, now: datetime, *which: sa.ColumnElement[bool], with_notice: bool = True
) -> int:
    """Compute the ends of the attempts under way anew, under their locks."""
    rows = session.execute(
        _UNDER_WAY.where(*which).order_by(Attempt.id).with_for_update(of=Attempt)
    ).all()
    pauses = pauses_of(session, [row.id for row in rows])
    sittings: dict[tuple[int, str], list[Any]] = {}
    for row in rows:
        sittings.setdefault((row.cohort_id, row.module_key), []).append(row)
    moved = 0
    for attempts in sittings.values():
        people = [Who(row.enrolment_id, row.account_id, row.started_at) for row in attempts]
        terms = terms_of(session, _place(session, attempts[0]), people, now)
        for row in attempts:
            theirs = terms[row.enrolment_id]
            end = quizzes.ending(row.started_at, theirs, pauses.get(row.id, ())).at
            if with_notice:
                end = quizzes.moved_end(row.closes_at, end, now)
            values = {"closes_at": end, "grace_seconds": theirs.grace_seconds}
            session.execute(sa.update(Attempt).where(Attempt.id == row.id).values(**values))
            moved += end != row.closes_at
    return moved


_UNDER_WAY = (
    sa.select(
        Attempt.id,
        Attempt.module_key,
        Attempt.started_at,
        Attempt.closes_at,
        Enrolment.id.label("enrolment_id"),
        Enrolment.account_id,
        Cohort.id.label("cohort_id"),
        Cohort.title,
        Cohort.release_id,
        Cohort.programme_id,
        Programme.time_zone,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(*IS_UNDER_WAY)
)


def _place(session: Session, row: Any) -> Place:
    return Place(
        cohort_id=row.cohort_id,
        cohort_title=row.title,
        programme_id=row.programme_id,
        time_zone=row.time_zone,
        module_key=row.module_key,
        rules=quiz_of(session, row.release_id, row.module_key)[1].specification.rules,
    )


def set_end_of(session: Session, attempt_id: int, now: datetime) -> None:
    """Set the end of an attempt that its learner has paused or resumed: exactly, without notice."""
    _move_ends(session, now, Attempt.id == attempt_id, with_notice=False)


def pauses_of(session: Session, attempt_ids: list[int]) -> dict[int, list[quizzes.Pause]]:
    """Return the pauses of attempts, each attempt's in their order."""
    query = (
        sa.select(AttemptPause.attempt_id, AttemptPause.began_at, AttemptPause.ended_at)
        .where(AttemptPause.attempt_id.in_(attempt_ids))
        .order_by(AttemptPause.id)
    )
    found: dict[int, list[quizzes.Pause]] = {}
    for attempt_id, began_at, ended_at in session.execute(query) if attempt_ids else ():
        found.setdefault(attempt_id, []).append(quizzes.Pause(began_at, ended_at))
    return found
