"""How somebody stands against the calendar: the day each unit is due on, and what is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from courses.due import Calendar, DueDate, due_dates
from courses.outline import Course
from courses.progress import Progress


@dataclass(frozen=True, slots=True)
class Pace:
    """`due` is the day of every unit, `late` the undone units whose day is past.

    `state`: "complete"; "overdue" when the last day is past; "not-started" when nothing was done
    yet (units may be late all the same); "late"; "on-pace". `dates` tells where each day comes
    from; `last_on` is the last of them, by which everything is to be done.
    """

    due: Mapping[str, date]
    late: tuple[str, ...]
    state: Literal["complete", "on-pace", "late", "not-started", "overdue"]
    dates: Mapping[str, DueDate]
    last_on: date


def pace(
    course: Course,
    progress: Progress,
    starts_on: date,
    due_on: date,
    today: date,
    due: Mapping[str, DueDate] | None = None,
) -> Pace:
    """Hold somebody's progress against the days on which units are `due`; a day itself is in time.

    Without `due` they are those of the plan that spreads the course's minutes evenly from
    `starts_on` to `due_on`.
    """
    dates = due_dates(course, Calendar(starts_on, due_on)) if due is None else due
    days = MappingProxyType({key: each.on for key, each in dates.items()})
    last_on = max(days.values(), default=due_on)
    late = tuple(
        state.unit.key
        for state in progress.units
        if state.state != "done" and days[state.unit.key] < today
    )
    if progress.is_complete:
        return Pace(days, (), "complete", dates, last_on)
    if today > last_on:
        return Pace(days, late, "overdue", dates, last_on)
    if progress.started_at is None:
        return Pace(days, late, "not-started", dates, last_on)
    return Pace(days, late, "late" if late else "on-pace", dates, last_on)
