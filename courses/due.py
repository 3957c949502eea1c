"""One effective day on which each unit is due for somebody, and where that day comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from courses.outline import Course

DueSource = Literal["plan", "relative", "absolute", "extension"]


@dataclass(frozen=True, slots=True)
class DueDate:
    """The day on which a unit is due; the day itself is still in time.

    `source` is the rule that gave the day. `detail` says more of it: the days after somebody's
    first day for "relative", the day it replaces for "extension", nothing for the others.
    """

    on: date
    source: DueSource
    detail: int | date | None = None


@dataclass(frozen=True, slots=True)
class DueRule:
    """A day for all units of a module in place of the plan's: on a date, or days after the first.

    Exactly one of `on` and `days` is given.
    """

    module_key: str
    on: date | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        """Refuse a rule that says nothing, or two things."""
        if (self.on is None) == (self.days is None):
            raise ValueError("A due rule names either a day or a number of days.")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for one person: `until` a day, in one module or (without a key) in the course."""

    module_key: str | None
    until: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a cohort: its first and last, and how the modules lie between them.

    With `cadence_weeks`, one required module after another falls due every so many weeks; without,
    the minutes of the required modules are spread evenly. `required` names modules, none meaning
    all. `rules` put their own day on a module.
    """

    starts_on: date
    due_on: date
    cadence_weeks: int | None = None
    required: frozenset[str] = frozenset()
    rules: tuple[DueRule, ...] = ()

    def requires(self, module_key: str) -> bool:
        """Whether a module lies on the plan; every other one is due on the last day."""
        return not self.required or module_key in self.required


def due_dates(
    course: Course,
    calendar: Calendar,
    first_on: date | None = None,
    extensions: Iterable[Extension] = (),
) -> Mapping[str, DueDate]:
    """Return the effective day of every unit for somebody whose first day is `first_on`.

    The plan gives each unit a day; a rule of the cohort replaces it for a module; an extension
    moves it later and never earlier. An extension of the course moves every day by as many days as
    the last one moves; one of a module moves what lies before its day to that day. `first_on`
    counts for relative rules (without it, the cohort's first day does).
    """
    first = calendar.starts_on if first_on is None else max(first_on, calendar.starts_on)
    rules = {rule.module_key: rule for rule in calendar.rules}
    planned = planned_days(course, calendar)
    due = {
        unit.key: _ruled(rules.get(unit.module_key), planned[unit.key], first)
        for unit in course.units
    }
    given = tuple(extensions)
    if given:
        _extend(course, due, given)
    return MappingProxyType(due)


def planned_days(course: Course, calendar: Calendar) -> dict[str, date]:
    """Return the day that the plan alone gives each unit, never after the cohort's last day.

    Without a cadence a unit falls on the day by which its share of the required minutes, counted up
    to and including it, has passed (rounded up to whole days). When the last day is not after the
    first, everything falls on the last day.
    """
    if calendar.cadence_weeks is not None:
        return _by_cadence(course, calendar, calendar.cadence_weeks)
    span = (calendar.due_on - calendar.starts_on).days
    required = [unit for unit in course.units if calendar.requires(unit.module_key)]
    total = sum(unit.minutes for unit in required)
    days = {unit.key: calendar.due_on for unit in course.units}
    if span <= 0 or total <= 0:
        return days
    passed = 0
    for unit in required:
        passed += unit.minutes
        days[unit.key] = calendar.starts_on + timedelta(days=-(-span * passed // total))
    return days


def _by_cadence(course: Course, calendar: Calendar, weeks: int) -> dict[str, date]:
    """Every unit of the n-th required module on the last day of its n-th stretch of weeks."""
    required = [module.key for module in course.modules if calendar.requires(module.key)]
    ends = {
        key: min(calendar.due_on, calendar.starts_on + timedelta(days=7 * weeks * number - 1))
        for number, key in enumerate(required, start=1)
    }
    return {unit.key: ends.get(unit.module_key, calendar.due_on) for unit in course.units}


def _ruled(rule: DueRule | None, planned: date, first_on: date) -> DueDate:
    if rule is None:
        return DueDate(planned, "plan")
    if rule.on is not None:
        return DueDate(rule.on, "absolute")
    assert rule.days is not None
    return DueDate(first_on + timedelta(days=rule.days), "relative", rule.days)


def _extend(course: Course, due: dict[str, DueDate], extensions: tuple[Extension, ...]) -> None:
    if not due:
        return
    last = max(each.on for each in due.values())
    whole = [each.until for each in extensions if each.module_key is None]
    shift = max(((until - last).days for until in whole), default=0)
    until = {
        key: max(each.until for each in extensions if each.module_key == key)
        for key in {each.module_key for each in extensions if each.module_key is not None}
    }
    for unit in course.units:
        base = due[unit.key]
        on = base.on + timedelta(days=max(shift, 0))
        on = max(on, until.get(unit.module_key, on))
        if on > base.on:
            due[unit.key] = DueDate(on, "extension", base.on)
