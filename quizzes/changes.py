"""What differs between two states of the item banks: items added, withdrawn, rekeyed, reworded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from quizzes.items import Bank, Item

How = Literal["added", "withdrawn", "rekeyed", "reworded"]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item that is not what it was.

    "rekeyed" means that something else counts as right: the words of the key differ. Any other
    difference makes it "reworded".
    """

    item_id: str
    bank_id: str
    how: How


def compare_banks(before: Iterable[Bank], after: Iterable[Bank]) -> tuple[ItemChange, ...]:
    """Every item that was added, withdrawn, rekeyed or reworded, in order of the ids."""
    old = {item.id: (bank.id, item) for bank in before for item in bank.items}
    new = {item.id: (bank.id, item) for bank in after for item in bank.items}
    changes = []
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            changes.append(ItemChange(key, new[key][0], "added"))
        elif key not in new:
            changes.append(ItemChange(key, old[key][0], "withdrawn"))
        elif how := _how(old[key][1], new[key][1]):
            changes.append(ItemChange(key, new[key][0], how))
    return tuple(changes)


def _how(old: Item, new: Item) -> How | None:
    if old.key.text != new.key.text:
        return "rekeyed"
    return None if old.content_hash == new.content_hash else "reworded"
