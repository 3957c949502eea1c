"""Specification + bank + seeded chance -> a paper: which items, in which order, how shuffled."""

import hashlib
import random
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

from quizzes.cells import fits, serving_order, sort_in
from quizzes.items import Bank, Cell, Item
from quizzes.kinds.details import Matching
from quizzes.papers import Paper, Slot

T = TypeVar("T")


class TooFewItems(Exception):
    """A cell of the specification asks for more items than the bank has for it."""

    def __init__(self, bank_id: str, objective: str, needed: int, available: int) -> None:
        super().__init__(
            f"bank {bank_id}: objective {objective} needs {needed} items and has {available}"
        )
        self.bank_id = bank_id
        self.objective = objective
        self.needed = needed
        self.available = available


def draw_paper(
    bank: Bank,
    seed: int,
    times_seen: Mapping[str, int],
    exposure: Mapping[str, Fraction] | None = None,
) -> Paper:
    """Draw a paper that satisfies every cell; the same inputs give the same paper.

    `times_seen` says how often the learner has met an item (item id -> count; absent is 0).
    Within a cell the least-seen items come first and chance decides among equals, so a retake
    shows new items for as long as the cell has any. `exposure` says on what share (0 to 1) of the
    bank's recent papers an item was; those at or above the limit in the rules go last in their
    cell. Vignette sets stand together in the order of their stages. Raises TooFewItems.

    Chance here spreads the items fairly; it keeps no secret. Whoever knows the seed and the bank
    can draw the paper again, so the caller takes the seed from a source that cannot be guessed.
    """
    chance = _chance(bank, seed)
    pool = _Pool(bank, chance, times_seen, _worn(bank, exposure or {}))
    units = _shuffled(pool.draw(), chance)
    slots = [_slot(item, chance) for unit in units for item in unit]
    specification = bank.specification
    return Paper(bank.id, tuple(slots), specification.cut_percent, specification.rules)


def _chance(bank: Bank, seed: int) -> random.Random:
    digest = hashlib.sha256(f"{seed}:{bank.content_hash}".encode()).digest()
    # Not security relevant: see draw_paper.
    return random.Random(int.from_bytes(digest))  # noqa: S311


def _worn(bank: Bank, exposure: Mapping[str, Fraction]) -> frozenset[str]:
    """Items that one more paper would show too often."""
    limit = bank.specification.rules.exposure_percent
    if limit is None:
        return frozenset()
    return frozenset(item for item, share in exposure.items() if share * 100 >= limit)


class _Pool:
    """The items that are still to be had while the cells are served."""

    def __init__(
        self,
        bank: Bank,
        chance: random.Random,
        times_seen: Mapping[str, int],
        worn: frozenset[str],
    ) -> None:
        self.bank = bank
        self.chance = chance
        self.times_seen = times_seen
        self.worn = worn
        self.left = list(bank.items)
        self.sorts = {item.id: sort_in(bank, item) for item in bank.items}

    def draw(self) -> list[list[Item]]:
        """Units in the order of the cells: an item alone, or a whole vignette set."""
        cells = self.bank.specification.cells
        served = {place: self._serve(cells[place]) for place in serving_order(cells)}
        return [unit for place in range(len(cells)) for unit in served[place]]

    def _serve(self, cell: Cell) -> list[list[Item]]:
        fitting = [item for item in self.left if fits(cell, self.sorts[item.id])]
        if cell.vignette is not None:
            fitting = self._choose_set(cell, fitting)
        if len(fitting) < cell.items:
            name = cell.objective or f"of vignette {cell.vignette}"
            raise TooFewItems(self.bank.id, name, cell.items, len(fitting))
        if cell.vignette is not None:
            taken = [sorted(fitting, key=lambda item: item.stage)]
        else:
            taken = [[item] for item in self._choose(fitting, cell.items)]
        gone = {item.id for unit in taken for item in unit}
        self.left = [item for item in self.left if item.id not in gone]
        return taken

    def _choose_set(self, cell: Cell, fitting: list[Item]) -> list[Item]:
        """The set of which least was seen; chance decides among equals."""
        if not cell.parallel:
            return fitting
        sets = [
            [item for item in fitting if item.vignette == name]
            for name in _shuffled(list(cell.vignettes), self.chance)
        ]
        return min(sets, key=self._wear)

    def _wear(self, items: list[Item]) -> tuple[bool, int]:
        seen = sum(self.times_seen.get(item.id, 0) for item in items)
        return any(item.id in self.worn for item in items), seen

    def _choose(self, fitting: list[Item], count: int) -> list[Item]:
        by_chance = _shuffled(fitting, self.chance)
        by_chance.sort(key=lambda item: (item.id in self.worn, self.times_seen.get(item.id, 0)))
        return by_chance[:count]


def _slot(item: Item, chance: random.Random) -> Slot:
    letters = [option.id for option in item.options]
    if not item.fixed_order:
        fixed = {option.id for option in item.options if option.anchored}
        shuffled = _shuffled_around(letters, fixed, chance)
        # Steps that happened to stand in the right order would be an answer, not a question.
        solved = item.kind == "ordering" and shuffled == letters
        letters = shuffled[1:] + shuffled[:1] if solved else shuffled
    return Slot(
        item.id,
        item.content_hash,
        tuple(letters),
        item.vignette,
        item.stage,
        _prompt_order(item, chance),
    )


def _prompt_order(item: Item, chance: random.Random) -> tuple[str, ...]:
    if not isinstance(item.details, Matching):
        return ()
    order = [prompt.id for prompt in item.details.prompts]
    return tuple(order if item.fixed_order else _shuffled(order, chance))


def _shuffled_around(letters: list[str], fixed: set[str], chance: random.Random) -> list[str]:
    """The letters shuffled, except that the fixed ones keep their places."""
    moving = iter(_shuffled([letter for letter in letters if letter not in fixed], chance))
    return [letter if letter in fixed else next(moving) for letter in letters]


def _shuffled(things: list[T], chance: random.Random) -> list[T]:
    # Sorted by random(), not shuffle(): of the two, Python promises only random() to give the
    # same numbers for the same seed in every version.
    keys = [chance.random() for _ in things]
    return [thing for _, _, thing in sorted(zip(keys, range(len(things)), things, strict=True))]
