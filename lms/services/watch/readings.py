"""What the rules need of attempts: safety-critical answers, and what was wrong and certain.

Attempts are submitted once and scored rarely again, so that each is read once a score and what was
read is kept. What is not kept yet is read on the spot.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.models.assessment import (
    AdvanceStep,
    Attempt,
    ManualMark,
    ResponseStep,
    SafetyRecheck,
    ScoreRecord,
)
from lms.models.reviews import RulingRecord
from lms.models.watch import AttemptReading
from lms.services import catalogue, reviewed
from lms.services.assessment.frozen import paper_of, state_of

UNREADABLE = (KeyError, ValueError, quizzes.ItemChanged, quizzes.NothingLeft)


class Read(NamedTuple):
    """One answer of an attempt that a rule may ask about."""

    slot: int
    item_id: str
    is_safety: bool
    is_right: bool
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Met:
    """What one learner met: all safety-critical answers, and what the latest attempts got wrong
    as certain beside these.
    """

    safety: tuple[courses.Answered, ...] = ()
    certain: tuple[courses.Answered, ...] = ()


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was read on the spot and is not kept yet."""

    attempt_id: int
    revision: int
    answers: str


def met_by(
    session: Session,
    programme_id: int,
    content: catalogue.ReleaseContent,
    enrolment_ids: Sequence[int],
) -> tuple[dict[int, Met], list[Fresh]]:
    """Return what each of these enrolments met, and the readings that are to be kept.

    Voided attempts and those that wait for a marker count for nothing.
    """
    rows = list(session.execute(_scored(enrolment_ids)))
    unread = [row for row in rows if row.kept_revision != row.revision]
    fresh = _read(session, programme_id, content, unread)
    found: dict[int, list[tuple[Any, list[Read]]]] = {}
    for row in rows:
        written = fresh[row.id].answers if row.id in fresh else row.answers
        reads = [Read(*each) for each in json.loads(written)]
        found.setdefault(row.enrolment_id, []).append((row, reads))
    rechecks = _rechecks(session, enrolment_ids)
    return (
        {enrolment: _met(attempts, rechecks) for enrolment, attempts in found.items()},
        list(fresh.values()),
    )


def keep(session: Session, readings: Sequence[Fresh]) -> None:
    """Keep what was read, in place of what was read of an earlier score."""
    rows = [
        {"attempt_id": each.attempt_id, "revision": each.revision, "answers": each.answers}
        for each in readings
    ]
    earlier = AttemptReading.attempt_id.in_([each.attempt_id for each in readings])
    session.execute(sa.delete(AttemptReading).where(earlier))
    session.execute(sa.insert(AttemptReading), rows)


def _scored(enrolment_ids: Sequence[int]) -> sa.Select[Any]:
    newest = (
        sa.select(sa.func.max(ScoreRecord.revision))
        .where(ScoreRecord.attempt_id == Attempt.id)
        .correlate(Attempt)
        .scalar_subquery()
    )
    return (
        sa.select(
            Attempt.id,
            Attempt.enrolment_id,
            Attempt.module_key,
            Attempt.bank_id,
            Attempt.submitted_at,
            newest.label("revision"),
            AttemptReading.revision.label("kept_revision"),
            AttemptReading.answers,
        )
        .outerjoin(AttemptReading, AttemptReading.attempt_id == Attempt.id)
        .where(
            Attempt.enrolment_id.in_(enrolment_ids),
            Attempt.submitted_at.is_not(None),
            Attempt.voided_at.is_(None),
            newest.is_not(None),
        )
        .order_by(Attempt.submitted_at, Attempt.id)
    )


def _rechecks(
    session: Session, enrolment_ids: Sequence[int]
) -> dict[int, list[tuple[int, bool, datetime]]]:
    """Return by attempt the answered re-checks: slot, whether it was right, when."""
    query = (
        sa.select(
            SafetyRecheck.attempt_id,
            SafetyRecheck.slot,
            SafetyRecheck.is_right,
            SafetyRecheck.answered_at,
        )
        .join(Attempt, Attempt.id == SafetyRecheck.attempt_id)
        .where(Attempt.enrolment_id.in_(enrolment_ids), SafetyRecheck.answered_at.is_not(None))
    )
    found: dict[int, list[tuple[int, bool, datetime]]] = {}
    for row in session.execute(query):
        found.setdefault(row.attempt_id, []).append((row.slot, bool(row.is_right), row.answered_at))
    return found


