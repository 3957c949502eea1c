"""Where everybody in a cohort stands against its plan, and who needs a person."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median
from typing import Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.services import catalogue, credentials, learning
from lms.services.cohorts import RunCohort, State, week_on
from lms.services.reports.scores import superseded

CellState = Literal["done", "failed", "late", "progress", "open"]
ConcernKind = Literal["overdue", "quiz", "late"]
CELL_STATES: tuple[CellState, ...] = ("done", "failed", "late", "progress", "open")
SORTS = ("name", "pace", "progress")
SHOWN = ("all", "late", "on-pace", "complete", "not-started")
# The order in which people stand against the plan, furthest behind first.
PACE_ORDER = {"overdue": 0, "late": 1, "not-started": 2, "on-pace": 3, "complete": 4}
CONCERN_ORDER = {"overdue": 0, "quiz": 1, "late": 2}


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner's standing in one unit; `percent` is the score of a quiz, rounded down."""

    state: CellState
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class ModuleCell:
    """One learner's standing in one module: `done` of `total` units, `percent` of its quiz."""

    state: CellState
    done: int
    total: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class Concern:
    """A reason why somebody should be spoken to; the page puts it into words.

    `units` are those missing ("overdue"), those late ("late") or the quiz not passed ("quiz", with
    the best result, the points a pass needs and the number of attempts).
    """

    kind: ConcernKind
    units: tuple[courses.Unit, ...]
    best: courses.QuizResult | None = None
    needed: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """One learner's row: who they are, how far they are, and against which plan.

    Whose place is paused is shown and not pressed: never behind, and no concern.
    """

    enrolment_id: int
    name: str
    email: str
    profession: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    progress: courses.Progress
    pace: courses.Pace
    cells: tuple[Cell, ...]
    modules: tuple[ModuleCell, ...]
    concerns: tuple[Concern, ...]
    credential: credentials.Attested | None
    state: State = "active"

    @property
    def is_behind(self) -> bool:
        """Whether a planned day has passed for something not done yet."""
        if self.state == "paused":
            return False
        return bool(self.pace.late) or self.pace.state == "overdue"


@dataclass(frozen=True, slots=True)
class CohortReport:
    """Where everybody in a cohort stands on the day `today`, by name; the withdrawn are left out.

    `first_scores` holds the share reached in each first attempt at a quiz, `cuts` the cut scores
    of the quizzes in percent.
    """

    cohort: RunCohort
    content: catalogue.ReleaseContent
    today: date
    due: Mapping[str, date]
    lines: tuple[LearnerLine, ...]
    first_scores: tuple[Fraction, ...]
    cuts: tuple[int, ...]

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
    """Compute where everybody in a cohort stands at `now`, in four queries whatever its size."""
    content = catalogue.release(session, cohort.release_id)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    people = session.execute(_people(cohort.id)).all()
    ids = [row.id for row in people]
    records = learning.records_of(session, ids)
    earned = credentials.list_of_enrolments(session, ids, now)
    first_scores, sitting = _first_and_open_attempts(session, cohort.id)
    nobody = courses.progress(content.course, (), ())
    plan = courses.pace(content.course, nobody, cohort.starts_on, cohort.due_on, today)
    lines = [
        _line(
            cohort,
            content,
            row,
            records.get(row.id, learning.StudyRecord()),
            sitting.get(row.id, frozenset()),
            earned.get(row.id),
            today,
        )
        for row in people
    ]
    return CohortReport(
        cohort=cohort,
        content=content,
        today=today,
        due=plan.due,
        lines=tuple(sorted(lines, key=_by_name)),
        first_scores=first_scores,
        cuts=_cuts(content),
    )


