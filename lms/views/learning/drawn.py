"""The HTML of a lesson page that many readers share, drawn once: a release never changes."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup

import courses
from lms.services import catalogue, notes

# Stands in a drawn form for the token of whoever is given the form; no lesson's text holds it.
TOKEN = "\ue000token\ue000"  # noqa: S105 -- no secret


@dataclass(frozen=True, slots=True)
class Drawn:
    """The parts of a lesson page that are the same for every reader of a release."""

    head: Markup
    definitions: Markup
    points: Markup
    sources: Markup
    beside_rail: Markup
    no_notes: Markup
    neighbours: Markup
    locked: Markup
    _note_tools: Markup
    _onward: Markup

    def note_tools(self, token: str) -> Markup:
        """The bar and the dialog by which the script writes notes."""
        return self._note_tools.replace(TOKEN, token)

    def onward(self, token: str) -> Markup:
        """The button that marks the lesson as read, and the way back."""
        return self._onward.replace(TOKEN, token)


_drawn: dict[tuple[str, str], Drawn] = {}


def drawn(content: catalogue.ReleaseContent, text: courses.Lesson) -> Drawn:
    """Return those parts, drawn once a process."""
    key = (content.content_hash, text.key)
    if key not in _drawn:
        _drawn[key] = _draw(content, text)
    return _drawn[key]


def _draw(content: catalogue.ReleaseContent, text: courses.Lesson) -> Drawn:
    part = _macros("learning/_parts.html")
    beside = _macros("notes/_beside.html")
    module = content.course.module(text.key.split("/", 1)[0])
    before, after = map(_neighbour, content.course.neighbours(text.key))
    notes_address = f"../notes/{text.key}"
    return Drawn(
        head=part("head")(text, content.label),
        definitions=part("definitions")(definitions(content.course, text)),
        points=part("points")(text),
        sources=part("sources")(text, [content.facts[fact] for fact in text.citations]),
        beside_rail=part("beside_rail")(module),
        no_notes=beside("notes_beside")([], None, text, notes_address),
        neighbours=part("neighbours")(before, after),
        locked=part("locked")(),
        _note_tools=beside("notes_tools")(notes_address, notes.LONGEST_BODY, TOKEN),
        _onward=part("onward")(text, before, TOKEN),
    )


def _macros(template: str) -> Callable[[str], Callable[..., Markup]]:
    return functools.partial(get_template_attribute, template)


def _neighbour(unit: courses.Unit | None) -> dict[str, str] | None:
    if unit is None:
        return None
    return {"title": unit.title, "kind": unit.kind, "url": f"../{unit.key}"}


def rail(
    content: catalogue.ReleaseContent, module: courses.ModuleState, text: courses.Lesson
) -> Markup:
    """Return the units of a module as the rail of one of its lessons lists them.

    Whoever stands at the same point of the same release sees the same rail.
    """
    key = (content.content_hash, text.key, *(each.state for each in module.units))
    found = _rails.get(key)
    if found is None:
        if len(_rails) >= MOST_RAILS:
            _rails.clear()
        units = [_listed(each, text.key) for each in module.units]
        found = _rails[key] = _macros("learning/_parts.html")("rail")(units)
    return found


MOST_RAILS = 4096
_rails: dict[tuple[str, ...], Markup] = {}


def _listed(each: courses.UnitState, current: str) -> dict[str, Any]:
    return {
        "label": _("Quiz") if each.unit.kind == "quiz" else each.unit.title,
        "url": None if each.state == "locked" else f"../{each.unit.key}",
        "state": each.state,
        "current": each.unit.key == current,
    }


@dataclass(frozen=True, slots=True)
class Definition:
    """What a term of a lesson means, and the id under which its button opens it."""

    anchor: str
    name: str
    html: Markup


def definitions(course: courses.Course, text: courses.Lesson) -> list[Definition]:
    """Return the definitions that the terms of a lesson open; their sources are in the glossary."""
    terms = {term.term: term for term in courses.terms_of(course)}
    return [
        Definition(
            anchor=courses.term_anchor(name),
            name=name,
            html=Markup(courses.bare_definition(terms[name])),  # noqa: S704 -- html of the release
        )
        for name in text.terms
    ]
