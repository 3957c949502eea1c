"""How somebody stands against the calendar: a planned day for each unit, and what is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from courses.outline import Course
from courses.progress import Progress


@dataclass(frozen=True, slots=True)
class Pace:
    """`due` is the planned day of every unit, `late` the undone units whose day is past.

    `state`: "complete"; "overdue" when the last day is past; "not-started" when nothing was done
    yet (units may be late all the same); "late"; "on-pace".
    """

    due: Mapping[str, date]
    late: tuple[str, ...]
    state: Literal["complete", "on-pace", "late", "not-started", "overdue"]


def pace(course: Course, progress: Progress, starts_on: date, due_on: date, today: date) -> Pace:
    """The plan that spreads the course's minutes evenly from `starts_on` to `due_on`.

    A unit falls on the day by which its share of the minutes, counted up to and including it, has
    passed (rounded up to whole days), so the last one falls on `due_on`. A planned day itself is
    still in time. When `due_on` is not after `starts_on`, every unit falls on `due_on`.
    """
    due = MappingProxyType(_planned_days(course, starts_on, due_on))
    late = tuple(
        state.unit.key
        for state in progress.units
        if state.state != "done" and due[state.unit.key] < today
    )
    if progress.is_complete:
        return Pace(due, (), "complete")
    if today > due_on:
        return Pace(due, late, "overdue")
    if progress.started_at is None:
        return Pace(due, late, "not-started")
    return Pace(due, late, "late" if late else "on-pace")


def _planned_days(course: Course, starts_on: date, due_on: date) -> dict[str, date]:
    span = (due_on - starts_on).days
    total = course.minutes
    if span <= 0 or total <= 0:
        return {unit.key: due_on for unit in course.units}
    due = {}
    passed = 0
    for unit in course.units:
        passed += unit.minutes
        due[unit.key] = starts_on + timedelta(days=-(-span * passed // total))
    return due
