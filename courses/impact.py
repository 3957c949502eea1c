"""What a change of the facts touches: two states of the evidence, and all that rests on them.

A change is one that a reader would notice: of what is stated, of its source, its strength or its
status. A new review date alone changes nothing that was taught. Rules of practice stand on no fact
but on rows of the crosswalk, which are followed in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from courses.crosswalk import Requirement
from courses.evidence import Fact
from courses.outline import Course

How = Literal["changed", "added", "withdrawn"]
Kind = Literal[
    "lesson",
    "job-aid",
    "term",
    "objective",
    "update",
    "code-of-ethics",
    "checklist-line",
    "practice-rule",
    "claim",
    "item",
]

COMPARED = ("statement", "source", "strength", "status")
COMPARED_IN_ROWS = ("topic", "rule", "alternatives", "reference", "confidence")


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact that is not what it was; `fields` are the ones that differ, for a changed one."""

    fact_id: str
    how: How
    fields: tuple[str, ...]
    before: Fact | None
    after: Fact | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that stands on facts; a practice rule, on rows of the crosswalk.

    `key` is unique among its kind: "module/lesson", "module/job-aid", "checklist/line", the
    measure of a practice rule, or an id. `facts` are the ids of what it stands on.
    """

    kind: Kind
    key: str
    title: str
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Teaching:
    """One state of what is taught: facts and rows by id, and everything that stands on them."""

    facts: Mapping[str, Fact]
    standings: tuple[Standing, ...]
    rows: Mapping[str, Requirement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Touched:
    """Something that stands, or stood, on changed facts or rows: which, in order of their ids."""

    kind: Kind
    key: str
    title: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What changed between two states of the evidence, and what that touches."""

    changes: tuple[FactChange, ...]
    touched: tuple[Touched, ...]

    def of_kind(self, kind: Kind) -> tuple[Touched, ...]:
        """What is touched of one kind, in the order in which it is taught."""
        return tuple(each for each in self.touched if each.kind == kind)

    @property
    def fact_ids(self) -> frozenset[str]:
        """The facts that are not what they were."""
        return frozenset(change.fact_id for change in self.changes)


def compare_facts(before: Mapping[str, Fact], after: Mapping[str, Fact]) -> tuple[FactChange, ...]:
    """Every fact that was changed, added or withdrawn, in order of the ids."""
    changes = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None:
            changes.append(FactChange(key, "added", (), None, new))
        elif new is None:
            changes.append(FactChange(key, "withdrawn", (), old, None))
        elif fields := tuple(name for name in COMPARED if getattr(old, name) != getattr(new, name)):
            changes.append(FactChange(key, "changed", fields, old, new))
    return tuple(changes)


def changed_rows(
    before: Mapping[str, Requirement], after: Mapping[str, Requirement]
) -> frozenset[str]:
    """The ids of the rows that were changed, added or withdrawn."""
    both = before.keys() & after.keys()
    return frozenset(before.keys() ^ after.keys()) | {
        key
        for key in both
        if any(getattr(before[key], name) != getattr(after[key], name) for name in COMPARED_IN_ROWS)
    }


def impact(before: Teaching, after: Teaching) -> Impact:
    """What changed from one state to the next, and what stands on it in either of them.

    Something that stood on a withdrawn fact is touched although it no longer names it; it bears
    the later title when it is still there.
    """
    changes = compare_facts(before.facts, after.facts)
    facts = {change.fact_id for change in changes}
    rows = changed_rows(before.rows, after.rows)
    titles: dict[tuple[Kind, str], str] = {}
    found: dict[tuple[Kind, str], set[str]] = {}
    for standing in (*after.standings, *before.standings):
        place = (standing.kind, standing.key)
        titles.setdefault(place, standing.title)
        if hit := standing.facts & (rows if standing.kind == "practice-rule" else facts):
            found.setdefault(place, set()).update(hit)
    touched = tuple(
        Touched(kind, key, title, tuple(sorted(found[kind, key])))
        for (kind, key), title in titles.items()
        if (kind, key) in found
    )
    return Impact(changes, touched)


def standings_of(course: Course) -> tuple[Standing, ...]:
    """Everything of a course that stands on facts, in the order in which it is taught."""
    taught = (*_lessons(course), *_beside(course), *_objectives(course), *_updates(course))
    return (*taught, *_code(course), *_practice(course))


def _lessons(course: Course) -> Iterable[Standing]:
    for lesson in course.lessons:
        yield Standing("lesson", lesson.key, lesson.title, frozenset(lesson.citations))


def _beside(course: Course) -> Iterable[Standing]:
    for module in course.modules:
        for aid in module.job_aids:
            key = f"{module.key}/{aid.slug}"
            yield Standing("job-aid", key, aid.title, frozenset(aid.citations))
    for module in course.modules:
        for term in module.terms:
            key = f"{module.key}/{term.term}"
            yield Standing("term", key, term.term, frozenset(term.citations))


def _objectives(course: Course) -> Iterable[Standing]:
    for module in course.modules:
        for aim in module.objectives:
            yield Standing("objective", aim.id, aim.text, frozenset(aim.facts))


def _updates(course: Course) -> Iterable[Standing]:
    for update in course.updates:
        facts = frozenset((*update.citations, *update.facts))
        yield Standing("update", update.slug, update.title, facts)


def _code(course: Course) -> Iterable[Standing]:
    code = course.closing.code
    if code is not None:
        yield Standing("code-of-ethics", course.slug, code.title, frozenset(code.citations))


def _practice(course: Course) -> Iterable[Standing]:
    for checklist in course.practice.checklists:
        for line in checklist.lines:
            key = f"{checklist.slug}/{line.id}"
            yield Standing("checklist-line", key, checklist.title, frozenset(line.citations))
    for rule in course.practice.rules:
        title = f"{rule.measure.replace('-', ' ').capitalize()}: {rule.amount}"
        yield Standing("practice-rule", rule.measure, title, frozenset(rule.rests_on))
