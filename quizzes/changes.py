"""What differs between two states of the item banks: items added, withdrawn, rekeyed, reworded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from quizzes.items import Bank, Item
from quizzes.kinds.details import Concordance, Constructed, Hotspot, Matching, Numeric

How = Literal["added", "withdrawn", "rekeyed", "reworded"]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item that is not what it was.

    "rekeyed" means that something else counts as right: another option by its words, another
    order, value, panel, region or rubric. Any other difference makes it "reworded".
    """

    item_id: str
    bank_id: str
    how: How


def compare_banks(before: Iterable[Bank], after: Iterable[Bank]) -> tuple[ItemChange, ...]:
    """Every item that was added, withdrawn, rekeyed or reworded, in order of the ids.

    An item counts to the bank it is written in: examinations over other banks add none.
    """
    old, new = _by_id(before), _by_id(after)
    changes = []
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            changes.append(ItemChange(key, new[key][0], "added"))
        elif key not in new:
            changes.append(ItemChange(key, old[key][0], "withdrawn"))
        elif how := _how(old[key][1], new[key][1]):
            changes.append(ItemChange(key, new[key][0], how))
    return tuple(changes)


def _by_id(banks: Iterable[Bank]) -> dict[str, tuple[str, Item]]:
    return {
        item.id: (bank.origins.get(item.id, bank.id), item) for bank in banks for item in bank.items
    }


def _how(old: Item, new: Item) -> How | None:
    if old.content_hash == new.content_hash:
        return None
    is_rekeyed = old.kind != new.kind or _right(old) != _right(new)
    return "rekeyed" if is_rekeyed else "reworded"


def _right(item: Item) -> Any:
    """What counts as right, in words wherever letters might have moved."""
    words = {option.id: option.text for option in item.options}
    match item.details:
        case Matching(prompts):
            return {prompt.text: words.get(prompt.key) for prompt in prompts}
        case Numeric() as numeric:
            shares = {(near.value, near.tolerance, near.share) for near in numeric.near}
            return numeric.value, numeric.tolerance, numeric.unit, set(numeric.units), shares
        case Concordance(panel):
            return dict(zip(words.values(), panel, strict=True))
        case Hotspot() as hotspot:
            regions = {region.option: (region.shape, region.coords) for region in hotspot.regions}
            return [(option.text, regions.get(option.id)) for option in item.keys]
        case Constructed(criteria):
            return {(criterion.text, criterion.points) for criterion in criteria}
    if item.kind == "ordering":
        return list(words.values())
    return {option.text for option in item.keys}
