"""What follows when attempts count differently: credentials to award, and those in doubt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.models.credentials import CredentialRecord
from lms.models.reviews import CredentialConcern
from lms.services import catalogue, cohorts, credentials, learning
from lms.services.cohorts import Seat
from lms.services.credentials import Attested
from lms.services.reviews.sat import Outcome


@dataclass(frozen=True, slots=True)
class Gain:
    """Somebody who completes the course by this, and will hold a credential for it."""

    seat: Seat
    name: str


@dataclass(frozen=True, slots=True)
class Effects:
    """Whom credentials would be awarded to, and which credentials would lose their ground.

    Those are never revoked by themselves: an administrator decides about each.
    """

    gains: tuple[Gain, ...] = ()
    doubtful: tuple[Attested, ...] = ()


def effects_of(
    session: Session,
    changes: Mapping[int, Outcome | None],
    enrolment_ids: Iterable[int],
    now: datetime,
) -> Effects:
    """Return what follows in these enrolments when attempts count as `changes` says.

    `changes` maps an attempt to its new outcome, None for one that counts no longer.
    """
    asked = sorted(set(enrolment_ids))
    if not asked:
        return Effects()
    records = learning.records_of(session, asked)
    results = _results(session, asked)
    held = credentials.list_of_enrolments(session, asked, now)
    gains, doubtful = [], []
    for seat, name, may_hold in _seats(session, asked):
        course = catalogue.release(session, seat.release_id).course
        done = records.get(seat.enrolment_id, learning.StudyRecord()).done
        mine = results.get(seat.enrolment_id, {})
        was = courses.progress(course, done, _standing(mine, {}))
        will = courses.progress(course, done, _standing(mine, changes))
        if will.is_complete and not was.is_complete and may_hold:
            gains.append(Gain(seat, name))
        credential = held.get(seat.enrolment_id)
        if credential is None or credential.verdict.status == "revoked":
            continue
        if was.is_complete and not will.is_complete:
            doubtful.append(credential)
    return Effects(tuple(gains), tuple(doubtful))


@dataclass(frozen=True, slots=True)
class _Scored:
    """An attempt with its latest score, counting or voided."""

    module_key: str
    submitted_at: datetime
    is_voided: bool
    outcome: Outcome | None


def _standing(
    mine: Mapping[int, _Scored], changes: Mapping[int, Outcome | None]
) -> list[courses.QuizResult]:
    """Return the results that count, with the changes made."""
    found = []
    for attempt_id, scored in mine.items():
        counted = None if scored.is_voided else scored.outcome
        outcome = changes.get(attempt_id, counted)
        if outcome is not None:
            found.append(
                courses.QuizResult(
                    scored.module_key,
                    scored.submitted_at,
                    outcome.passed,
                    outcome.points,
                    outcome.maximum,
                )
            )
    return found


def _results(session: Session, enrolment_ids: list[int]) -> dict[int, dict[int, _Scored]]:
    query = (
        sa.select(
            Attempt.enrolment_id,
            Attempt.id,
            Attempt.module_key,
            Attempt.submitted_at,
            Attempt.voided_at,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            ScoreRecord.passed,
        )
        .outerjoin(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id.in_(enrolment_ids), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.id, ScoreRecord.revision)
    )
    found: dict[int, dict[int, _Scored]] = {}
    for row in session.execute(query):
        outcome = None
        if row.parts is not None:
            points = Fraction(row.points, row.parts)
            outcome = Outcome(points, row.maximum // row.parts, row.passed)
        scored = _Scored(row.module_key, row.submitted_at, row.voided_at is not None, outcome)
        found.setdefault(row.enrolment_id, {})[row.id] = scored
    return found


def _seats(session: Session, enrolment_ids: list[int]) -> list[tuple[Seat, str, bool]]:
    """Return the seats with the learner's name, and whether an award could follow."""
    query = (
        cohorts.SEAT.add_columns(Account.full_name, Account.confirmed_at)
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
    )
    rows: list[Any] = list(session.execute(query))
    holders = _holders(session, [row[1] for row in rows])
    found = []
    for row in rows:
        seat = Seat(*row[:-2])
        slug = catalogue.release(session, seat.release_id).course.slug
        is_new = (seat.account_id, seat.programme_id, slug) not in holders
        found.append((seat, row[-2], is_new and row[-1] is not None))
    return found


def _holders(session: Session, account_ids: list[int]) -> set[tuple[int, int, str]]:
    query = sa.select(
        CredentialRecord.account_id, CredentialRecord.programme_id, CredentialRecord.course_slug
    ).where(CredentialRecord.account_id.in_(account_ids))
    return {(row[0], row[1], row[2]) for row in session.execute(query)}


def follow(
    session: Session,
    effects: Effects,
    *,
    now: datetime,
    verify_address: str,
    ruling_id: int | None = None,
    void_act_id: int | None = None,
) -> None:
    """Award what is earned and note which credentials somebody has to decide about.

    Call it in the transaction that made the attempts count differently, after that is written.
    """
    session.flush()
    for gain in effects.gains:
        credentials.award_if_complete(session, gain.seat, now=now, verify_address=verify_address)
    session.add_all(
        CredentialConcern(
            credential_id=each.id, ruling_id=ruling_id, void_act_id=void_act_id, raised_at=now
        )
        for each in effects.doubtful
    )
    session.flush()
