"""What a release has to search: its lessons section by section, claims, job aids, terms, facts.

Items and their rationales are never among it, nor are the options and answers of self-checks:
who searches should not be told what they are about to be asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import courses
from lms.services.search.plain import plain_line, sections

Kind = Literal["section", "claim", "aid", "term", "fact"]
KINDS: tuple[Kind, ...] = ("section", "aid", "term", "claim", "fact")
PUBLIC_KINDS: tuple[Kind, ...] = ("fact",)
# The id of the text of a lesson and of its key points on their page.
TOP, POINTS = "text", "key-points"


@dataclass(frozen=True, slots=True)
class Passage:
    """One place in a release that a search can lead to.

    `key` names the lesson ("module/lesson"), the job aid ("module/aid"), the module of a term or
    the fact; `module` is the title of its module; `anchor` the id to arrive at. `heading` is that
    of a section, the words of a claim, the synonyms of a term or the source of a fact. `mark` says
    with what caution a fact is to be read. `text` is plain, as `plain.sections` describes it.
    """

    kind: Kind
    key: str
    module: str
    title: str
    heading: str
    anchor: str
    mark: str
    text: str

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it, without an account: facts stand in a public library."""
        return self.kind in PUBLIC_KINDS


def passages_of(course: courses.Course, facts: Mapping[str, courses.Fact]) -> list[Passage]:
    """Return everything that may be searched in a course, what anybody may read at the end."""
    found: list[Passage] = []
    for module in course.modules:
        for lesson in module.lessons:
            found += _of_lesson(module, lesson)
        for aid in module.job_aids:
            found += _of_aid(module, aid)
        found += [_of_term(module, term) for term in module.terms]
    return [*found, *map(_of_fact, facts.values())]


def _of_lesson(module: courses.Module, lesson: courses.Lesson) -> Iterator[Passage]:
    def passage(kind: Kind, heading: str, anchor: str, text: str) -> Passage:
        return Passage(kind, lesson.key, module.title, lesson.title, heading, anchor, "", text)

    for section in sections(lesson.html):
        if section.claim:
            yield passage("claim", section.claim, section.anchor, section.text)
            continue
        # What a lesson is about is said in its summary, above its first words.
        text = section.text if section.anchor else f"{lesson.summary}\n{section.text}"
        yield passage("section", section.heading, section.anchor or TOP, text)
    if lesson.key_points:
        points = "\n".join(map(plain_line, lesson.key_points))
        yield passage("section", "", POINTS, points)


def _of_aid(module: courses.Module, aid: courses.JobAid) -> Iterator[Passage]:
    key = f"{module.key}/{aid.slug}"
    for section in sections(aid.html):
        text = section.text if section.anchor else f"{aid.summary}\n{section.text}"
        anchor = section.anchor or TOP
        yield Passage("aid", key, module.title, aid.title, section.heading, anchor, "", text)


def _of_term(module: courses.Module, term: courses.Term) -> Passage:
    also, text = ", ".join(term.also), plain_line(term.html)
    anchor = courses.term_anchor(term.term)
    return Passage("term", module.key, module.title, term.term, also, anchor, "", text)


def _of_fact(fact: courses.Fact) -> Passage:
    mark = caution(fact)
    return Passage("fact", fact.id, "", fact.id, fact.source, "", mark, fact.statement)


def caution(fact: courses.Fact) -> str:
    """Return the strongest caution with which a fact is to be read, empty for none."""
    return next((name for name in CAUTIONS if getattr(fact, f"is_{name}")), "")


CAUTIONS = ("retracted", "uncertain", "practice_advice", "secondary", "recalled")
