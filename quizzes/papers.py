"""Specification + bank + seeded chance -> the frozen paper that one attempt shows."""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from quizzes.items import Bank, Cell, Item

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on a paper: the item, pinned by its content hash, and the order of its options."""

    item_id: str
    item_hash: str
    option_order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The frozen set that one attempt shows; slots are numbered from 1."""

    bank_id: str
    slots: tuple[Slot, ...]
    cut_percent: int

    def offers(self, slot: int, option: str) -> bool:
        """Whether the paper has this slot (from 1), and an option of that name in it."""
        return 1 <= slot <= len(self.slots) and option in self.slots[slot - 1].option_order


class TooFewItems(Exception):
    """A cell of the specification asks for more items than the bank has for its objective."""

    def __init__(self, bank_id: str, objective: str, needed: int, available: int) -> None:
        super().__init__(
            f"bank {bank_id}: objective {objective} needs {needed} items and has {available}"
        )
        self.bank_id = bank_id
        self.objective = objective
        self.needed = needed
        self.available = available


def draw_paper(bank: Bank, seed: int, times_seen: Mapping[str, int]) -> Paper:
    """Draw a paper that satisfies every cell; the same inputs give the same paper.

    `times_seen` says how often the learner has met an item (item id -> count; absent is 0).
    Within a cell the least-seen items come first and chance decides among equals, so a retake
    shows new items for as long as the cell has any. Raises TooFewItems.

    Chance here spreads the items fairly; it keeps no secret. Whoever knows the seed and the bank
    can draw the paper again, so the caller takes the seed from a source that cannot be guessed.
    """
    chance = _chance(bank, seed)
    drawn: list[Item] = []
    for cell in bank.specification.cells:
        drawn += _draw_cell(bank, cell, chance, times_seen)
    slots = [_slot(item, chance) for item in _shuffled(drawn, chance)]
    return Paper(bank.id, tuple(slots), bank.specification.cut_percent)


def paper_to_document(paper: Paper) -> dict[str, Any]:
    """The paper as JSON-able data."""
    return {
        "bank_id": paper.bank_id,
        "cut_percent": paper.cut_percent,
        "slots": [
            {
                "item_id": slot.item_id,
                "item_hash": slot.item_hash,
                "option_order": list(slot.option_order),
            }
            for slot in paper.slots
        ],
    }


def paper_from_document(document: Mapping[str, Any]) -> Paper:
    """The paper of a document written by `paper_to_document`; KeyError if damaged."""
    return Paper(
        bank_id=document["bank_id"],
        slots=tuple(
            Slot(
                item_id=slot["item_id"],
                item_hash=slot["item_hash"],
                option_order=tuple(slot["option_order"]),
            )
            for slot in document["slots"]
        ),
        cut_percent=document["cut_percent"],
    )


def _chance(bank: Bank, seed: int) -> random.Random:
    digest = hashlib.sha256(f"{seed}:{bank.content_hash}".encode()).digest()
    # Not security relevant: see draw_paper.
    return random.Random(int.from_bytes(digest))  # noqa: S311


def _draw_cell(
    bank: Bank, cell: Cell, chance: random.Random, times_seen: Mapping[str, int]
) -> list[Item]:
    candidates = [item for item in bank.items if item.objective == cell.objective]
    if len(candidates) < cell.items:
        raise TooFewItems(bank.id, cell.objective, cell.items, len(candidates))
    by_chance = _shuffled(candidates, chance)
    by_chance.sort(key=lambda item: times_seen.get(item.id, 0))
    return by_chance[: cell.items]


def _slot(item: Item, chance: random.Random) -> Slot:
    order = [option.id for option in item.options]
    if not item.fixed_order:
        order = _shuffled(order, chance)
    return Slot(item.id, item.content_hash, tuple(order))


def _shuffled(things: list[T], chance: random.Random) -> list[T]:
    # Sorted by random(), not shuffle(): of the two, Python promises only random() to give the
    # same numbers for the same seed in every version.
    keys = [chance.random() for _ in things]
    return [thing for _, _, thing in sorted(zip(keys, range(len(things)), things, strict=True))]
