"""What a learner reads beside the lessons: job aids for the wall, the glossary, a whole module."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, get_template_attribute, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

import courses
from lms.access import rule
from lms.db import db
from lms.errors import NotFound
from lms.services import catalogue, closing, cohorts

pages = Blueprint("reading", __name__)

_CITED = re.compile(r'(<a class="cite"[^>]*>)([A-Z]+-[0-9]+)</a>')
# A source's name is what stands before its journal, numbers, remarks and second source.
_NAMED = re.compile(r"[^,;(\[]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A source as one printed page names it: by a number, its id and its first words."""

    number: int
    fact: courses.Fact
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A term of the glossary, the id of its place, and the module that defines it."""

    anchor: str
    term: courses.Term
    module: courses.Module


@dataclass(frozen=True, slots=True)
class Chapter:
    """A lesson as part of a page of many: `html` and `points` stand on it as they are."""

    lesson: courses.Lesson
    html: Markup
    points: tuple[Markup, ...]


@pages.get("/learn/<int:enrolment>/job-aids/<module>/<aid>")
@rule("learner")
def job_aid(enrolment: int, module: str, aid: str) -> str:
    """Show a job aid; printed, it is one page."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    here = module_of(content, module)
    found = next((each for each in here.job_aids if each.slug == aid), None)
    if found is None:
        raise NotFound()
    facts = [content.facts[fact] for fact in found.citations]
    return render_template(
        "reading/job_aid.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        module=here,
        aid=found,
        text=numbered(found.html, found.citations),
        facts=facts,
        references=references(facts),
    )


def module_of(content: catalogue.ReleaseContent, key: str) -> courses.Module:
    """Return a module of the learner's own release or raise NotFound."""
    try:
        return content.course.module(key)
    except KeyError:
        raise NotFound() from None


def numbered(text: str, citations: Sequence[str]) -> Markup:
    """Return the html of a job aid, whose citations bear a number for print beside their id."""
    numbers = {fact: number for number, fact in enumerate(citations, start=1)}

    def both(found: re.Match[str]) -> str:
        return (
            f'{found[1]}<span class="cite-id">{found[2]}</span>'
            f'<span class="cite-number" aria-hidden="true">{numbers[found[2]]}</span></a>'
        )

    return Markup(_CITED.sub(both, text))  # noqa: S704 -- html of the release


def references(facts: Iterable[courses.Fact]) -> list[Reference]:
    """Return the sources of a job aid in the order of their numbers."""
    named = ((fact, _NAMED.match(fact.source)) for fact in facts)
    return [
        Reference(number, fact, name[0].strip() if name else fact.source)
        for number, (fact, name) in enumerate(named, start=1)
    ]


@pages.get("/learn/<int:enrolment>/glossary")
@rule("learner")
def glossary(enrolment: int) -> str:
    """Show every term of the course, from A to Z, with its sources."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    content = catalogue.release(db.session, seat.release_id)
    return render_template(
        "reading/glossary.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        has_terms=any(module.terms for module in content.course.modules),
        drawn=drawn(content, "glossary", ""),
    )


@pages.get("/learn/<int:enrolment>/modules/<module>")
@rule("learner")
def whole_module(enrolment: int, module: str) -> ResponseReturnValue:
    """Show a whole module on one page, to print or to read at one go."""
    seat = cohorts.seat_for(db.session, current_user.id, enrolment)
    if closing.has_to_see(db.session, seat):
        return redirect(url_for("closing.disclosures", enrolment=enrolment), 303)
    content = catalogue.release(db.session, seat.release_id)
    return render_template(
        "reading/whole_module.html",
        seat=seat,
        programme_name=seat.programme_name,
        content=content,
        module=module_of(content, module),
        drawn=drawn(content, "whole_module", module),
    )


_drawn: dict[tuple[str, str, str], str] = {}


def drawn(content: catalogue.ReleaseContent, part: str, module: str) -> str:
    """Return what is the same for every reader of a release, drawn once a process."""
    key = (content.content_hash, part, module)
    if key not in _drawn:
        draw = get_template_attribute("reading/_parts.html", part)
        if part == "glossary":
            terms = courses.terms_of(content.course)
            facts = cited(content, (term.citations for term in terms))
            _drawn[key] = draw(letters(content.course), facts)
        else:
            here = content.course.module(module)
            facts = cited(content, (lesson.citations for lesson in here.lessons))
            chapters = [chapter(lesson) for lesson in here.lessons]
            words = "".join("".join((each.html, *each.points)) for each in chapters)
            _drawn[key] = draw(here, chapters, facts, words)
    return _drawn[key]


def chapter(lesson: courses.Lesson) -> Chapter:
    """Return a lesson made ready to stand on a page with others."""
    whole, *points = (
        Markup(courses.booklet_html(text, lesson.number))  # noqa: S704 -- html of the release
        for text in (lesson.html, *lesson.key_points)
    )
    return Chapter(lesson, whole, tuple(points))


def cited(
    content: catalogue.ReleaseContent, citations: Iterable[Sequence[str]]
) -> list[courses.Fact]:
    """Return the facts that any of the texts cites, each once."""
    return [content.facts[fact] for fact in dict.fromkeys(itertools.chain.from_iterable(citations))]


def letters(course: courses.Course) -> list[tuple[str, list[Entry]]]:
    """Return the terms of a course under their first letters, numbers under “0–9”."""
    homes = {term.term: module for module in course.modules for term in module.terms}
    groups: dict[str, list[Entry]] = {}
    for term in courses.terms_of(course):
        entry = Entry(courses.term_anchor(term.term), term, homes[term.term])
        groups.setdefault(first_letter(term.term), []).append(entry)
    return sorted(groups.items())


def first_letter(word: str) -> str:
    """Return the letter under which a word stands: “É” stands under E."""
    for character in unicodedata.normalize("NFKD", word):
        if character.isalpha():
            return character.upper()
        if character.isdigit():
            return "0–9"
    return "#"
