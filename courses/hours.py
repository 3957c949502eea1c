"""Minutes of a course against what jurisdictions ask for, and competencies against its units.

Pure functions of a course, a crosswalk, the keys of the units somebody has done, and the minutes
of live sessions they were credited. A minute counts once within a jurisdiction; jurisdictions are
ledgers of their own.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from courses.crosswalk import Crosswalk, Requirement, Rulebook
from courses.live import LiveMinutes, live_by_topic
from courses.outline import Course, Module, Objective, Share, Unit

CompetencyState = Literal["evidenced", "in-part", "open", "not-in-course", "practice"]


@dataclass(frozen=True, slots=True)
class TopicHours:
    """A requirement in minutes: what the curriculum maps to it, and what somebody has earned.

    `required` holds the minutes by each reading of the rule, empty when they are unknown. Of the
    `earned` minutes `live` were taught in live sessions, which no curriculum `covered`.
    """

    requirement: Requirement
    required: tuple[int, ...]
    covered: int
    earned: int
    live: int = 0

    @property
    def studied(self) -> int:
        """The minutes earned by lessons and quizzes: never more than are covered."""
        return self.earned - self.live

    @property
    def missing(self) -> tuple[int, ...]:
        """The minutes still to be earned, by each reading."""
        return tuple(max(0, required - self.earned) for required in self.required)

    @property
    def uncovered(self) -> tuple[int, ...]:
        """The minutes this curriculum does not offer, by each reading."""
        return tuple(max(0, required - self.covered) for required in self.required)


@dataclass(frozen=True, slots=True)
class JurisdictionHours:
    """One jurisdiction's hours; the total's shortfall is never less than that of its topics."""

    rulebook: Rulebook
    total: TopicHours
    topics: tuple[TopicHours, ...]
    unmapped: int

    @property
    def missing(self) -> int | None:
        """The minutes still to be earned in all by the stated rules; None when unknown."""
        return self._short([topic.missing for topic in (self.total, *self.topics)])

    @property
    def uncovered(self) -> int | None:
        """The minutes that this curriculum does not offer; None when unknown."""
        return self._short([topic.uncovered for topic in (self.total, *self.topics)])

    def _short(self, lacking: list[tuple[int, ...]]) -> int | None:
        if not self.total.required:
            return None
        total, *topics = [each[0] if each else 0 for each in lacking]
        # Minutes beyond one topic's minimum do not make up for another topic.
        return max(total, sum(topics))


@dataclass(frozen=True, slots=True)
class Competency:
    """A competency, the units of a course that bear on it, and which of these are done."""

    requirement: Requirement
    units: tuple[Unit, ...]
    done: tuple[Unit, ...]

    @property
    def state(self) -> CompetencyState:
        """How far a course has evidenced it: all, some or none of its units done."""
        if self.requirement.evidenced_by == "practice":
            return "practice"
        if not self.units:
            return "not-in-course"
        if len(self.done) == len(self.units):
            return "evidenced"
        return "in-part" if self.done else "open"


@dataclass(frozen=True, slots=True)
class FrameworkStanding:
    """The competencies of one framework, in its order."""

    rulebook: Rulebook
    competencies: tuple[Competency, ...]


@dataclass(frozen=True, slots=True)
class MappedRequirement:
    """A requirement that a session serves, with the minutes of it (0: no hours are asked)."""

    rulebook: Rulebook
    requirement: Requirement
    minutes: int


@dataclass(frozen=True, slots=True)
class Session:
    """One lesson or quiz as an outline lists it; it runs from minute `begins` to `ends`."""

    unit: Unit
    module: Module
    begins: int
    ends: int
    objectives: tuple[Objective, ...]
    mapped: tuple[MappedRequirement, ...]
    competencies: tuple[str, ...]


def hours(
    crosswalk: Crosswalk,
    course: Course,
    done: Collection[str] = (),
    live: Sequence[LiveMinutes] = (),
) -> tuple[JurisdictionHours, ...]:
    """The jurisdictions that ask for training, those that state topics first.

    `done` holds the keys of the units somebody has completed; others are ignored. `live` is what
    they were credited of live sessions; it counts beside the units, topic by topic.
    """
    found = [
        _jurisdiction(book, course, done, live)
        for book in crosswalk.of_kind("jurisdiction")
        if book.of_part("total")
    ]
    return tuple(sorted(found, key=lambda each: not each.topics))


def competencies(
    crosswalk: Crosswalk, course: Course, done: Collection[str] = ()
) -> tuple[FrameworkStanding, ...]:
    """Each framework's competencies, with the units that bear on them and those done."""
    named = [(unit, names) for unit, _shares, names in _units(course)]
    return tuple(
        FrameworkStanding(
            book,
            tuple(
                _competency(each, [unit for unit, names in named if each.id in names], done)
                for each in book.requirements
                if each.evidenced_by is not None
            ),
        )
        for book in crosswalk.of_kind("framework")
    )


