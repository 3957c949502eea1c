"""Where everybody in a cohort stands against its plan, and who needs a person."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import courses
from lms.services import catalogue, cohorts, credentials, psychometrics
from lms.services.cohorts import RunCohort, week_on
from lms.services.reports.lines import CELL_STATES, CellState, LearnerLine, learner_line
from lms.services.reports.members import members_of
from lms.services.reports.roll import roll_of

SORTS = ("name", "pace", "progress")
SHOWN = ("all", "late", "on-pace", "complete", "not-started")
# The order in which people stand against the plan, furthest behind first.
PACE_ORDER = {"overdue": 0, "late": 1, "not-started": 2, "on-pace": 3, "complete": 4}
CONCERN_ORDER = {"overdue": 0, "quiz": 1, "late": 2}


# Without slots, so that what follows from the fields is worked out once.
@dataclass(frozen=True)
class CohortReport:
    """Where everybody in a cohort stands at `now`, by name; the withdrawn are left out.

    `due` is the plan of the cohort, `today` the day on its programme's calendar, `cuts` are the cut
    scores of its quizzes in percent.
    """

    cohort: RunCohort
    content: catalogue.ReleaseContent
    now: datetime
    today: date
    due: Mapping[str, date]
    lines: tuple[LearnerLine, ...]
    cuts: tuple[int, ...]

    @cached_property
    def attempts(self) -> tuple[psychometrics.CohortAttempt, ...]:
        """Every attempt at the quizzes that was not voided."""
        return tuple(attempt for line in self.lines for attempt in line.attempts)

    @cached_property
    def first_scores(self) -> tuple[Fraction, ...]:
        """The share reached in each first attempt at a quiz."""
        return tuple(
            each.share for each in self.attempts if each.is_first and each.share is not None
        )

    @property
    def median_percent(self) -> int | None:
        """The median first-attempt score, rounded down so that it never reaches a cut by rounding.

        None before the first submission.
        """
        return int(median(self.first_scores) * 100) if self.first_scores else None

    @property
    def score_tenths(self) -> tuple[int, ...]:
        """How many first attempts reached 0 to 9 %, 10 to 19 %, and so on to 90 to 100 %."""
        return _tenths(int(share * 100) for share in self.first_scores)

    @property
    def done_tenths(self) -> tuple[int, ...]:
        """How many learners have done 0 to 9 % of the minutes, and so on to 90 to 100 %."""
        return _tenths(line.progress.percent for line in self.lines)

    @property
    def planned_percent(self) -> int:
        """Share of the course's minutes whose planned day is past; below it, somebody is late."""
        course = self.content.course
        past = sum(unit.minutes for unit in course.units if self.due[unit.key] < self.today)
        return past * 100 // course.minutes if course.minutes else 0

    @property
    def weeks(self) -> int:
        """Length of the cohort in weeks, a begun one counted whole."""
        return week_on(self.cohort.starts_on, self.cohort.due_on)

    @property
    def week(self) -> int:
        """The week that `today` lies in, from 1; zero or less before the start."""
        return week_on(self.cohort.starts_on, self.today)

    @cached_property
    def count_behind(self) -> int:
        """How many learners are behind the plan today."""
        return sum(line.is_behind for line in self.lines)

    @cached_property
    def behind_a_week_ago(self) -> int | None:
        """How many were behind seven days ago; None in the first week."""
        if self.week <= 1:
            return None
        week = timedelta(days=7)
        return sum(line.was_behind(self.now - week, self.today - week) for line in self.lines)

    def selected(self, shown: str) -> tuple[LearnerLine, ...]:
        """The lines of one of SHOWN; everybody is late, on pace or complete, and only one."""
        return tuple(line for line in self.lines if SELECTS[shown](line))

    def states_in(self, place: int) -> Mapping[CellState, int]:
        """How many learners stand in each state in the unit at `place` of the course, from 0."""
        found = Counter(line.cells[place].state for line in self.lines)
        return {state: found[state] for state in CELL_STATES}

    def states_in_module(self, place: int) -> Mapping[CellState, int]:
        """How many learners stand in each state in the module at `place`, from 0."""
        found = Counter(line.modules[place].state for line in self.lines)
        return {state: found[state] for state in CELL_STATES}

    def due_of_module(self, module: courses.Module) -> date:
        """The planned day of the last unit of a module."""
        units = self.content.course.units
        return max(self.due[unit.key] for unit in units if unit.module_key == module.key)

    def needing_a_person(self) -> list[LearnerLine]:
        """Learners with a concern, the most pressing first."""

        def urgency(line: LearnerLine) -> tuple[int, int]:
            kinds = [CONCERN_ORDER[concern.kind] for concern in line.concerns]
            return min(kinds), -len(line.pace.late)

        return sorted((line for line in self.lines if line.concerns), key=urgency)


