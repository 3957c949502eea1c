"""When each unit is due for a learner: the cohort's calendar and rules, and extensions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

import courses
from lms.db import Instant
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, DueExtension, DueRuleRecord, Enrolment, RequiredModule
from lms.services import audit, catalogue
from lms.services.cohorts.runs import RunCohort
from lms.services.cohorts.seats import Seat, refuse_own

Due = Mapping[str, courses.DueDate]
# A day further off than this is taken for a slip in the year.
LONGEST_DAYS = 5 * 366


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension as it was given; without a day it took the earlier one back."""

    module_key: str | None
    until: date | None
    reason: str
    by: str
    at: datetime


def due_dates(session: Session, cohort: RunCohort, enrolment_ids: Sequence[int]) -> dict[int, Due]:
    """Return by enrolment the day on which each unit is due, in one query for all of them.

    Days are those of the programme's zone. An enrolment of another cohort is left out.
    """
    course = catalogue.release(session, cohort.release_id).course
    calendar, people = _read(session, cohort.id, enrolment_ids, cohort.starts_on, cohort.due_on)
    # Most learners share one plan: it is worked out once for each first day.
    plans: dict[date, Due] = {}
    is_relative = any(rule.days is not None for rule in calendar.rules)
    found = {}
    for enrolment_id, (enrolled_at, extensions) in people.items():
        first = first_day(enrolled_at, cohort.time_zone) if is_relative else calendar.starts_on
        if extensions:
            found[enrolment_id] = courses.due_dates(course, calendar, first, extensions)
            continue
        if first not in plans:
            plans[first] = courses.due_dates(course, calendar, first)
        found[enrolment_id] = plans[first]
    return found


def first_day(enrolled_at: datetime, zone: str) -> date:
    """Return the day of an enrolment on the programme's calendar.

    Days are counted on the calendar from there, never as spans of 24 hours: on a day on which the
    clocks change, a day is still a day.
    """
    return enrolled_at.astimezone(ZoneInfo(zone)).date()


def plan_of(session: Session, cohort: RunCohort) -> Due:
    """Return the days of a cohort for somebody who was there on its first day."""
    course = catalogue.release(session, cohort.release_id).course
    calendar, _people = _read(session, cohort.id, (), cohort.starts_on, cohort.due_on)
    return courses.due_dates(course, calendar)


def own_due_dates(session: Session, seat: Seat) -> Due:
    """Return the day on which each unit is due for one learner, in one query."""
    course = catalogue.release(session, seat.release_id).course
    calendar, people = _read(
        session, seat.cohort_id, (seat.enrolment_id,), seat.starts_on, seat.due_on
    )
    _enrolled_at, extensions = people.get(seat.enrolment_id, (seat.enrolled_at, ()))
    first = first_day(seat.enrolled_at, seat.time_zone)
    return courses.due_dates(course, calendar, first, extensions)


