"""One learner's row in a cohort's report: how far, against which plan, and what worries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import courses
import quizzes
from lms.services import catalogue, credentials, learning, psychometrics
from lms.services.cohorts import State
from lms.services.reports.members import Member

CellState = Literal["done", "failed", "late", "progress", "open"]
ConcernKind = Literal["overdue", "quiz", "late"]
CELL_STATES: tuple[CellState, ...] = ("done", "failed", "late", "progress", "open")


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
    attempts: tuple[psychometrics.CohortAttempt, ...]
    state: State = "active"
    live: tuple[courses.LiveMinutes, ...] = ()

    @property
    def is_behind(self) -> bool:
        """Whether a planned day has passed for something not done yet."""
        if self.state == "paused":
            return False
        return bool(self.pace.late) or self.pace.state == "overdue"

    def was_behind(self, moment: datetime, day: date) -> bool:
        """Whether a planned day had passed at `moment`, on `day`, for something not done then.

        By the days that are planned now: an extension counts from the beginning.
        """
        if self.state == "paused":
            return False
        return any(
            self.pace.due[state.unit.key] < day
            and (state.done_at is None or state.done_at > moment)
            for state in self.progress.units
        )


def learner_line(
    content: catalogue.ReleaseContent,
    member: Member,
    credential: credentials.Attested | None,
    pace: courses.Pace,
) -> LearnerLine:
    """Return where a member of the cohort stands, held against the calendar in `pace`."""
    record, progress = member.facts.record, member.facts.progress
    begun = {seen.lesson_key for seen in record.places}
    begun |= {f"{each.module_key}/quiz" for each in member.facts.attempts if not each.submitted_at}
    moments = [fact.at for fact in record.done]
    moments += [fact.at for fact in record.results]
    moments += [seen.at for seen in record.places]
    cells = tuple(_cell(state, pace, begun) for state in progress.units)
    concerns = () if member.state == "paused" else _concerns(content, record, progress, pace)
    return LearnerLine(
        enrolment_id=member.enrolment_id,
        name=member.name,
        email=member.email,
        profession=member.profession,
        enrolled_at=member.enrolled_at,
        last_seen_at=max(moments, default=None),
        progress=progress,
        pace=pace,
        cells=cells,
        modules=tuple(_module_cells(progress, cells)),
        concerns=tuple(concerns),
        credential=credential,
        attempts=member.facts.attempts,
        state=member.state,
        live=member.live,
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