SELECTS: Mapping[str, Callable[[LearnerLine], bool]] = {
    "all": lambda line: True,
    "late": lambda line: line.is_behind,
    "on-pace": lambda line: not line.is_behind and not line.progress.is_complete,
    "complete": lambda line: line.progress.is_complete,
    "not-started": lambda line: line.progress.started_at is None,
}


def cohort_report(session: Session, cohort: RunCohort, now: datetime) -> CohortReport:
    """Compute where everybody in a cohort stands at `now`, in five queries whatever its size.

    Nothing is asked about credentials while nobody has one.
    """
    content = catalogue.release(session, cohort.release_id)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    roll = roll_of(session, cohort.id)
    members = members_of(session, roll, content)
    ids = [member.enrolment_id for member in members]
    holders = [row.id for row in roll if row.credentials]
    earned = credentials.list_of_enrolments(session, holders, now) if holders else {}
    due = cohorts.due_dates(session, cohort, ids)
    plan = _plan(session, cohort, due)
    lines = [
        learner_line(
            content,
            member,
            earned.get(member.enrolment_id),
            courses.pace(
                content.course,
                member.facts.progress,
                cohort.starts_on,
                cohort.due_on,
                today,
                due.get(member.enrolment_id, plan),
            ),
        )
        for member in members
    ]
    return CohortReport(
        cohort=cohort,
        content=content,
        now=now,
        today=today,
        due={key: each.on for key, each in plan.items()},
        lines=tuple(sorted(lines, key=_by_name)),
        cuts=_cuts(content),
    )


def _plan(session: Session, cohort: RunCohort, due: Mapping[int, cohorts.Due]) -> cohorts.Due:
    """The days of the cohort: those of the first learner without days of their own."""
    for mine in due.values():
        if all(each.source in ("plan", "absolute") for each in mine.values()):
            return mine
    return cohorts.plan_of(session, cohort)


def _tenths(percents: Iterable[int]) -> tuple[int, ...]:
    found = Counter(min(percent // 10, 9) for percent in percents)
    return tuple(found[tenth] for tenth in range(10))


def _cuts(content: catalogue.ReleaseContent) -> tuple[int, ...]:
    quizzed = [module.quiz for module in content.course.modules if module.quiz]
    return tuple(sorted({content.banks[quiz].specification.cut_percent for quiz in quizzed}))


def arranged(lines: Iterable[LearnerLine], sort: str, descending: bool) -> tuple[LearnerLine, ...]:
    """Return lines of a report in one of SORTS; equals stay in the order of their names.

    Pace ascends from those furthest behind to those who are complete.
    """
    by_name = tuple(lines)
    if sort == "name":
        return by_name[::-1] if descending else by_name
    return tuple(sorted(by_name, key=SORT_KEYS[sort], reverse=descending))


SORT_KEYS: Mapping[str, Callable[[LearnerLine], tuple[int, int]]] = {
    "pace": lambda line: (PACE_ORDER[line.pace.state], -len(line.pace.late)),
    "progress": lambda line: (line.progress.minutes_done, 0),
}


def _by_name(line: LearnerLine) -> tuple[str, str, int]:
    """Letters before their accents, so that Ćosić stands among the C."""
    bare = unicodedata.normalize("NFKD", line.name.casefold())
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return letters, line.name, line.enrolment_id