def extend(
    session: Session,
    cohort: RunCohort,
    enrolment_id: int,
    *,
    module_key: str | None,
    until: date | None,
    reason: str,
    by: int,
    now: datetime,
) -> None:
    """Give a learner until a day for a module, or (without a key) for the whole course.

    It replaces an earlier extension of the same; without a day it takes that one back. Refused when
    the day would give no time, or lies years beyond the cohort, and to the learner themselves.
    """
    refuse_own(session, enrolment_id, by)
    course = catalogue.release(session, cohort.release_id).course
    if module_key is not None and module_key not in {each.key for each in course.modules}:
        raise NotFound("This module is not in the course. Reload the page.")
    ruled = _without(session, cohort, enrolment_id, module_key)
    if until is not None:
        last = max(
            due.on
            for key, due in ruled.items()
            if module_key is None or module_of(key) == module_key
        )
        if until <= last:
            raise Refused(
                f"This is due on {last.day} {last:%B %Y} anyway. Give a later day than that."
            )
        if (until - cohort.due_on).days > LONGEST_DAYS:
            raise Refused("That is more than five years after the end of the cohort.")
    session.add(
        DueExtension(
            enrolment_id=enrolment_id,
            module_key=module_key,
            until_on=until,
            reason=reason,
            granted_by=by,
            granted_at=now,
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="due.extended" if until is not None else "due.extension_ended",
        subject=f"enrolment {enrolment_id}",
        detail={
            "module": module_key,
            "until": until.isoformat() if until is not None else None,
            "reason": reason,
        },
    )


def module_of(unit_key: str) -> str:
    """Return the module that a unit's key names."""
    return unit_key.partition("/")[0]


def list_extensions(session: Session, enrolment_id: int) -> list[ExtensionLine]:
    """Return every extension given to a learner, the latest first."""
    query = (
        sa.select(
            DueExtension.module_key,
            DueExtension.until_on,
            DueExtension.reason,
            Account.full_name,
            DueExtension.granted_at,
        )
        .join(Account, Account.id == DueExtension.granted_by)
        .where(DueExtension.enrolment_id == enrolment_id)
        .order_by(DueExtension.id.desc())
    )
    return [ExtensionLine(*row) for row in session.execute(query)]


def _without(session: Session, cohort: RunCohort, enrolment_id: int, module_key: str | None) -> Due:
    """Return a learner's days as they were without their extensions of one module, or the course.

    Raises NotFound for an enrolment of another cohort.
    """
    course = catalogue.release(session, cohort.release_id).course
    calendar, people = _read(session, cohort.id, (enrolment_id,), cohort.starts_on, cohort.due_on)
    if enrolment_id not in people:
        raise NotFound()
    enrolled_at, extensions = people[enrolment_id]
    first = first_day(enrolled_at, cohort.time_zone)
    others = [each for each in extensions if each.module_key != module_key]
    return courses.due_dates(course, calendar, first, others)


Person = tuple[datetime, tuple[courses.Extension, ...]]


def _read(
    session: Session,
    cohort_id: int,
    enrolment_ids: Sequence[int],
    starts_on: date,
    due_on: date,
) -> tuple[courses.Calendar, dict[int, Person]]:
    asked = {"cohort": cohort_id, "enrolments": list(enrolment_ids)}
    rows = session.connection().execute(_EVERYTHING, asked).all()
    kinds: dict[str, list[Any]] = {"cohort": [], "module": [], "rule": [], "person": []}
    extended: dict[int, list[courses.Extension]] = {}
    for row in rows:
        if row.kind == "extension":
            given = courses.Extension(row.module_key, row.day)
            extended.setdefault(row.id, []).append(given)
        else:
            kinds[row.kind].append(row)
    calendar = courses.Calendar(
        starts_on,
        due_on,
        cadence_weeks=kinds["cohort"][0].number if kinds["cohort"] else None,
        required=frozenset(row.module_key for row in kinds["module"]),
        rules=tuple(courses.DueRule(row.module_key, row.day, row.number) for row in kinds["rule"]),
    )
    people = {row.id: (row.at, tuple(extended.get(row.id, ()))) for row in kinds["person"]}
    return calendar, people


def _everything() -> sa.CompoundSelect[Any]:
    """All that decides about days, each row of a kind, in one query."""
    cohort = sa.bindparam("cohort", type_=sa.Integer)
    asked: sa.BindParameter[list[int]] = sa.bindparam("enrolments", expanding=True)
    no_text, no_day = sa.cast(sa.null(), sa.String), sa.cast(sa.null(), sa.Date)
    no_number, no_instant = sa.cast(sa.null(), sa.Integer), sa.cast(sa.null(), Instant)
    later = so.aliased(DueExtension)
    superseded = sa.exists().where(
        later.enrolment_id == DueExtension.enrolment_id,
        sa.func.coalesce(later.module_key, "") == sa.func.coalesce(DueExtension.module_key, ""),
        later.id > DueExtension.id,
    )
    return sa.union_all(
        sa.select(
            sa.literal("cohort").label("kind"),
            Cohort.id.label("id"),
            no_text.label("module_key"),
            no_day.label("day"),
            Cohort.cadence_weeks.label("number"),
            no_instant.label("at"),
        ).where(Cohort.id == cohort),
        sa.select(
            sa.literal("module"),
            RequiredModule.cohort_id,
            RequiredModule.module_key,
            no_day,
            no_number,
            no_instant,
        ).where(RequiredModule.cohort_id == cohort),
        sa.select(
            sa.literal("rule"),
            DueRuleRecord.cohort_id,
            DueRuleRecord.module_key,
            DueRuleRecord.due_on,
            DueRuleRecord.days,
            no_instant,
        ).where(DueRuleRecord.cohort_id == cohort),
        sa.select(
            sa.literal("person"), Enrolment.id, no_text, no_day, no_number, Enrolment.enrolled_at
        ).where(Enrolment.cohort_id == cohort, Enrolment.id.in_(asked)),
        sa.select(
            sa.literal("extension"),
            DueExtension.enrolment_id,
            DueExtension.module_key,
            DueExtension.until_on,
            no_number,
            no_instant,
        ).where(
            DueExtension.enrolment_id.in_(asked),
            DueExtension.until_on.is_not(None),
            ~superseded,
        ),
    )


# Composed once: building a statement costs more than running it.
_EVERYTHING = _everything()
