"""Whom a rule reaches on a day, why, and by which letter: preview and round ask the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.mail import OutboxMessage
from lms.services import mail
from lms.services.cohorts import RunCohort
from lms.services.messages.rules import Rule, RuleName
from lms.services.watch import facts as watching

# Only what is reminded about is asked for: neither answers nor what may lapse.
NOTHING_ELSE = {"safety": None, "certain": None, "behind": None, "silent": None}


@dataclass(frozen=True, slots=True)
class Part:
    """A module that a reminder is about: when it is due or closes, and days from today to then."""

    title: str
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whom a rule reaches: why (`parts`, or `days` of silence), and `key`, the occasion.

    Whoever was only invited may have no account and no place yet.

    `written_at` is when the reminder of this occasion was written, None while it was not. `choice`
    is how they want reminders; mail to an address that `is_marked` comes back.
    """

    enrolment_id: int | None
    account_id: int | None
    name: str
    email: str
    cohort_id: int
    cohort: str
    course: str
    key: str
    parts: tuple[Part, ...] = ()
    days: int = 0
    written_at: datetime | None = None
    choice: str = "daily"
    is_marked: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the next round writes to them."""
        return self.written_at is None


@dataclass(frozen=True, slots=True)
class _Learner:
    person: watching.Person
    facts: courses.RiskFacts
    course: courses.Course
    cohort: RunCohort
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Running:
    """A cohort that rules look at, and how many learn in it."""

    id: int
    title: str
    learners: int


def running_cohorts(session: Session, programme_id: int, now: datetime) -> list[Running]:
    """Return the cohorts of a programme that have begun and are not over for long, by title."""
    about = now.date()
    query = (
        sa.select(Cohort.id, Cohort.title, sa.func.count(Enrolment.id))
        .outerjoin(
            Enrolment, sa.and_(Enrolment.cohort_id == Cohort.id, Enrolment.state == "active")
        )
        .where(
            Cohort.programme_id == programme_id,
            Cohort.starts_on <= about + timedelta(days=1),
            Cohort.due_on >= about - timedelta(days=watching.WATCHED_DAYS),
        )
        .group_by(Cohort.id)
        .order_by(Cohort.title, Cohort.id)
    )
    return [Running(*row) for row in session.execute(query)]


def reached_in(
    session: Session, cohort_id: int, rules: list[Rule], now: datetime
) -> dict[RuleName, list[Reached]]:
    """Return by rule whom it reaches in a cohort at `now`; complete learners need no reminder."""
    rules = [rule for rule in rules if rule.name in FINDERS]
    cohort = watching.watched(session, cohort_id)
    window = max((rule.days for rule in rules if rule.name == "window-closing"), default=None)
    asked = courses.RiskRules(window=window, **NOTHING_ELSE)
    gathered = watching.gather(session, cohort, asked, now)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    found: dict[RuleName, list[Reached]] = {rule.name: [] for rule in rules}
    if today < cohort.starts_on or watching.is_over(cohort, now):
        return found
    for person in gathered.people:
        facts = gathered.facts[person.enrolment_id]
        if facts.progress.is_complete:
            continue
        learner = _Learner(person, facts, gathered.content.course, cohort, today, now)
        for rule in rules:
            found[rule.name] += FINDERS[rule.name](learner, rule.days)
    return _as_they_stand(session, found)


def _reached(learner: _Learner, key: str, **more: Any) -> Reached:
    return Reached(
        enrolment_id=learner.person.enrolment_id,
        account_id=learner.person.account_id,
        name=learner.person.name,
        email="",
        cohort_id=learner.cohort.id,
        cohort=learner.cohort.title,
        course=learner.course.title,
        key=key,
        **more,
    )


def _open_modules(learner: _Learner) -> Iterator[tuple[courses.Module, date]]:
    """Return the modules that are not done, each with the day on which its last unit is due."""
    open_units = {each.unit.key for each in learner.facts.progress.units if each.state != "done"}
    for module in learner.course.modules:
        units = [unit for unit in learner.course.units if unit.module_key == module.key]
        if any(unit.key in open_units for unit in units):
            yield module, max(learner.facts.pace.due[unit.key] for unit in units)


def _due_soon(learner: _Learner, days: int) -> Iterator[Reached]:
    for module, due in _open_modules(learner):
        left = (due - learner.today).days
        if 0 <= left <= days:
            key = f"due-soon:{learner.person.enrolment_id}:{module.key}:{due.isoformat()}"
            yield _reached(learner, key, parts=(Part(module.title, due, left),))


def _overdue(learner: _Learner, days: int) -> Iterator[Reached]:
    """One reminder that names everything late, and another once something more is late."""
    late = [
        (module, due)
        for module, due in _open_modules(learner)
        if (learner.today - due).days >= days
    ]
    if late:
        module, due = max(late, key=lambda each: each[1])
        key = f"overdue:{learner.person.enrolment_id}:{module.key}:{due.isoformat()}"
        parts = tuple(Part(each.title, on, (on - learner.today).days) for each, on in late)
        yield _reached(learner, key, parts=parts)


def _silent(learner: _Learner, days: int) -> Iterator[Reached]:
    since = learner.facts.silent_since.astimezone(ZoneInfo(learner.cohort.time_zone)).date()
    silent = (learner.today - since).days
    if silent >= days:
        key = f"silent:{learner.person.enrolment_id}:{since.isoformat()}"
        yield _reached(learner, key, days=silent)


def _window_closing(learner: _Learner, days: int) -> Iterator[Reached]:
    for window in learner.facts.windows:
        if window.kind != "quiz" or window.closes_at <= learner.now:
            continue
        on = window.closes_at.astimezone(ZoneInfo(learner.cohort.time_zone)).date()
        left = (on - learner.today).days
        if left <= days:
            at = window.closes_at.isoformat()
            key = f"window-closing:{learner.person.enrolment_id}:{window.key}:{at}"
            title = learner.course.module(window.key).title
            yield _reached(learner, key, parts=(Part(title, on, left),))


FINDERS: Mapping[RuleName, Callable[[_Learner, int], Iterator[Reached]]] = {
    "due-soon": _due_soon,
    "overdue": _overdue,
    "silent": _silent,
    "window-closing": _window_closing,
}


def _as_they_stand(
    session: Session, found: Mapping[RuleName, list[Reached]]
) -> dict[RuleName, list[Reached]]:
    """Add what the database knows of those reached: addresses, choices, what was written."""
    everybody = [each for group in found.values() for each in group]
    people = sorted({each.account_id for each in everybody if each.account_id is not None})
    emails = dict(
        session.execute(
            sa.select(Account.id, Account.email).where(
                Account.id.in_(people), Account.active, Account.confirmed_at.is_not(None)
            )
        ).all()
    )
    marked = mail.list_marked(session, emails.values()) if emails else {}
    choices = mail.list_choices(session, people, "reminder")
    keys = [each.key for each in everybody]
    written = dict(
        session.execute(
            sa.select(OutboxMessage.key, OutboxMessage.written_at).where(
                OutboxMessage.key.in_(keys)
            )
        ).all()
    )
    return {
        name: [
            replace(
                each,
                email=emails[account],
                written_at=written.get(each.key),
                choice=choices[account],
                is_marked=emails[account] in marked,
            )
            for each in group
            if (account := each.account_id) is not None and account in emails
        ]
        for name, group in found.items()
    }
