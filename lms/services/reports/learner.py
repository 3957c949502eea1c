"""All that is on record of one learner in a cohort, for the people who teach them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import courses
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.services import catalogue, cohorts, credentials, learning
from lms.services.cohorts import RunCohort, Seat, State
from lms.services.reports.attempted import Sitting, sittings_of
from lms.services.reports.events import Event, events_of
from lms.services.reports.lacking import Lacking, list_lacking


@dataclass(frozen=True, slots=True)
class LearnerReport:
    """One learner of a cohort: who, how far, what is missing, every attempt, every fact.

    `lacking` is what stands between them and the award beside units of the course; empty once they
    hold it.
    """

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
    seat: Seat
    lacking: tuple[Lacking, ...]

    @property
    def state(self) -> State:
        """Whether they learn here, pause, or have given their place up."""
        return self.seat.state


def learner_report(
    session: Session, cohort: RunCohort, enrolment_id: int, now: datetime
) -> LearnerReport:
    """Return the record of one learner, or raise NotFound for an enrolment of another cohort."""
    seat, person = _who(session, cohort, enrolment_id)
    content = catalogue.release(session, cohort.release_id)
    record = learning.record_of(session, enrolment_id)
    due = cohorts.due_dates(session, cohort, [enrolment_id])[enrolment_id]
    progress = courses.progress(content.course, record.done, record.results)
    sittings = sittings_of(session, enrolment_id)
    credential = credentials.list_of_enrolments(session, [enrolment_id], now).get(enrolment_id)
    return LearnerReport(
        cohort=cohort,
        content=content,
        enrolment_id=enrolment_id,
        enrolled_at=seat.enrolled_at,
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
        events=events_of(session, seat, record, sittings, credential),
        seat=seat,
        lacking=() if credential else tuple(_lacking(session, seat, person, progress, sittings)),
    )


def seat_in(session: Session, cohort: RunCohort, enrolment_id: int) -> Seat:
    """Return a learner's seat in a cohort, or raise NotFound for an enrolment of another one."""
    found = session.execute(cohorts.SEAT.where(Enrolment.id == enrolment_id)).one_or_none()
    seat = None if found is None else Seat(*found)
    if seat is None or seat.cohort_id != cohort.id:
        raise NotFound()
    return seat


def _who(session: Session, cohort: RunCohort, enrolment_id: int) -> tuple[Seat, Account]:
    """Return a learner's seat in a cohort and their account, in one query."""
    query = cohorts.SEAT.add_columns(Account).join(Account, Account.id == Enrolment.account_id)
    found = session.execute(query.where(Enrolment.id == enrolment_id)).one_or_none()
    if found is None:
        raise NotFound()
    *values, person = found
    seat = Seat(*values)
    if seat.cohort_id != cohort.id:
        raise NotFound()
    return seat, person


def _lacking(
    session: Session,
    seat: Seat,
    person: Account,
    progress: courses.Progress,
    sittings: tuple[Sitting, ...],
) -> list[Lacking]:
    done = {
        state.unit.module_key
        for state in progress.units
        if state.unit.kind == "quiz" and state.state == "done"
    }
    waiting = {
        sitting.module_key
        for sitting in sittings
        if sitting.submitted_at is not None and sitting.passed is None and not sitting.is_voided
    }
    return list_lacking(
        session,
        seat,
        is_confirmed=person.confirmed_at is not None,
        with_marker=tuple(sorted(waiting - done)),
    )


def _today(cohort: RunCohort, now: datetime) -> date:
    return now.astimezone(ZoneInfo(cohort.time_zone)).date()
