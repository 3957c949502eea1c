"""Where somebody stands in a course: a pure function of what they did, with what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import Literal

from courses.outline import Course, Module, Unit

UnitStatus = Literal["done", "open", "locked", "failed"]
ModuleStatus = Literal["done", "in-progress", "open", "locked"]


@dataclass(frozen=True, slots=True)
class LessonDone:
    """Somebody finished a lesson."""

    lesson_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QuizResult:
    """Somebody's quiz was scored; `passed` is the outcome as it was decided then.

    Partial credit makes `points` a fraction.
    """

    module_key: str
    at: datetime
    passed: bool
    points: Fraction | int
    maximum: int


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as it stands: `waits_for` names the units and modules that keep it locked.

    `result` is the earliest pass of a quiz, else the best failed attempt (the later of equals).
    """

    unit: Unit
    state: UnitStatus
    done_at: datetime | None
    waits_for: tuple[str, ...]
    result: QuizResult | None


@dataclass(frozen=True, slots=True)
class ModuleState:
    """A module as it stands; minutes are planned study time, not time spent."""

    module: Module
    units: tuple[UnitState, ...]
    state: ModuleStatus
    minutes_done: int
    minutes_total: int
    done_at: datetime | None

    @property
    def count_done(self) -> int:
        """How many units are done."""
        return sum(state.state == "done" for state in self.units)

    @property
    def percent(self) -> int:
        """Share of minutes done, 0 to 100, rounded down; 100 only when the module is done."""
        return _percent(self.minutes_done, self.minutes_total, self.state == "done")


@dataclass(frozen=True, slots=True)
class Missing:
    """What still has to be done in one module; the page puts it into words.

    `kind` is "lessons" or "quiz" in an unlocked module, "module" for all of a locked one.
    """

    kind: Literal["lessons", "quiz", "module"]
    module_key: str
    unit_keys: tuple[str, ...]


# Without slots, so that the list of units is made once.
@dataclass(frozen=True)
class Progress:
    """Where somebody stands in a whole course."""

    modules: tuple[ModuleState, ...]
    minutes_done: int
    minutes_total: int
    is_complete: bool
    completed_at: datetime | None
    started_at: datetime | None
    next_unit: Unit | None
    missing: tuple[Missing, ...]

    @cached_property
    def units(self) -> tuple[UnitState, ...]:
        """All units in course order."""
        return tuple(unit for module in self.modules for unit in module.units)

    @property
    def percent(self) -> int:
        """Share of minutes done, 0 to 100, rounded down; 100 only when the course is complete."""
        return _percent(self.minutes_done, self.minutes_total, self.is_complete)

    def state_of(self, unit_key: str) -> UnitState:
        """The state of one unit; raises KeyError for a unit that is not in the course."""
        for state in self.units:
            if state.unit.key == unit_key:
                return state
        raise KeyError(unit_key)


def progress(
    course: Course, lessons_done: Iterable[LessonDone], quiz_results: Iterable[QuizResult]
) -> Progress:
    """Where the person who did these things stands in the course.

    The order of the facts does not matter, and facts about units that the course does not have
    are ignored. What is done stays done: neither a later failed attempt nor a lock takes it back.
    """
    keys = {unit.key for unit in course.units}
    lessons = [fact for fact in lessons_done if fact.lesson_key in keys]
    quizzes = [fact for fact in quiz_results if f"{fact.module_key}/quiz" in keys]
    done_at, results = _standing(lessons, quizzes)
    modules_done = {
        module.key
        for module in course.modules
        if all(unit.key in done_at for unit in course.units if unit.module_key == module.key)
    }
    modules = tuple(
        _module_state(course, module, modules_done, done_at, results) for module in course.modules
    )
    states = [state for module in modules for state in module.units]
    moments = [fact.at for fact in lessons] + [fact.at for fact in quizzes]
    is_complete = len(modules_done) == len(course.modules)
    return Progress(
        modules=modules,
        minutes_done=sum(module.minutes_done for module in modules),
        minutes_total=course.minutes,
        is_complete=is_complete,
        completed_at=max(done_at.values()) if is_complete else None,
        started_at=min(moments, default=None),
        next_unit=next((s.unit for s in states if s.state in ("open", "failed")), None),
        missing=tuple(missing for module in modules for missing in _missing(module)),
    )


def _standing(
    lessons: list[LessonDone], quizzes: list[QuizResult]
) -> tuple[dict[str, datetime], dict[str, QuizResult]]:
    """When each unit was first done, and the result that counts for each quiz attempted."""
    done_at: dict[str, datetime] = {}
    for fact in lessons:
        done_at[fact.lesson_key] = min(fact.at, done_at.get(fact.lesson_key, fact.at))
    results: dict[str, QuizResult] = {}
    for key in {fact.module_key for fact in quizzes}:
        attempts = [fact for fact in quizzes if fact.module_key == key]
        passes = [fact for fact in attempts if fact.passed]
        if passes:
            result = min(passes, key=lambda fact: (fact.at, -_share(fact), fact.maximum))
            done_at[f"{key}/quiz"] = result.at
        else:
            result = max(attempts, key=lambda fact: (_share(fact), fact.at, fact.maximum))
        results[f"{key}/quiz"] = result
    return done_at, results


def _share(result: QuizResult) -> Fraction:
    return Fraction(result.points, result.maximum) if result.maximum else Fraction(0)


def _module_state(
    course: Course,
    module: Module,
    modules_done: set[str],
    done_at: Mapping[str, datetime],
    results: Mapping[str, QuizResult],
) -> ModuleState:
    locks = tuple(key for key in module.prerequisites if key not in modules_done)
    units = [unit for unit in course.units if unit.module_key == module.key]
    unread = tuple(unit.key for unit in units if unit.kind == "lesson" and unit.key not in done_at)
    states = tuple(
        _unit_state(unit, locks if unit.kind == "lesson" else locks + unread, done_at, results)
        for unit in units
    )
    status: ModuleStatus = "open"
    if module.key in modules_done:
        status = "done"
    elif locks:
        status = "locked"
    elif any(state.state in ("done", "failed") for state in states):
        status = "in-progress"
    return ModuleState(
        module=module,
        units=states,
        state=status,
        minutes_done=sum(state.unit.minutes for state in states if state.state == "done"),
        minutes_total=module.minutes,
        done_at=max(done_at[unit.key] for unit in units) if status == "done" else None,
    )


def _unit_state(
    unit: Unit,
    waits_for: tuple[str, ...],
    done_at: Mapping[str, datetime],
    results: Mapping[str, QuizResult],
) -> UnitState:
    result = results.get(unit.key)
    if unit.key in done_at:
        return UnitState(unit, "done", done_at[unit.key], (), result)
    if waits_for:
        return UnitState(unit, "locked", None, waits_for, result)
    return UnitState(unit, "failed" if result else "open", None, (), result)


def _missing(module: ModuleState) -> list[Missing]:
    """What one module still asks for; empty when it is done."""
    key = module.module.key
    undone = [state.unit for state in module.units if state.state != "done"]
    if module.state == "locked":
        return [Missing("module", key, tuple(unit.key for unit in undone))]
    lessons = tuple(unit.key for unit in undone if unit.kind == "lesson")
    quiz = tuple(unit.key for unit in undone if unit.kind == "quiz")
    missing = [Missing("lessons", key, lessons)] if lessons else []
    return [*missing, Missing("quiz", key, quiz)] if quiz else missing


def _percent(done: int, total: int, is_done: bool) -> int:
    if is_done:
        return 100
    return min(99, done * 100 // total) if total else 0
