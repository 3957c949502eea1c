"""The facts that the rules are asked about, gathered for a cohort or for one of its learners."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment, EnrolmentAct
from lms.models.credentials import CredentialRecord
from lms.models.renewals import CurrencyRecord
from lms.models.sittings import SittingRule
from lms.services import catalogue, cohorts, learning, sittings
from lms.services.cohorts import RunCohort
from lms.services.credentials.attested import list_of_ids
from lms.services.watch.readings import Fresh, Met, met_by

# After a cohort's last day its learners are watched for so long; then only what they hold is.
WATCHED_DAYS = 90
PORTION = 500


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who learns in the cohort now; `since` is when they last took or resumed a place."""

    enrolment_id: int
    account_id: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts about everybody who learns in a cohort, and the readings that are to be kept.

    `rules` are those that hold for it: of a cohort long over, only windows concern anybody.
    """

    cohort: RunCohort
    content: catalogue.ReleaseContent
    rules: courses.RiskRules
    people: tuple[Person, ...]
    facts: Mapping[int, courses.RiskFacts]
    fresh: list[Fresh]


def watched(session: Session, cohort_id: int) -> RunCohort:
    """Return a cohort as nobody in particular runs it, or raise NotFound."""
    query = (
        sa.select(
            Cohort.id,
            Cohort.title,
            Programme.id,
            Programme.name,
            Programme.slug,
            Programme.time_zone,
            Cohort.release_id,
            Cohort.starts_on,
            Cohort.due_on,
        )
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Cohort.id == cohort_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    return RunCohort(*row, role="")


def is_over(cohort: RunCohort, now: datetime) -> bool:
    """Whether a cohort is so long over that its learners' pace concerns nobody any more."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    return today > cohort.due_on + timedelta(days=WATCHED_DAYS)


def gather(
    session: Session,
    cohort: RunCohort,
    rules: courses.RiskRules,
    now: datetime,
    enrolment_id: int | None = None,
) -> Gathered:
    """Return the facts about the active learners of a cohort, or about one of them.

    Who has paused or left is not watched. The number of queries does not grow with the cohort.
    """
    return _about(session, cohort, _people(session, cohort.id, enrolment_id), rules, now)


def gather_in_portions(
    session: Session, cohort: RunCohort, rules: courses.RiskRules, now: datetime
) -> Iterator[Gathered]:
    """Yield the facts about the active learners of a cohort, so many learners at a time.

    A cohort of any size then takes as much memory as one portion of it.
    """
    people = _people(session, cohort.id, None)
    for start in range(0, len(people), PORTION):
        yield _about(session, cohort, people[start : start + PORTION], rules, now)


def _about(
    session: Session,
    cohort: RunCohort,
    people: list[Person],
    rules: courses.RiskRules,
    now: datetime,
) -> Gathered:
    content = catalogue.release(session, cohort.release_id)
    ids = [person.enrolment_id for person in people]
    lapsing = _lapsing(session, cohort, ids, rules, now)
    over = is_over(cohort, now)
    if over:
        # Nobody is asked any more how far they are; a credential is held for years.
        rules = courses.RiskRules(None, None, rules.window, None, None)
        people = [person for person in people if person.enrolment_id in lapsing]
        ids = [person.enrolment_id for person in people]
    records = learning.records_of(session, ids)
    met, fresh = met_by(session, cohort.programme_id, content, ids)
    due = cohorts.due_dates(session, cohort, ids)
    standing = {
        person.enrolment_id: _standing(cohort, content, person, records, due, now)
        for person in people
    }
    closing = _closing_quizzes(session, cohort, content, people, standing, rules, now)
    facts: dict[int, courses.RiskFacts] = {}
    for person in people:
        progress, pace, seen_at = standing[person.enrolment_id]
        theirs = met.get(person.enrolment_id, Met())
        windows = [*closing.get(person.enrolment_id, ()), *lapsing.get(person.enrolment_id, ())]
        if not progress.is_complete and not over:
            windows.append(courses.ClosingWindow("course", "", _end_of(pace.last_on, cohort)))
        facts[person.enrolment_id] = courses.RiskFacts(
            progress, pace, seen_at, theirs.safety, theirs.certain, tuple(windows)
        )
    return Gathered(cohort, content, rules, tuple(people), facts, fresh)


