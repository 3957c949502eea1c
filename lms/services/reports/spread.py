"""How a cohort spreads: the plan and the doing week by week, and the time quizzes take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import courses
from lms.services.reports.cohort import CohortReport


@dataclass(frozen=True, slots=True)
class Timeline:
    """Per cent of the minutes planned and done by the end of each week, the first week first.

    `done` is the mean of all learners, None for weeks that have not ended; the week that runs now
    stands as it is.
    """

    weeks: tuple[int, ...]
    planned: tuple[int, ...]
    done: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class QuizTime:
    """Minutes from start to submission of the first attempts at one quiz: their quartiles."""

    module: courses.Module
    attempts: int
    low: int
    median: int
    high: int


def timeline(report: CohortReport) -> Timeline:
    """Hold what was done week by week against the plan of the cohort."""
    course, begins = report.content.course, report.cohort.starts_on
    count = max(1, report.weeks)
    weeks = tuple(range(1, count + 1))
    planned, done = [0] * (count + 1), [0] * (count + 1)
    for unit in course.units:
        planned[_week((report.due[unit.key] - begins).days, count)] += unit.minutes
    for line in report.lines:
        for state in line.progress.units:
            if state.done_at is not None:
                days = (report.today - begins).days - (report.now - state.done_at).days
                done[_week(days, count)] += state.unit.minutes
    everything = max(1, course.minutes)
    everybody = max(1, everything * len(report.lines))
    return Timeline(
        weeks=weeks,
        planned=tuple(100 * sum(planned[: week + 1]) // everything for week in weeks),
        done=tuple(
            100 * sum(done[: week + 1]) // everybody if week <= max(report.week, 0) else None
            for week in weeks
        ),
    )


def _week(days: int, most: int) -> int:
    """The week in which a day lies, the first and the last taking what lies outside."""
    return min(max(days // 7 + 1, 1), most)


def quiz_times(report: CohortReport) -> tuple[QuizTime, ...]:
    """How long first attempts took, by quiz, pauses included; quizzes nobody submitted left out."""
    taken: dict[str, list[int]] = {}
    for attempt in report.attempts:
        if attempt.is_first and attempt.submitted_at is not None:
            length = attempt.submitted_at - attempt.started_at
            taken.setdefault(attempt.module_key, []).append(length // timedelta(minutes=1))
    return tuple(
        QuizTime(module, len(minutes), *quartiles(minutes))
        for module in report.content.course.modules
        if (minutes := sorted(taken.get(module.key, ())))
    )


def quartiles(ordered: Sequence[int]) -> tuple[int, int, int]:
    """The values that a quarter, half and three quarters of an ordered list do not exceed."""
    size = len(ordered)
    low, median, high = (ordered[max(0, -(-share * size // 4) - 1)] for share in (1, 2, 3))
    return low, median, high