def _met(
    attempts: Iterable[tuple[Any, list[Read]]],
    rechecks: Mapping[int, list[tuple[int, bool, datetime]]],
) -> Met:
    """Put together what one learner met, attempt by attempt, the earliest first."""
    safety: list[courses.Answered] = []
    latest: dict[str, list[courses.Answered]] = {}
    for row, reads in attempts:
        latest[row.module_key] = []
        items = {}
        for read in reads:
            answered = courses.Answered(
                read.item_id, row.module_key, row.submitted_at, read.is_right, read.is_certain
            )
            if read.is_safety:
                safety.append(answered)
                items[read.slot] = read.item_id
            else:
                latest[row.module_key].append(answered)
        for slot, is_right, at in rechecks.get(row.id, ()):
            if slot in items:
                # A re-check asks for the same again, whichever item it takes for it.
                safety.append(
                    courses.Answered(items[slot], row.module_key, at, is_right, is_certain=False)
                )
    certain = tuple(each for answers in latest.values() for each in answers)
    return Met(tuple(safety), certain)


def _read(
    session: Session,
    programme_id: int,
    content: catalogue.ReleaseContent,
    attempts: Sequence[Any],
) -> dict[int, Fresh]:
    """Read attempts whose score is not known here yet, in five queries however many they are."""
    if not attempts:
        return {}
    ids = [row.id for row in attempts]
    papers = dict(
        session.execute(sa.select(Attempt.id, Attempt.paper).where(Attempt.id.in_(ids))).all()
    )
    steps = _steps(session, ids)
    manual = _manual(session, ids)
    rulings = reviewed.list_confirmed(session, programme_id)
    found = {}
    for row in attempts:
        responses, advances = steps.get(row.id, ([], []))
        state = state_of(responses, row.submitted_at, advances)
        try:
            paper, bank = paper_of(papers[row.id]), content.banks[row.bank_id]
            reads = list(_reads(paper, bank, state, manual.get(row.id, {}), rulings))
        except UNREADABLE:
            # Sat on another release than the cohort's: one attempt must not hide all others.
            reads = []
        found[row.id] = Fresh(row.id, row.revision, json.dumps(reads))
    return found


def _reads(
    paper: quizzes.Paper,
    bank: quizzes.Bank,
    state: quizzes.AttemptState,
    manual: Mapping[int, Mapping[str, int]],
    confirmed: Sequence[RulingRecord],
) -> Iterator[Read]:
    rulings = reviewed.on_paper(confirmed, paper)
    items = {slot.item_id: bank.item(slot.item_id) for slot in paper.slots}
    score = quizzes.rescore(paper, items, state, manual, rulings)
    if isinstance(score, quizzes.Awaiting):
        return
    last = {ruling.item_id: ruling.remedy for ruling in rulings}
    for number, slot in enumerate(paper.slots, start=1):
        item = items[slot.item_id]
        if last.get(item.id) == "drop":
            continue
        response = state.responses.get(number)
        is_certain = response is not None and response.certainty == 3
        is_right = score.marks[number - 1] == 1
        if item.safety_critical or (is_certain and not is_right):
            yield Read(number, item.id, item.safety_critical, is_right, is_certain)


def _steps(
    session: Session, ids: Sequence[int]
) -> dict[int, tuple[list[quizzes.Response], list[quizzes.Advance]]]:
    found: dict[int, tuple[list[quizzes.Response], list[quizzes.Advance]]] = {}
    responses = sa.select(
        ResponseStep.attempt_id,
        ResponseStep.slot,
        ResponseStep.sequence,
        ResponseStep.answer,
        ResponseStep.recorded_at,
        ResponseStep.certainty,
    ).where(ResponseStep.attempt_id.in_(ids))
    rows: list[Any] = list(session.execute(responses.order_by(ResponseStep.id)))
    for attempt_id, *response in rows:
        found.setdefault(attempt_id, ([], []))[0].append(quizzes.Response(*response))
    advances = sa.select(
        AdvanceStep.attempt_id,
        AdvanceStep.first_slot,
        AdvanceStep.last_slot,
        AdvanceStep.recorded_at,
    ).where(AdvanceStep.attempt_id.in_(ids))
    rows = list(session.execute(advances.order_by(AdvanceStep.id)))
    for attempt_id, *advance in rows:
        found.setdefault(attempt_id, ([], []))[1].append(quizzes.Advance(*advance))
    return found


def _manual(session: Session, ids: Sequence[int]) -> dict[int, dict[int, dict[str, int]]]:
    query = (
        sa.select(ManualMark.attempt_id, ManualMark.slot, ManualMark.criterion, ManualMark.points)
        .where(ManualMark.attempt_id.in_(ids))
        .order_by(ManualMark.id)
    )
    found: dict[int, dict[int, dict[str, int]]] = {}
    for attempt, slot, criterion, points in session.execute(query):
        found.setdefault(attempt, {}).setdefault(slot, {})[criterion] = points
    return found
