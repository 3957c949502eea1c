"""What an item of a kind must hold beyond its shape, judged once its shape is right."""

from collections import Counter
from collections.abc import Callable, Iterator

from quizzes.bank_remarks import Remark
from quizzes.items import Item
from quizzes.kinds.details import Concordance, Hotspot, Kind, Matching, Numeric, Region

# Panels of ten to twenty give a stable key: AMEE Guide 75, doi:10.3109/0142159X.2013.760036.
FEWEST_PANELLISTS = 10
_COORDINATES = {"rect": 4, "circle": 3}


def check_kind(item: Item) -> Iterator[Remark]:
    """What is wrong with an item by the rules of its kind; places count from the item."""
    if item.safety_critical and item.kind in ("concordance", "constructed"):
        message = f"a {item.kind} item cannot be safety-critical: no answer to it is plainly wrong."
        yield Remark(("safety_critical",), "safety-kind", message)
    for text, times in Counter(option.text.casefold() for option in item.options).items():
        if times > 1 and item.kind != "single":
            yield Remark(("options",), "repeated-option", f"{times} options say {text!r}.")
    check = _CHECKS.get(item.kind)
    if check is not None:
        yield from check(item)


def _multiple(item: Item) -> Iterator[Remark]:
    keys = len(item.keys)
    if not 1 <= keys < len(item.options):
        message = (
            f"has {keys} keys among {len(item.options)} options; a multiple response needs at "
            "least one key and one option that is none."
        )
        yield Remark(("options",), "key-count", message)


def _matching(item: Item) -> Iterator[Remark]:
    if not isinstance(item.details, Matching):
        return
    letters = {option.id for option in item.options}
    texts: set[str] = set()
    for index, prompt in enumerate(item.details.prompts):
        if prompt.key not in letters:
            message = f"prompt {prompt.id} has the key {prompt.key}, and there is no such option."
            yield Remark(("prompts", index, "key"), "prompt-key", message)
        if prompt.text.casefold() in texts:
            message = f"prompt {prompt.id} says the same as one before it."
            yield Remark(("prompts", index, "text"), "repeated-prompt", message)
        texts.add(prompt.text.casefold())


def _numeric(item: Item) -> Iterator[Remark]:
    details = item.details
    if not isinstance(details, Numeric):
        return
    if details.tolerance < 0:
        yield Remark(("tolerance",), "tolerance", "the tolerance must be 0 or more.")
    if details.units and not details.unit:
        message = "names units and no `unit`; say first which unit the value is in."
        yield Remark(("units",), "units", message)
    yield from _units(details)
    for index, near in enumerate(details.near):
        at = ("near", index)
        if near.tolerance < 0:
            yield Remark((*at, "tolerance"), "tolerance", "the tolerance must be 0 or more.")
        if abs(near.value - details.value) <= details.tolerance:
            message = f"near value {index + 1} lies within the tolerance and is right already."
            yield Remark((*at, "value"), "near-value", message)


def _units(details: Numeric) -> Iterator[Remark]:
    names = Counter(unit.name.casefold() for unit in details.units)
    first = 1 if details.unit else 0
    for index, unit in enumerate(details.units[first:]):
        if names[unit.name.casefold()] > 1:
            message = f"the unit {unit.name} is named twice (capitals make no difference)."
            yield Remark(("units", index, "name"), "units", message)


def _concordance(item: Item) -> Iterator[Remark]:
    if not isinstance(item.details, Concordance):
        return
    panel = item.details.panel
    if len(panel) != len(item.options):
        message = f"the panel has {len(panel)} counts for {len(item.options)} options."
        yield Remark(("panel",), "panel", message)
    if min(panel) < 0 or max(panel) < 1:
        message = "the panel's counts are 0 or more, and one of them at least 1."
        yield Remark(("panel",), "panel", message)
    elif sum(panel) < FEWEST_PANELLISTS:
        message = (
            f"the panel has {sum(panel)} members; fewer than {FEWEST_PANELLISTS} give no steady "
            "key."
        )
        yield Remark(("panel",), "small-panel", message, "warning")


def _hotspot(item: Item) -> Iterator[Remark]:
    details = item.details
    if not isinstance(details, Hotspot):
        return
    if len(item.keys) != 1:
        message = f"has {len(item.keys)} keys; exactly one region is the right one."
        yield Remark(("options",), "key-count", message)
    for index, region in enumerate(details.regions):
        at = ("options", index, "region", "coords")
        wanted = _COORDINATES.get(region.shape)
        count = len(region.coords)
        if count != wanted and (wanted is not None or count < 6 or count % 2):
            needs = f"takes {wanted} numbers" if wanted else "takes three pairs of numbers or more"
            yield Remark(at, "region", f"a {region.shape} {needs}, and has {count}.")
        elif not _inside(region, details.width, details.height):
            message = f"the {region.shape} of option {region.option} leaves the figure."
            yield Remark(at, "region", message)


def _inside(region: Region, width: int, height: int) -> bool:
    if region.shape == "rect":
        x, y, wide, high = region.coords
        return (
            x >= 0
            and y >= 0
            and wide > 0
            and high > 0
            and x + wide <= width
            and (y + high <= height)
        )
    if region.shape == "circle":
        x, y, radius = region.coords
        return radius > 0 and radius <= min(x, y, width - x, height - y)
    coords = region.coords
    return min(coords) >= 0 and max(coords[::2]) <= width and max(coords[1::2]) <= height


_CHECKS: dict[Kind, Callable[[Item], Iterator[Remark]]] = {
    "multiple": _multiple,
    "matching": _matching,
    "numeric": _numeric,
    "concordance": _concordance,
    "hotspot": _hotspot,
}
