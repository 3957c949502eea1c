"""All that is on record of one learner in a cohort, for the people who teach them."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
import courses
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.services import catalogue, cohorts, credentials, learning
from lms.services.cohorts import RunCohort, State
from lms.services.reports.scores import superseded

EventKind = Literal[
    "enrolled",
    "lesson",
    "started",
    "submitted",
    "passed",
    "failed",
    "issued",
    "suspended",
    "reinstated",
    "reissued",
    "revoked",
]
_KIND_OF_ACT: dict[certificates.ActKind, EventKind] = {
    "suspend": "suspended",
    "reinstate": "reinstated",
    "supersede": "reissued",
    "revoke": "revoked",
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """One attempt at a module's quiz; without a submission it is still open and has no score.

    `reason` is why the score stands as it does when it was scored again, else empty. A voided
    attempt counts for nothing, whatever its score.
    """

    module_key: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    points: Fraction | None
    maximum: int | None
    cut_percent: int | None
    passed: bool | None
    reason: str
    is_voided: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `subject` is a lesson's or module's key, or empty."""

    at: datetime
    kind: EventKind
    subject: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class LearnerReport:
    """One learner of a cohort: who, how far, what is missing, every attempt, every fact."""

    cohort: RunCohort
    content: catalogue.ReleaseContent
    enrolment_id: int
    enrolled_at: datetime
    name: str
    email: str
    is_confirmed: bool
    profession: str
    licence_number: str | None
    licence_jurisdiction: str | None
    last_seen: learning.Seen | None
    progress: courses.Progress
    pace: courses.Pace
    sittings: tuple[Sitting, ...]
    credential: credentials.Attested | None
    events: tuple[Event, ...]
    state: State = "active"


def learner_report(
    session: Session, cohort: RunCohort, enrolment_id: int, now: datetime
) -> LearnerReport:
    """Return the record of one learner, or raise NotFound for an enrolment of another cohort."""
    query = (
        sa.select(Enrolment.enrolled_at, Enrolment.state, Account)
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound()
    enrolled_at, state, person = found
    content = catalogue.release(session, cohort.release_id)
    record = learning.record_of(session, enrolment_id)
    due = cohorts.due_dates(session, cohort, [enrolment_id])[enrolment_id]
    progress = courses.progress(content.course, record.done, record.results)
    sittings = _sittings(session, enrolment_id)
    credential = credentials.list_of_enrolments(session, [enrolment_id], now).get(enrolment_id)
    return LearnerReport(
        cohort=cohort,
        content=content,
        enrolment_id=enrolment_id,
        enrolled_at=enrolled_at,
        name=person.full_name,
        email=person.email,
        is_confirmed=person.confirmed_at is not None,
        profession=person.profession,
        licence_number=person.licence_number,
        licence_jurisdiction=person.licence_jurisdiction,
        last_seen=record.places[0] if record.places else None,
        progress=progress,
        pace=courses.pace(
            content.course, progress, cohort.starts_on, cohort.due_on, _today(cohort, now), due
        ),
        sittings=sittings,
        credential=credential,
        events=_events(enrolled_at, record, sittings, credential),
        state=cast(State, state),
    )


def _today(cohort: RunCohort, now: datetime) -> date:
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()


def _sittings(session: Session, enrolment_id: int) -> tuple[Sitting, ...]:
    query = (
        sa.select(
            Attempt.module_key,
            Attempt.number,
            Attempt.started_at,
            Attempt.submitted_at,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            ScoreRecord.cut_percent,
            ScoreRecord.passed,
            sa.case((ScoreRecord.revision > 1, ScoreRecord.reason), else_=""),
            Attempt.voided_at.is_not(None),
        )
        .outerjoin(ScoreRecord, sa.and_(ScoreRecord.attempt_id == Attempt.id, ~superseded()))
        .where(Attempt.enrolment_id == enrolment_id)
        .order_by(Attempt.started_at, Attempt.id)
    )
    return tuple(_sitting(*row) for row in session.execute(query))


def _sitting(
    module_key: str,
    number: int,
    started_at: datetime,
    submitted_at: datetime | None,
    points: int | None,
    maximum: int | None,
    parts: int | None,
    *outcome: Any,
) -> Sitting:
    earned = None if points is None or parts is None else Fraction(points, parts)
    of = None if maximum is None or parts is None else maximum // parts
    return Sitting(module_key, number, started_at, submitted_at, earned, of, *outcome)


def _events(
    enrolled_at: datetime,
    record: learning.StudyRecord,
    sittings: tuple[Sitting, ...],
    credential: credentials.Attested | None,
) -> tuple[Event, ...]:
    """Return what happened, latest first."""
    events = [Event(enrolled_at, "enrolled")]
    events += [Event(fact.at, "lesson", fact.lesson_key) for fact in record.done]
    for sitting in sittings:
        events.append(Event(sitting.started_at, "started", sitting.module_key, sitting.number))
        if sitting.submitted_at is not None:
            kind: EventKind = "passed" if sitting.passed else "failed"
            if sitting.passed is None or sitting.is_voided:
                kind = "submitted"
            events.append(Event(sitting.submitted_at, kind, sitting.module_key, sitting.number))
    if credential is not None:
        events.append(Event(credential.credential.issued_at, "issued"))
        events += [Event(act.at, _KIND_OF_ACT[act.kind]) for act in credential.acts]
    # Sorted, then turned round: of what happened in the same instant the consequence stands above.
    events.sort(key=lambda event: event.at)
    return tuple(events[::-1])
