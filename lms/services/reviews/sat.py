"""Attempts that were sat, many at a time, each with all that scoring it again needs."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ManualMark, ResponseStep, SafetyRecheck, ScoreRecord
from lms.models.cohorts import Cohort, Enrolment
from lms.services import catalogue

# So many attempts are read by one statement.
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt earned, and whether that passes."""

    points: Fraction
    maximum: int
    passed: bool

    @classmethod
    def of(cls, score: quizzes.Score) -> "Outcome":
        """Return the outcome of a score."""
        return cls(score.points, score.maximum, score.passed)


@dataclass(frozen=True, slots=True)
class Sat:
    """A submitted attempt: whose, where, what was answered, and the score that counts.

    `resolved` names the items whose safety-critical miss a re-check has made good.
    """

    attempt_id: int
    enrolment_id: int
    account_id: int
    cohort_id: int
    name: str
    email: str
    release_id: int
    bank_id: str
    module_key: str
    number: int
    submitted_at: datetime
    is_voided: bool
    paper: quizzes.Paper
    state: quizzes.AttemptState
    manual: Mapping[int, Mapping[str, int]]
    resolved: frozenset[str]
    revision: int
    stored: Outcome | None


_SUBMITTED = (
    sa.select(
        Attempt.id,
        Attempt.enrolment_id,
        Enrolment.account_id,
        Enrolment.cohort_id,
        Account.full_name,
        Account.email,
        Cohort.release_id,
        Attempt.bank_id,
        Attempt.module_key,
        Attempt.number,
        Attempt.submitted_at,
        Attempt.voided_at,
        Attempt.paper,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Cohort, Cohort.id == Enrolment.cohort_id)
    .join(Account, Account.id == Enrolment.account_id)
    .order_by(Attempt.id)
)


def asked_in(programme_id: int, item_hash: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on attempts whose paper shows this very item, in one programme."""
    cohorts = sa.select(Cohort.id).where(Cohort.programme_id == programme_id)
    seats = sa.select(Enrolment.id).where(Enrolment.cohort_id.in_(cohorts))
    return Attempt.enrolment_id.in_(seats), Attempt.paper.contains(item_hash)


def list_sat(session: Session, programme_id: int, item_hash: str) -> list[Sat]:
    """Return every submitted attempt of a programme that showed an item, voided ones too."""
    query = _SUBMITTED.where(*asked_in(programme_id, item_hash), Attempt.submitted_at.is_not(None))
    rows = list(session.execute(query))
    return [sat for some in _some(rows) for sat in _read(session, some)]


def count_running(session: Session, programme_id: int, item_hash: str) -> int:
    """Return how many attempts under way show an item."""
    query = (
        sa.select(sa.func.count())
        .select_from(Attempt)
        .where(
            *asked_in(programme_id, item_hash),
            Attempt.submitted_at.is_(None),
            Attempt.voided_at.is_(None),
        )
    )
    return session.scalar(query) or 0


def items_of(session: Session, sat: Sat) -> Mapping[str, quizzes.Item]:
    """Return the items of the bank that an attempt was drawn from, by their ids."""
    bank = catalogue.release(session, sat.release_id).banks[sat.bank_id]
    return {item.id: item for item in bank.items}


def _some(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), AT_A_TIME):
        yield rows[first : first + AT_A_TIME]


def _read(session: Session, rows: Sequence[Any]) -> Iterator[Sat]:
    ids = [row.id for row in rows]
    answers = _responses(session, ids)
    manual = _manual(session, ids)
    scores = _scores(session, ids)
    rechecked = _rechecked(session, ids)
    for row in rows:
        revision, stored = scores.get(row.id, (0, None))
        steps: list[quizzes.Step] = [*answers.get(row.id, ())]
        paper = quizzes.paper_from_document(json.loads(row.paper))
        yield Sat(
            row.id,
            row.enrolment_id,
            row.account_id,
            row.cohort_id,
            row.full_name,
            row.email,
            row.release_id,
            row.bank_id,
            row.module_key,
            row.number,
            row.submitted_at,
            row.voided_at is not None,
            paper,
            # Nothing was stored for a slot after it was locked, so that locks tell nothing here.
            quizzes.replay([*steps, quizzes.Submission(row.submitted_at)]),
            manual.get(row.id, {}),
            frozenset(paper.slots[slot - 1].item_id for slot in rechecked.get(row.id, ())),
            revision,
            stored,
        )


def _responses(session: Session, ids: Iterable[int]) -> dict[int, list[quizzes.Response]]:
    query = (
        sa.select(
            ResponseStep.attempt_id,
            ResponseStep.slot,
            ResponseStep.sequence,
            ResponseStep.answer,
            ResponseStep.recorded_at,
            ResponseStep.certainty,
        )
        .where(ResponseStep.attempt_id.in_(ids))
        .order_by(ResponseStep.attempt_id, ResponseStep.id)
    )
    rows = session.execute(query)
    return {
        attempt: [quizzes.Response(*row[1:]) for row in group]
        for attempt, group in itertools.groupby(rows, key=lambda row: row.attempt_id)
    }


def _manual(session: Session, ids: Iterable[int]) -> dict[int, dict[int, dict[str, int]]]:
    query = (
        sa.select(ManualMark.attempt_id, ManualMark.slot, ManualMark.criterion, ManualMark.points)
        .where(ManualMark.attempt_id.in_(ids))
        .order_by(ManualMark.id)
    )
    given: dict[int, dict[int, dict[str, int]]] = {}
    for attempt, slot, criterion, points in session.execute(query):
        given.setdefault(attempt, {}).setdefault(slot, {})[criterion] = points
    return given


def _rechecked(session: Session, ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the slots of each attempt whose safety-critical miss a re-check has made good."""
    query = sa.select(SafetyRecheck.attempt_id, SafetyRecheck.slot).where(
        SafetyRecheck.attempt_id.in_(ids), SafetyRecheck.is_right.is_(True)
    )
    found: dict[int, list[int]] = {}
    for attempt, slot in session.execute(query):
        found.setdefault(attempt, []).append(slot)
    return found


def _scores(session: Session, ids: Iterable[int]) -> dict[int, tuple[int, Outcome]]:
    query = (
        sa.select(
            ScoreRecord.attempt_id,
            ScoreRecord.revision,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            ScoreRecord.passed,
        )
        .where(ScoreRecord.attempt_id.in_(ids))
        .order_by(ScoreRecord.attempt_id, ScoreRecord.revision)
    )
    return {
        row.attempt_id: (
            row.revision,
            Outcome(Fraction(row.points, row.parts), row.maximum // row.parts, row.passed),
        )
        for row in session.execute(query)
    }
