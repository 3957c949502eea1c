"""Writes what was read as a bank file in which an author finds what is still to be said.

What is missing stands there empty and marked, so that the content check names it with its line.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quizzes.interchange.drafts import Draft, Entry, Reading
from quizzes.interchange.texts import one_line
from quizzes.items import Option, Vignette
from quizzes.kinds.details import (
    Concordance,
    Constructed,
    Hotspot,
    Matching,
    Numeric,
    Region,
    Unit,
)

TO_COMPLETE = "to complete"
_HINTS = {
    "objective": "the id of the learning objective that this tests",
    "level": "recall, application or analysis",
    "safety_critical": "true if a wrong answer would endanger somebody, else false",
    "facts": "the ids of the facts that the key stands on",
    "author": "who answers for it",
    "reviewed_on": "the day of the last review, such as 2026-11-22",
    "review_by": "the day by which it is reviewed again",
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_INDENT = "  "


def draft_bank(reading: Reading) -> str:
    """The YAML of a bank with every item that could be read, each gap marked "to complete"."""
    lines = [
        f"# {reading.format}, imported as drafts. What is marked “{TO_COMPLETE}” is still to be",
        "# written; `lms content check` names each of these places with its line.",
        *_field("title", reading.title),
        *_field("language", reading.language if _LANGUAGE.fullmatch(reading.language) else ""),
        *_specification(reading.specification),
        *_vignettes(reading.vignettes),
        "",
        "items:",
    ]
    for entry in reading.entries:
        if entry.draft is not None:
            lines += ["", *_entry(entry, entry.draft)]
    return "\n".join(lines) + "\n"


def _specification(specification: Mapping[str, Any] | None) -> Iterator[str]:
    if specification is None:
        yield "specification:"
        yield from _nested(_field("cut_percent", ""))
        yield from _nested(_field("cut_basis", ""))
        yield f"{_INDENT}cells: []  # {TO_COMPLETE}: how many items of which objective a paper has"
        return
    cells = specification.get("cells")
    yield "specification:"
    for name, value in specification.items():
        if name != "cells" and re.fullmatch(r"[a-z_]{1,40}", name):
            yield f"{_INDENT}{name}: {_inline(value)}"
    yield f"{_INDENT}cells:"
    for cell in cells if isinstance(cells, list) else []:
        yield f"{_INDENT * 2}- {_inline(_cell(cell))}"


def _cell(cell: Any) -> Any:
    # A cell that takes a vignette set names that set and its parallel ones, and nothing else.
    if isinstance(cell, dict) and cell.get("vignette"):
        return {key: cell[key] for key in ("vignette", "parallel") if cell.get(key)}
    return cell


def _vignettes(vignettes: Sequence[Vignette]) -> Iterator[str]:
    if vignettes:
        yield "vignettes:"
    for vignette in vignettes:
        yield f"{_INDENT}- id: {_inline(vignette.id)}"
        yield from _nested(_field("title", vignette.title), 2)
        yield f"{_INDENT * 2}stages:"
        for stage in vignette.stages:
            yield f"{_INDENT * 3}- {_inline(stage)}"


def _entry(entry: Entry, draft: Draft) -> Iterator[str]:
    yield f"{_INDENT}# {one_line(f'{entry.place}: {entry.name}')}"
    for loss in entry.losses:
        yield f"{_INDENT}# not kept: {one_line(f'{loss.what}: {loss.why}', 200)}"
    first, *rest = _item(draft)
    yield f"{_INDENT}- {first}"
    yield from _nested(rest, 2)


def _item(draft: Draft) -> Iterator[str]:
    yield f"id: {_inline(draft.id)}"
    if draft.kind != "single":
        yield f"kind: {draft.kind}"
    yield from _field("objective", draft.objective)
    yield from _field("level", draft.level or "")
    safety = draft.safety_critical
    yield from _field("safety_critical", "" if safety is None else safety)
    if draft.domain:
        yield from _field("domain", draft.domain)
    if draft.vignette:
        yield from _field("vignette", draft.vignette)
        yield f"stage: {draft.stage}"
    if draft.stem:
        yield from _field("stem", draft.stem)
    yield from _field("lead_in", draft.lead_in)
    yield from _details(draft)
    yield from _options(draft)
    if draft.fixed_order and draft.kind in ("single", "multiple", "matching"):
        yield "fixed_order: true"
    hint = "" if draft.facts else f"  # {TO_COMPLETE}: {_HINTS['facts']}"
    yield f"facts: {_inline(list(draft.facts))}{hint}"
    yield from _field("author", draft.author)
    for name, day in (("reviewed_on", draft.reviewed_on), ("review_by", draft.review_by)):
        # A date stands without quotation marks, or it would be text.
        yield from _field(name, "") if day is None else [f"{name}: {day.isoformat()}"]


def _options(draft: Draft) -> Iterator[str]:
    if not draft.options:
        return
    regions = draft.details.regions if isinstance(draft.details, Hotspot) else ()
    places = {region.option: region for region in regions}
    yield "options:"
    for option in draft.options:
        first, *rest = _option(option, draft, places.get(option.id))
        yield f"{_INDENT}- {first}"
        yield from _nested(rest, 2)


def _option(option: Option, draft: Draft, region: Region | None) -> Iterator[str]:
    yield from _field("text", option.text)
    if option.key:
        yield "key: true"
    if option.anchored and draft.kind in ("single", "multiple", "matching"):
        yield "anchored: true"
    if region is not None:
        yield f"region: {_inline({'shape': region.shape, 'coords': list(region.coords)})}"
    yield from _field("rationale", option.rationale)


def _details(draft: Draft) -> Iterator[str]:
    match draft.details:
        case Matching(prompts):
            yield "prompts:"
            for prompt in prompts:
                yield from _listed(text=prompt.text, key=prompt.key, rationale=prompt.rationale)
        case Numeric():
            yield from _numeric(draft.details)
        case Concordance(panel):
            yield f"panel: {_inline(list(panel))}"
        case Hotspot(figure, alt, width, height):
            for name, value in (("figure", figure), ("alt", alt)):
                yield from _field(name, value)
            yield from (f"width: {width}", f"height: {height}")
        case Constructed(criteria, max_words, model):
            yield "criteria:" if criteria else f"criteria: []  # {TO_COMPLETE}: text and points"
            for criterion in criteria:
                yield from _listed(text=criterion.text, points=criterion.points)
            yield from _field("max_words", max_words or "")
            yield from _field("model", model)


def _numeric(details: Numeric) -> Iterator[str]:
    yield f"value: {_inline(str(details.value))}"
    yield f"tolerance: {_inline(str(details.tolerance))}"
    if details.unit:
        yield from _field("unit", details.unit)
    others = [unit for unit in details.units if unit != Unit(details.unit, unit.factor)]
    if others:
        yield "units:"
    for unit in others:
        yield from _listed(name=unit.name, factor=str(unit.factor))
    yield from _field("rationale", details.rationale)
    if details.near:
        yield "near:"
    for near in details.near:
        yield from _listed(
            value=str(near.value),
            tolerance=str(near.tolerance),
            share=str(near.share),
            rationale=near.rationale,
        )


def _listed(**values: Any) -> Iterator[str]:
    lines = [line for name, value in values.items() for line in _field(name, value)]
    yield f"{_INDENT}- {lines[0]}"
    yield from _nested(lines[1:], 2)


def _field(name: str, value: Any) -> Iterator[str]:
    """A key with its value; empty text is marked as a gap."""
    if value == "":
        hint = f": {_HINTS[name]}" if name in _HINTS else ""
        yield f'{name}: ""  # {TO_COMPLETE}{hint}'
    elif isinstance(value, str) and "\n" in value and _is_blockable(value):
        yield f"{name}: |-"
        yield from (f"{_INDENT}{line}" if line else "" for line in value.split("\n"))
    else:
        yield f"{name}: {_inline(value)}"


def _is_blockable(text: str) -> bool:
    """Whether a text may stand as a block of lines: YAML would lose or refuse other blanks."""
    lines = text.split("\n")
    printable = all(character.isprintable() for line in lines for character in line)
    return printable and bool(lines[0]) and lines[0] == lines[0].lstrip() and bool(lines[-1])


def _nested(lines: Iterator[str] | Sequence[str], depth: int = 1) -> Iterator[str]:
    return (f"{_INDENT * depth}{line}" if line else "" for line in lines)


def _inline(value: Any) -> str:
    """A value in YAML's flow style, which JSON is, with what does not print written as escapes."""
    written = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escaped(c) for c in written)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