def _people(session: Session, cohort_id: int, enrolment_id: int | None) -> list[Person]:
    resumed = (
        sa.select(sa.func.max(EnrolmentAct.id))
        .where(EnrolmentAct.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Enrolment.id,
            Enrolment.account_id,
            Account.full_name,
            Enrolment.enrolled_at,
            EnrolmentAct.done_at,
        )
        .join(Account, Account.id == Enrolment.account_id)
        .outerjoin(EnrolmentAct, EnrolmentAct.id == resumed)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == "active")
        .order_by(Account.full_name, Enrolment.id)
    )
    if enrolment_id is not None:
        query = query.where(Enrolment.id == enrolment_id)
    return [
        Person(row.id, row.account_id, row.full_name, row.done_at or row.enrolled_at)
        for row in session.execute(query)
    ]


def _standing(
    cohort: RunCohort,
    content: catalogue.ReleaseContent,
    person: Person,
    records: Mapping[int, learning.StudyRecord],
    due: Mapping[int, Mapping[str, courses.DueDate]],
    now: datetime,
) -> tuple[courses.Progress, courses.Pace, datetime]:
    """Return progress, pace and the latest trace of somebody."""
    record = records.get(person.enrolment_id, learning.StudyRecord())
    progress = courses.progress(content.course, record.done, record.results)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    own = due[person.enrolment_id]
    pace = courses.pace(content.course, progress, cohort.starts_on, cohort.due_on, today, own)
    traces = [person.since, datetime.combine(cohort.starts_on, time(), ZoneInfo(cohort.time_zone))]
    traces += [fact.at for fact in record.done]
    traces += [fact.at for fact in record.results]
    traces += [seen.at for seen in record.places]
    return progress, pace, max(traces).astimezone(UTC)


def _end_of(day: date, cohort: RunCohort) -> datetime:
    """Return the instant at which a day ends on the programme's clocks."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(cohort.time_zone)).astimezone(
        UTC
    )


def _closing_quizzes(
    session: Session,
    cohort: RunCohort,
    content: catalogue.ReleaseContent,
    people: Sequence[Person],
    standing: Mapping[int, tuple[courses.Progress, Any, Any]],
    rules: courses.RiskRules,
    now: datetime,
) -> dict[int, list[courses.ClosingWindow]]:
    """Return by enrolment the quizzes not passed whose window closes soon or has closed."""
    found: dict[int, list[courses.ClosingWindow]] = {}
    if rules.window is None or not people:
        return found
    until = now + timedelta(days=rules.window)
    query = sa.select(SittingRule.module_key).where(
        SittingRule.cohort_id == cohort.id,
        SittingRule.closes_at.between(now - timedelta(days=WATCHED_DAYS), until),
    )
    named = {module.key for module in content.course.modules if module.quiz is not None}
    for key in sorted(set(session.scalars(query)) & named):
        place = sittings.Place(
            cohort.id,
            cohort.title,
            cohort.programme_id,
            cohort.time_zone,
            key,
            sittings.quiz_of(session, cohort.release_id, key)[1].specification.rules,
        )
        asked = [
            person
            for person in people
            if standing[person.enrolment_id][0].state_of(f"{key}/quiz").state != "done"
        ]
        who = [sittings.Who(person.enrolment_id, person.account_id) for person in asked]
        for enrolment, terms in sittings.terms_of(session, place, who, now).items():
            closes = terms.closes_at.value
            if closes is not None and closes <= until:
                found.setdefault(enrolment, []).append(courses.ClosingWindow("quiz", key, closes))
    return found


def _lapsing(
    session: Session,
    cohort: RunCohort,
    enrolment_ids: Sequence[int],
    rules: courses.RiskRules,
    now: datetime,
) -> dict[int, list[courses.ClosingWindow]]:
    """Return by enrolment the credentials earned through it that lapse soon, as they stand."""
    if rules.window is None:
        return {}
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    query = (
        sa.select(CredentialRecord.id, CurrencyRecord.current_until)
        .join(CurrencyRecord, CurrencyRecord.credential_id == CredentialRecord.id)
        .where(
            CredentialRecord.enrolment_id.in_(enrolment_ids),
            CurrencyRecord.current_until.between(today, today + timedelta(days=rules.window)),
        )
    )
    days: dict[int, date] = {row.id: row.current_until for row in session.execute(query)}
    found: dict[int, list[courses.ClosingWindow]] = {}
    for held in list_of_ids(session, list(days), now) if days else ():
        is_held = held.verdict.status in ("valid", "update-outstanding")
        if is_held and held.renewed_by is None:
            ends = _end_of(days[held.id], cohort)
            window = courses.ClosingWindow("credential", held.credential.serial, ends)
            found.setdefault(held.enrolment_id, []).append(window)
    return found
