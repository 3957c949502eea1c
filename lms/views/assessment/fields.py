"""What the page of an item shows of its kind: the choices as they are drawn, and the answer so far.

Everything here is seen before submission: no key and no rationale has a place in it.
"""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

import quizzes
from lms.services.catalogue import ShownItem

LETTERS = "ABCDEFGH"
# How large the tap target of a region is at least, as a share of the figure's width.
SMALLEST_REGION = 12


def fields_of(
    item: quizzes.Item, slot: quizzes.Slot, shown: ShownItem, answer: str | None
) -> dict[str, Any]:
    """Return what the template of an item's kind needs to draw its fields with the answer given."""
    options = [
        {"value": key, "letter": LETTERS[place], "text": safe(shown.options[key])}
        for place, key in enumerate(slot.option_order)
    ]
    drawn: dict[str, Any] = {"kind": item.kind, "options": options, "chosen": answer or ""}
    add = _OF_KIND.get(item.kind)
    return drawn if add is None else drawn | add(item, slot, shown, answer or "")


def safe(html: str) -> Markup:
    """Return HTML that was cleaned when its release was frozen."""
    return Markup(html)  # noqa: S704 -- cleaned when it was frozen


def _multiple(
    _item: quizzes.Item, _slot: quizzes.Slot, _shown: ShownItem, answer: str
) -> dict[str, Any]:
    return {"chosen": answer.split(",") if answer else []}


def _matching(
    _item: quizzes.Item, slot: quizzes.Slot, shown: ShownItem, answer: str
) -> dict[str, Any]:
    matched = {part[0]: part[1:] for part in answer.split(",") if part}
    return {
        "prompts": [
            {"id": key, "text": safe(shown.prompts[key]), "chosen": matched.get(key, "")}
            for key in slot.prompt_order
        ],
        "plain": _plain(slot, shown),
    }


def _plain(slot: quizzes.Slot, shown: ShownItem) -> list[dict[str, str]]:
    """Return the options as a list to select from has to have them: without any markup."""
    return [
        {"value": key, "text": f"{LETTERS[place]}. {safe(shown.options[key]).striptags()}"}
        for place, key in enumerate(slot.option_order)
    ]


def _ordering(
    _item: quizzes.Item, slot: quizzes.Slot, shown: ShownItem, answer: str
) -> dict[str, Any]:
    order = answer.split(",") if answer else list(slot.option_order)
    return {
        "steps": [
            {"value": key, "text": safe(shown.options[key]), "place": place if answer else None}
            for place, key in enumerate(order, start=1)
        ]
    }


def _numeric(
    item: quizzes.Item, _slot: quizzes.Slot, _shown: ShownItem, answer: str
) -> dict[str, Any]:
    details = item.details
    assert isinstance(details, quizzes.Numeric)
    number, _, unit = answer.partition(" ")
    # In the order of the alphabet: the order of the file may begin with the key's own unit.
    return {"number": number, "unit": unit, "units": sorted(unit.name for unit in details.units)}


def _hotspot(
    item: quizzes.Item, slot: quizzes.Slot, shown: ShownItem, answer: str
) -> dict[str, Any]:
    details = item.details
    assert isinstance(details, quizzes.Hotspot)
    regions = {region.option: region for region in details.regions}
    return {
        "figure": safe(shown.figure),
        "width": details.width,
        "height": details.height,
        "regions": [_drawn(regions[key], details) for key in slot.option_order],
    }


def _drawn(region: quizzes.Region, figure: quizzes.Hotspot) -> dict[str, Any]:
    """Return the shape of a region with the box around it, large enough for a thumb."""
    coords = region.coords
    if region.shape == "rect":
        left, top, width, height = coords
    elif region.shape == "circle":
        x, y, radius = coords
        left, top, width, height = x - radius, y - radius, 2 * radius, 2 * radius
    else:
        xs, ys = coords[::2], coords[1::2]
        left, top = min(xs), min(ys)
        width, height = max(xs) - left, max(ys) - top
    least = figure.width * SMALLEST_REGION // 100
    wide, high = max(width, least), max(height, least)
    return {
        "option": region.option,
        "shape": region.shape,
        "coords": coords,
        "points": " ".join(f"{x},{y}" for x, y in zip(coords[::2], coords[1::2], strict=False)),
        "box": (left - (wide - width) // 2, top - (high - height) // 2, wide, high),
        "size": figure.width * 4 // 100,
        "badge": (left + width // 2, top + height // 2),
    }


def _constructed(
    item: quizzes.Item, _slot: quizzes.Slot, _shown: ShownItem, _answer: str
) -> dict[str, Any]:
    assert isinstance(item.details, quizzes.Constructed)
    return {"max_words": item.details.max_words}


_OF_KIND: dict[str, Callable[[quizzes.Item, quizzes.Slot, ShownItem, str], dict[str, Any]]] = {
    "multiple": _multiple,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
    "hotspot": _hotspot,
    "constructed": _constructed,
}
