"""What a bank must hold beyond its shape, judged on the raw data so that no fault hides another."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from quizzes.bank_complaints import describe
from quizzes.bank_remarks import Remark, name_of, text_at
from quizzes.bank_yaml import Location
from quizzes.citations import broken_citations, citations_in

# Texts that are shown once an attempt is submitted, or to markers: a source there helps.
_SHOWN_AFTERWARDS = ("rationale", "model")


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
    bare = not text_at(raw, "stem").strip() and "vignette" not in raw
    if raw.get("level") in ("application", "analysis") and bare:
        message = f"{name}: only a recall item, or one of a vignette set, may do without a stem."
        yield Remark((*at, "stem"), "empty", message)
    for fact, times in Counter(_strings(raw.get("facts"))).items():
        if times > 1:
            yield Remark((*at, "facts"), "repeated-fact", f"{name}: names {fact} {times} times.")
    for location, text in _texts(raw):
        yield from check_citations(name, at, location, text)


def check_keys(index: int, raw: Any) -> Iterator[Remark]:
    """The number of keys of a single-best item whose shape is too broken for the linter."""
    if not isinstance(raw, dict) or raw.get("kind", "single") != "single":
        return
    options = raw.get("options")
    if isinstance(options, list) and options:
        keys = sum(isinstance(o, dict) and o.get("key") is True for o in options)
        if keys != 1:
            message = f"{name_of(index, raw)}: has {keys} keys; exactly one option is the best."
            yield Remark(("items", index, "options"), "NB-T09", message)


def check_citations(name: str, at: Location, location: Location, text: str) -> Iterator[Remark]:
    """Citations in a text that cannot be read, or that give an answer away where they stand."""
    where = f"{name}, {describe(location)}"
    for piece in broken_citations(text):
        message = f"{where}: {piece!r} is not a citation such as [@SET-001; @SET-004]."
        yield Remark((*at, *location), "citation", message)
    if location[-1] not in _SHOWN_AFTERWARDS and (cited := citations_in(text)):
        message = f"{where}: cites {', '.join(cited)}; a source shown here can give the key away."
        yield Remark((*at, *location), "citation-shown", message, "warning")


def _texts(raw: dict[Any, Any]) -> Iterator[tuple[Location, str]]:
    for key in ("stem", "lead_in", "rationale", "model"):
        yield (key,), text_at(raw, key)
    for key, texts in _LISTS.items():
        parts = raw.get(key)
        for index, part in enumerate(parts if isinstance(parts, list) else []):
            for text in texts:
                yield (key, index, text), text_at(part, text)


_LISTS = {
    "options": ("text", "rationale"),
    "prompts": ("text", "rationale"),
    "near": ("rationale",),
}


def _strings(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _date_at(raw: dict[Any, Any], key: str) -> date | None:
    value = raw.get(key)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
