"""One learner of a cohort, for the people who teach them: how far, held against which days."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import courses
from lms.services import catalogue, cohorts, credentials, learning
from lms.services.cohorts import Placed, RunCohort, Seat, State
from lms.services.reports.events import Event, happened
from lms.services.reports.facts import Facts, facts_of
from lms.services.reports.lacking import Lacking, list_lacking
from lms.services.reports.sittings import Sitting


@dataclass(frozen=True, slots=True)
class LearnerReport:
    """One learner of a cohort: who, every fact of their study, how far, and how it stands."""

    cohort: RunCohort
    seat: Seat
    content: catalogue.ReleaseContent
    name: str
    email: str
    is_confirmed: bool
    profession: str
    licence_number: str | None
    licence_jurisdiction: str | None
    facts: Facts
    progress: courses.Progress
    pace: courses.Pace

    @property
    def enrolment_id(self) -> int:
        """Which place in the cohort it is about."""
        return self.seat.enrolment_id

    @property
    def enrolled_at(self) -> datetime:
        """When they took it."""
        return self.seat.enrolled_at

    @property
    def state(self) -> State:
        """Whether they learn here, pause, or have given their place up."""
        return self.seat.state

    @property
    def last_seen(self) -> learning.Seen | None:
        """Where they were last in a lesson."""
        return self.facts.record.places[0] if self.facts.record.places else None

    @property
    def sittings(self) -> tuple[Sitting, ...]:
        """Their attempts at quizzes, the first one first."""
        return self.facts.sittings


@dataclass(frozen=True, slots=True)
class Award:
    """What came of it: the credential, or else what stands in its way beside units of the course.

    `lacking` is empty once they hold it.
    """

    credential: credentials.Attested | None
    lacking: tuple[Lacking, ...]


def learner_report(session: Session, placed: Placed, now: datetime) -> LearnerReport:
    """Return how a learner stands, in two queries."""
    cohort, seat, person = placed.cohort, placed.seat, placed.person
    content = catalogue.release(session, cohort.release_id)
    facts = facts_of(session, seat.enrolment_id)
    progress = courses.progress(content.course, facts.record.done, facts.record.results)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    due = cohorts.due_dates(session, cohort, [seat.enrolment_id])[seat.enrolment_id]
    return LearnerReport(
        cohort=cohort,
        seat=seat,
        content=content,
        name=person.full_name,
        email=person.email,
        is_confirmed=person.confirmed_at is not None,
        profession=person.profession,
        licence_number=person.licence_number,
        licence_jurisdiction=person.licence_jurisdiction,
        facts=facts,
        progress=progress,
        pace=courses.pace(content.course, progress, cohort.starts_on, cohort.due_on, today, due),
    )


def award_of(session: Session, report: LearnerReport, now: datetime) -> Award:
    """Return the credential a learner earned here, in one query, or what is in its way.

    What is in the way takes a query, and one more each where practice and ratings are waited for.
    """
    if report.facts.is_awarded:
        return Award(credential_of(session, report, now), ())
    done = {
        state.unit.module_key
        for state in report.progress.units
        if state.unit.kind == "quiz" and state.state == "done"
    }
    waiting = {each.module_key for each in report.sittings if each.waits_for_marker}
    lacking = list_lacking(
        session,
        report.seat,
        is_confirmed=report.is_confirmed,
        with_marker=tuple(sorted(waiting - done)),
    )
    return Award(None, tuple(lacking))


def credential_of(
    session: Session, report: LearnerReport, now: datetime
) -> credentials.Attested | None:
    """Return the credential a learner earned here; without a query when there is none."""
    if not report.facts.is_awarded:
        return None
    held = credentials.list_of_enrolments(session, [report.enrolment_id], now)
    return held[report.enrolment_id]


def events_of(report: LearnerReport, credential: credentials.Attested | None) -> tuple[Event, ...]:
    """Return what happened, latest first; `credential` is what they earned here."""
    facts = report.facts
    return happened(report.enrolled_at, facts.record, facts.sittings, facts.settled, credential)
