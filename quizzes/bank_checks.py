"""What a bank must hold beyond its shape, judged on the raw data so that no fault hides another."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from quizzes.bank_schema import describe
from quizzes.bank_yaml import Location
from quizzes.citations import broken_citations, citations_in
from quizzes.items import Specification
from quizzes.problems import Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem at a place of the data, before it is given its line."""

    at: Location
    code: str
    message: str
    severity: Severity = "error"


def check_item(index: int, raw: Any) -> Iterator[Remark]:
    """What is wrong with one item beyond its keys and types."""
    if not isinstance(raw, dict):
        return
    at: Location = ("items", index)
    name = name_of(index, raw)
    reviewed_on, review_by = _date_at(raw, "reviewed_on"), _date_at(raw, "review_by")
    if reviewed_on and review_by and review_by < reviewed_on:
        message = f"{name}: review_by lies before reviewed_on."
        yield Remark((*at, "review_by"), "review-dates", message)
    if raw.get("level") in ("application", "analysis") and not text_at(raw, "stem").strip():
        message = f"{name}: only a recall item may do without a stem."
        yield Remark((*at, "stem"), "empty", message)
    for fact, times in Counter(_strings(raw.get("facts"))).items():
        if times > 1:
            yield Remark((*at, "facts"), "repeated-fact", f"{name}: names {fact} {times} times.")
    for location, text in _texts(raw):
        yield from _check_citations(name, at, location, text)


def check_keys(index: int, raw: Any) -> Iterator[Remark]:
    """The number of keys of an item whose shape is too broken for the linter."""
    options = raw.get("options") if isinstance(raw, dict) else None
    if isinstance(options, list) and options:
        keys = sum(isinstance(o, dict) and o.get("key") is True for o in options)
        if keys != 1:
            message = f"{name_of(index, raw)}: has {keys} keys; exactly one option is the best."
            yield Remark(("items", index, "options"), "NB-T09", message)


def check_cells(specification: Specification, raw_items: list[Any]) -> Iterator[Remark]:
    """Whether every cell has items enough, and every item a cell."""
    written = Counter(text_at(raw, "objective") for raw in raw_items)
    seen: set[str] = set()
    for index, cell in enumerate(specification.cells):
        at: Location = ("specification", "cells", index)
        if cell.objective in seen:
            yield Remark(at, "repeated-cell", f"Objective {cell.objective} has two cells.")
        seen.add(cell.objective)
        has = f"Objective {cell.objective}: {written[cell.objective]} written, its cell takes"
        if written[cell.objective] < cell.items:
            yield Remark(at, "too-few-items", f"{has} {cell.items}.")
        elif written[cell.objective] < 2 * cell.items:
            message = f"{has} {cell.items}; a retake with other items needs {2 * cell.items}."
            yield Remark(at, "few-items", message, "warning")
    for index, raw in enumerate(raw_items):
        objective = text_at(raw, "objective")
        if objective and objective not in seen:
            message = (
                f"{name_of(index, raw)}: objective {objective} is in no cell, so no paper can "
                "show the item."
            )
            where = ("items", index, "objective")
            yield Remark(where, "outside-specification", message, "warning")


def name_of(index: int, raw: Any) -> str:
    """What to call an item in a message: its id, or its place when it has none."""
    return text_at(raw, "id") or f"item {index + 1}"


def text_at(raw: Any, key: str) -> str:
    """The text under a key, empty when there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, str) else ""


def _check_citations(name: str, at: Location, location: Location, text: str) -> Iterator[Remark]:
    where = f"{name}, {describe(location)}"
    for piece in broken_citations(text):
        message = f"{where}: {piece!r} is not a citation such as [@SET-001; @SET-004]."
        yield Remark((*at, *location), "citation", message)
    if location[-1] != "rationale" and (cited := citations_in(text)):
        message = f"{where}: cites {', '.join(cited)}; a source shown here can give the key away."
        yield Remark((*at, *location), "citation-shown", message, "warning")


def _texts(raw: dict[Any, Any]) -> Iterator[tuple[Location, str]]:
    yield ("stem",), text_at(raw, "stem")
    yield ("lead_in",), text_at(raw, "lead_in")
    options = raw.get("options")
    for index, option in enumerate(options if isinstance(options, list) else []):
        yield ("options", index, "text"), text_at(option, "text")
        yield ("options", index, "rationale"), text_at(option, "rationale")


def _strings(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _date_at(raw: dict[Any, Any], key: str) -> date | None:
    value = raw.get(key)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
