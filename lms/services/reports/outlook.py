"""How many of a cohort will finish in time if they go on as they have, and who is on the edge."""

# The forecast loads numpy on first use: naming it in an annotation must not.
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import courses
from lms.services.reports.cohort import CohortReport
from lms.services.reports.lines import LearnerLine


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast for a cohort; `low` to `high` around `middle` count the complete in.

    `chances` has everybody on the way with their chance, from the lowest to the highest. `paused`
    are not forecast, and count among those who do not finish.
    """

    complete: int
    paused: int
    low: int
    middle: int
    high: int
    chances: tuple[tuple[LearnerLine, float], ...]

    def count(self, word: Literal["likely", "open", "unlikely"]) -> int:
        """How many on the way have a chance of this word: likely, open or unlikely."""
        return Counter(courses.chance_word(chance) for _, chance in self.chances)[word]

    def most_open(self, most: int) -> list[tuple[LearnerLine, float]]:
        """Those whose finishing is the most open: where a talk makes the most difference."""
        found = [each for each in self.chances if courses.chance_word(each[1]) == "open"]
        return sorted(found, key=lambda each: (abs(each[1] - 0.5), each[0].enrolment_id))[:most]


def outlook(report: CohortReport) -> Outlook | None:
    """Forecast a cohort; None where it is too early, or everybody's last day is past.

    Everybody is held against their own last day, extensions included.
    """
    running = [
        line for line in report.lines if not line.progress.is_complete and line.state == "active"
    ]
    complete = sum(line.progress.is_complete for line in report.lines)
    if running and max(line.pace.last_on for line in running) < report.today:
        return None
    found = courses.forecast_completion([_runner(report, line) for line in running])
    if found is None:
        return None
    chances = sorted(
        zip(running, found.chances, strict=True), key=lambda each: (each[1], each[0].enrolment_id)
    )
    return Outlook(
        complete=complete,
        paused=sum(line.state == "paused" for line in report.lines),
        low=complete + found.low,
        middle=complete + found.middle,
        high=complete + found.high,
        chances=tuple(chances),
    )


def _runner(report: CohortReport, line: LearnerLine) -> courses.Runner:
    units = line.progress.units
    zone = ZoneInfo(report.cohort.time_zone)
    done = [state.done_at for state in units if state.done_at is not None]
    begins = max(report.cohort.starts_on, _day(line.enrolled_at, zone))
    length = (report.cohort.due_on - report.cohort.starts_on).days
    return courses.Runner(
        remaining=len(units) - len(done),
        done_ago=tuple(max(0, (report.now - at).days) for at in done),
        days=max(0, (report.today - begins).days),
        days_left=(line.pace.last_on - report.today).days,
        planned=len(units) / max(1, length),
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