def sessions(crosswalk: Crosswalk, course: Course) -> tuple[Session, ...]:
    """Every lesson and quiz in order, one after the other on one clock that starts at 0."""
    found: list[Session] = []
    clock = 0
    for unit, shares, names in _units(course):
        module = course.module(unit.module_key)
        found.append(
            Session(
                unit=unit,
                module=module,
                begins=clock,
                ends=clock + unit.minutes,
                objectives=_objectives(course, module, unit),
                mapped=tuple(_mapped(crosswalk, shares)),
                competencies=names,
            )
        )
        clock += unit.minutes
    return tuple(found)


def _jurisdiction(
    book: Rulebook, course: Course, done: Collection[str], live: Sequence[LiveMinutes]
) -> JurisdictionHours:
    topics = book.of_part("topic")
    ids = {topic.id for topic in topics}
    covered: dict[str, int] = dict.fromkeys(ids, 0)
    earned: dict[str, int] = dict.fromkeys(ids, 0)
    for unit, shares, _names in _units(course):
        for share in shares:
            if share.requirement in ids:
                covered[share.requirement] += share.minutes
                earned[share.requirement] += share.minutes if unit.key in done else 0
    taught = live_by_topic(course, ids, live)
    total = book.of_part("total")[0]
    all_covered, all_taught = sum(covered.values()), sum(taught.values())
    return JurisdictionHours(
        rulebook=book,
        total=TopicHours(
            total, total.readings, all_covered, sum(earned.values()) + all_taught, all_taught
        ),
        topics=tuple(
            TopicHours(
                topic,
                topic.readings,
                covered[topic.id],
                earned[topic.id] + taught[topic.id],
                taught[topic.id],
            )
            for topic in topics
        ),
        unmapped=course.minutes - all_covered,
    )


def _competency(requirement: Requirement, units: list[Unit], done: Collection[str]) -> Competency:
    return Competency(requirement, tuple(units), tuple(unit for unit in units if unit.key in done))


def _units(course: Course) -> Iterator[tuple[Unit, tuple[Share, ...], tuple[str, ...]]]:
    """Every unit with the shares of its minutes and the competencies it bears on."""
    for unit in course.units:
        if unit.kind == "lesson":
            lesson = course.lesson(unit.key)
            yield unit, lesson.crosswalk, lesson.competencies
        else:
            module = course.module(unit.module_key)
            yield unit, module.quiz_crosswalk, module.quiz_competencies


def _objectives(course: Course, module: Module, unit: Unit) -> tuple[Objective, ...]:
    """What a lesson serves; a quiz examines all objectives of its module."""
    if unit.kind == "quiz":
        return module.objectives
    wanted = course.lesson(unit.key).objectives
    return tuple(objective for objective in module.objectives if objective.id in wanted)


def _mapped(crosswalk: Crosswalk, shares: tuple[Share, ...]) -> Iterator[MappedRequirement]:
    for share in shares:
        found = crosswalk.find(share.requirement)
        if found is not None:
            yield MappedRequirement(*found, share.minutes)
