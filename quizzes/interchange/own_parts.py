"""What this project puts into a file beside the format's own parts, and takes back from it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from quizzes.interchange.residue import Residue
from quizzes.items import Item, Option
from quizzes.kinds.details import (
    Concordance,
    Constructed,
    Criterion,
    Hotspot,
    Matching,
    Numeric,
    Unit,
)


def texts_of_item(item: Item) -> dict[str, str]:
    """Every Markdown text of an item by name, such as "stem", "option-a" and "rationale-a"."""
    texts = {"stem": item.stem, "lead-in": item.lead_in}
    for option in item.options:
        texts[f"option-{option.id}"] = option.text
        texts[f"rationale-{option.id}"] = option.rationale
    match item.details:
        case Matching(prompts):
            for prompt in prompts:
                texts[f"prompt-{prompt.id}"] = prompt.text
                texts[f"prompt-rationale-{prompt.id}"] = prompt.rationale
        case Numeric():
            texts["rationale"] = item.details.rationale
            near = enumerate(item.details.near, start=1)
            texts |= {f"near-{n}": each.rationale for n, each in near}
        case Constructed():
            texts["model"] = item.details.model
            texts |= {f"criterion-{each.id}": each.text for each in item.details.criteria}
    return texts


def values_of_item(item: Item) -> dict[str, Any]:
    """The values of options and details that formats know only in part or rounded."""
    values: dict[str, Any] = {"anchored": [each.id for each in item.options if each.anchored]}
    match item.details:
        case Numeric():
            values["near_order"] = list(near_order(item.details))
            values["shares"] = [str(each.share) for each in item.details.near]
            values["units"] = [[each.name, str(each.factor)] for each in item.details.units]
            values["unit"] = item.details.unit
        case Concordance(panel):
            values["panel"] = list(panel)
        case Constructed():
            values["max_words"] = item.details.max_words
            values["points"] = [each.points for each in item.details.criteria]
        case Hotspot():
            values["figure"] = _figure(item, item.details)
    return values


def near_order(details: Numeric) -> tuple[int, ...]:
    """The places of the near values by falling share.

    Others take the first that fits, and here the one that earns most counts.
    """
    places = range(len(details.near))
    return tuple(sorted(places, key=lambda place: (-details.near[place].share, place)))


def order_of(residue: Residue, count: int) -> tuple[int, ...]:
    """The place that each near value of a file has in its item."""
    order = residue.list("near_order", int)
    return order if sorted(order) == list(range(count)) else tuple(range(count))


def with_rationales(options: tuple[Option, ...], residue: Residue) -> tuple[Option, ...]:
    """Options with the rationales they do not have yet, and the anchors, of the residue."""
    texts, anchored = residue.part("texts"), residue.list("anchored", str)
    return tuple(
        replace(
            option,
            rationale=option.rationale or texts.text(f"rationale-{option.id}"),
            anchored=option.anchored or option.id in anchored,
        )
        for option in options
    )


def with_prompt_rationales(details: Matching, residue: Residue) -> Matching:
    """Prompts with the rationales they do not have yet from the residue."""
    texts = residue.part("texts")
    prompts = (
        replace(p, rationale=p.rationale or texts.text(f"prompt-rationale-{p.id}"))
        for p in details.prompts
    )
    return Matching(tuple(prompts))


def with_exact_values(details: Numeric, residue: Residue) -> Numeric:
    """A numeric item with the exact shares and units behind the rounded ones of a file."""
    order = order_of(residue, len(details.near))
    placed = sorted(zip(order, details.near, strict=True), key=lambda pair: pair[0])
    details = replace(details, near=tuple(near for _, near in placed))
    shares = [_fraction(text) for text in residue.list("shares", str)]
    near = [
        replace(each, share=exact) if abs(exact - each.share) < Fraction(1, 50) else each
        for each, exact in zip(details.near, shares, strict=False)
    ]
    if len(near) == len(details.near):
        details = replace(details, near=tuple(near))
    units = _units(residue)
    names = [unit.name for unit in details.units]
    if units and (not names or sorted(names) == sorted(unit.name for unit in units)):
        details = replace(details, units=units, unit=residue.words("unit"))
    return details


def concordance_of(residue: Residue, options: int) -> Concordance | None:
    """The panel's votes, None when the file has none that fit the options."""
    panel = residue.list("panel", int)
    fits = len(panel) == options and not any(isinstance(votes, bool) for votes in panel)
    return Concordance(panel) if fits and all(0 <= votes <= 10_000 for votes in panel) else None


def criteria_of(residue: Residue) -> tuple[Criterion, ...]:
    """The rubric of a constructed answer, empty when the file has none."""
    texts = residue.part("texts")
    return tuple(
        Criterion(str(n), texts.text(f"criterion-{n}"), points)
        for n, points in enumerate(residue.list("points", int), start=1)
    )


def _figure(item: Item, details: Hotspot) -> dict[str, Any]:
    return {
        "name": details.figure,
        "alt": details.alt,
        "width": details.width,
        "height": details.height,
        "regions": [[each.option, each.shape, list(each.coords)] for each in details.regions],
        "keys": [option.id for option in item.keys],
    }


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text) if len(text) <= 20 and "e" not in text.lower() else Fraction(0)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def _units(residue: Residue) -> tuple[Unit, ...]:
    units = []
    for pair in residue.list("units", list):
        if len(pair) == 2 and all(isinstance(part, str) for part in pair):
            factor = _fraction(pair[1])
            if factor > 0:
                units.append(Unit(pair[0][:20], factor))
    return tuple(units)
