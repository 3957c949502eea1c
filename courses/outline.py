"""What is taught: course, module and lesson as frozen values, in the order they are studied."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from courses.closing import NOTHING_ASKED, Closing
from courses.practice import NO_PRACTICE, Practice
from courses.renewal import USUAL_ASKS, USUAL_CURRENCY, Currency, RenewalAsks

UnitKind = Literal["lesson", "quiz"]
UpdateKind = Literal["material", "safety-critical"]


@dataclass(frozen=True, slots=True)
class Objective:
    """What somebody can do after a module, with the facts that it stands on."""

    id: str
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a lesson; `id` is its anchor in the lesson's html, `level` 2 to 6."""

    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One step through a course: a lesson or a module's quiz.

    `key` is "module/lesson" or "module/quiz", `number` the place in the course from 1, `minutes`
    the planned study time.
    """

    key: str
    kind: UnitKind
    module_key: str
    title: str
    minutes: int
    number: int


@dataclass(frozen=True, slots=True)
class Share:
    """Minutes of a lesson or quiz mapped to a requirement; 0 where the rule asks no hours."""

    requirement: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson, rendered: `html` and `key_points` are safe to put in a page as they are.

    `number` is the place in the module from 1, `minutes` the planned study time, `words` the
    length of what is read, `citations` the fact ids in order of first appearance, `claims` the
    ids of the registered claims it has its readers judge, `terms` the names of the glossary's
    terms that its html opens definitions of. `crosswalk` and `competencies` name what it is
    mapped to.
    """

    key: str
    slug: str
    number: int
    title: str
    summary: str
    minutes: int
    difficulty: int
    objectives: tuple[str, ...]
    safety_critical: bool
    reviewed_on: date
    content_note: str | None
    key_points: tuple[str, ...]
    html: str
    headings: tuple[Heading, ...]
    citations: tuple[str, ...]
    words: int
    claims: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    crosswalk: tuple[Share, ...] = ()
    competencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobAid:
    """One printed page to pin to the wall; `html` is safe to put in a page as it is."""

    slug: str
    title: str
    summary: str
    safety_critical: bool
    reviewed_on: date
    html: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field and what it means: `html` stands within a line, `also` are synonyms.

    `found_as` are the words under which lessons are linked to it; without any, they are found
    under the term and its synonyms.
    """

    term: str
    also: tuple[str, ...]
    html: str
    citations: tuple[str, ...]
    found_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """A short lesson on what has changed, for those who learned it as it was.

    `slug` begins with the day it is dated. A "safety-critical" one has to be read and confirmed
    by everybody whose credential rests on an earlier release; a "material" one may be read.
    `facts` are those it is about, withdrawn ones included, which `citations` cannot name.
    """

    slug: str
    dated_on: date
    title: str
    summary: str
    minutes: int
    kind: UpdateKind
    facts: tuple[str, ...]
    html: str
    headings: tuple[Heading, ...]
    citations: tuple[str, ...]
    words: int


@dataclass(frozen=True, slots=True)
class Module:
    """Lessons that belong together, the quiz (id of an item bank) that closes them, and companions.

    Raises ValueError without a lesson: a module without one could be "done" by doing nothing.
    """

    key: str
    title: str
    summary: str
    objectives: tuple[Objective, ...]
    quiz: str | None
    quiz_minutes: int
    prerequisites: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    job_aids: tuple[JobAid, ...] = ()
    terms: tuple[Term, ...] = ()
    quiz_crosswalk: tuple[Share, ...] = ()
    quiz_competencies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.lessons:
            raise ValueError(f"module {self.key!r} has no lesson")

    @property
    def quiz_key(self) -> str:
        """The key of this module's quiz as a unit, whether or not it has one."""
        return f"{self.key}/quiz"

    @property
    def citations_beside(self) -> tuple[str, ...]:
        """The facts cited beside the lessons: by job aids and in the glossary."""
        aids = [fact for aid in self.job_aids for fact in aid.citations]
        return (*aids, *(fact for term in self.terms for fact in term.citations))

    @property
    def minutes(self) -> int:
        """Study time of all lessons and the quiz."""
        lessons = sum(lesson.minutes for lesson in self.lessons)
        return lessons + (self.quiz_minutes if self.quiz is not None else 0)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who answers for the content."""

    name: str
    role: str


# Without slots, so that what follows from the fields is worked out once.
@dataclass(frozen=True)
class Course:
    """A whole course as somebody studies it.

    `currency_months` is how long the credential it leads to stays current, by the rule that
    `currency` states; `renewal` is what renewing it asks for, `closing` what is asked of whoever
    has completed the course, `practice` what is asked of practice with people. Raises ValueError
    without a module: such a course would be complete from the start.
    """

    slug: str
    title: str
    summary: str
    language: str
    audience: str
    certifies: str
    not_certified: str
    currency_months: int
    authors: tuple[Author, ...]
    modules: tuple[Module, ...]
    updates: tuple[Update, ...] = ()
    currency: Currency = USUAL_CURRENCY
    renewal: RenewalAsks = USUAL_ASKS
    closing: Closing = NOTHING_ASKED
    practice: Practice = NO_PRACTICE

    def __post_init__(self) -> None:
        if not self.modules:
            raise ValueError(f"course {self.slug!r} has no module")

    @cached_property
    def minutes(self) -> int:
        """Study time of all modules."""
        return sum(module.minutes for module in self.modules)

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """All lessons in the order they are studied."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """All lessons and quizzes in the order they are studied, numbered from 1."""
        units: list[Unit] = []
        for module in self.modules:
            for lesson in module.lessons:
                number = len(units) + 1
                unit = Unit(lesson.key, "lesson", module.key, lesson.title, lesson.minutes, number)
                units.append(unit)
            if module.quiz is not None:
                number = len(units) + 1
                title = f"Quiz: {module.title}"
                units.append(
                    Unit(module.quiz_key, "quiz", module.key, title, module.quiz_minutes, number)
                )
        return tuple(units)

    def module(self, key: str) -> Module:
        """The module with this key; raises KeyError."""
        for module in self.modules:
            if module.key == key:
                return module
        raise KeyError(key)

    def find_lesson(self, key: str) -> Lesson | None:
        """The lesson with this key ("module/lesson"), if there is one."""
        return next((lesson for lesson in self.lessons if lesson.key == key), None)

    def lesson(self, key: str) -> Lesson:
        """The lesson with this key ("module/lesson"); raises KeyError."""
        found = self.find_lesson(key)
        if found is None:
            raise KeyError(key)
        return found

    def update(self, slug: str) -> Update:
        """The update of this name; raises KeyError."""
        for update in self.updates:
            if update.slug == slug:
                return update
        raise KeyError(slug)

    def neighbours(self, unit_key: str) -> tuple[Unit | None, Unit | None]:
        """The units before and after a lesson or quiz; raises KeyError for an unknown one."""
        units = self.units
        for place, unit in enumerate(units):
            if unit.key == unit_key:
                before = units[place - 1] if place > 0 else None
                after = units[place + 1] if place + 1 < len(units) else None
                return before, after
        raise KeyError(unit_key)