def _tenths(percents: Iterable[int]) -> tuple[int, ...]:
    found = Counter(min(percent // 10, 9) for percent in percents)
    return tuple(found[tenth] for tenth in range(10))


def _people(cohort_id: int) -> sa.Select[int, datetime, str, str, str, str]:
    return (
        sa.select(
            Enrolment.id,
            Enrolment.enrolled_at,
            Account.full_name,
            Account.email,
            Account.profession,
            Enrolment.state,
        )
        .join(Account, Account.id == Enrolment.account_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state != "withdrawn")
    )


def _line(
    cohort: RunCohort,
    content: catalogue.ReleaseContent,
    person: sa.Row[int, datetime, str, str, str, str],
    record: learning.StudyRecord,
    sitting: frozenset[str],
    credential: credentials.Attested | None,
    today: date,
) -> LearnerLine:
    progress = courses.progress(content.course, record.done, record.results)
    pace = courses.pace(content.course, progress, cohort.starts_on, cohort.due_on, today)
    begun = {seen.lesson_key for seen in record.places} | {f"{key}/quiz" for key in sitting}
    moments = [fact.at for fact in record.done]
    moments += [fact.at for fact in record.results]
    moments += [seen.at for seen in record.places]
    cells = tuple(_cell(state, pace, begun) for state in progress.units)
    return LearnerLine(
        enrolment_id=person.id,
        name=person.full_name,
        email=person.email,
        profession=person.profession,
        enrolled_at=person.enrolled_at,
        last_seen_at=max(moments, default=None),
        progress=progress,
        pace=pace,
        cells=cells,
        modules=tuple(_module_cells(progress, cells)),
        concerns=(
            () if person.state == "paused" else tuple(_concerns(content, record, progress, pace))
        ),
        credential=credential,
        state=cast(State, person.state),
    )


def _cell(state: courses.UnitState, pace: courses.Pace, begun: set[str]) -> Cell:
    percent = None
    if state.result is not None and state.result.maximum:
        percent = int(state.result.points * 100 // state.result.maximum)
    if state.state in ("done", "failed"):
        return Cell("done" if state.state == "done" else "failed", percent)
    if state.unit.key in pace.late:
        return Cell("late", percent)
    return Cell("progress" if state.unit.key in begun else "open", percent)


def _module_cells(progress: courses.Progress, cells: tuple[Cell, ...]) -> Iterable[ModuleCell]:
    """Sum the cells of each module up: what needs looking at first gives the module its state."""
    rest = iter(cells)
    for module in progress.modules:
        own = [next(rest) for _ in module.units]
        states = {cell.state for cell in own}
        state: CellState = "open"
        if module.state == "done":
            state = "done"
        elif "failed" in states or "late" in states:
            state = "failed" if "failed" in states else "late"
        elif states & {"done", "progress"}:
            state = "progress"
        percent = next((cell.percent for cell in own if cell.percent is not None), None)
        yield ModuleCell(state, module.count_done, len(own), percent)


def _concerns(
    content: catalogue.ReleaseContent,
    record: learning.StudyRecord,
    progress: courses.Progress,
    pace: courses.Pace,
) -> Iterable[Concern]:
    undone = tuple(state.unit for state in progress.units if state.state != "done")
    if pace.state == "overdue":
        yield Concern("overdue", undone)
    for state in progress.units:
        if state.unit.kind == "quiz" and state.state != "done" and state.result is not None:
            module = content.course.module(state.unit.module_key)
            cut = content.banks[module.quiz or ""].specification.cut_percent
            yield Concern(
                "quiz",
                (state.unit,),
                best=state.result,
                needed=quizzes.needed_points(state.result.maximum, cut),
                attempts=sum(result.module_key == module.key for result in record.results),
            )
    if pace.late and pace.state != "overdue":
        yield Concern("late", tuple(unit for unit in undone if unit.key in pace.late))


def _cuts(content: catalogue.ReleaseContent) -> tuple[int, ...]:
    quizzed = [module.quiz for module in content.course.modules if module.quiz]
    return tuple(sorted({content.banks[quiz].specification.cut_percent for quiz in quizzed}))


def _first_and_open_attempts(
    session: Session, cohort_id: int
) -> tuple[tuple[Fraction, ...], dict[int, frozenset[str]]]:
    """Return the shares reached in first attempts, and by enrolment the modules being sat now."""
    query = (
        sa.select(
            Attempt.enrolment_id,
            Attempt.module_key,
            Attempt.submitted_at,
            ScoreRecord.points,
            ScoreRecord.maximum,
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .outerjoin(ScoreRecord, sa.and_(ScoreRecord.attempt_id == Attempt.id, ~superseded()))
        .where(
            Enrolment.cohort_id == cohort_id,
            Enrolment.state != "withdrawn",
            Attempt.voided_at.is_(None),
            sa.or_(Attempt.number == 1, Attempt.submitted_at.is_(None)),
        )
    )
    shares = []
    sitting: dict[int, frozenset[str]] = {}
    for row in session.execute(query):
        if row.submitted_at is None:
            here = sitting.get(row.enrolment_id, frozenset())
            sitting[row.enrolment_id] = here | {row.module_key}
        elif row.maximum:
            # Both are counted in the same parts of a mark.
            shares.append(Fraction(row.points, row.maximum))
    return tuple(shares), sitting


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
