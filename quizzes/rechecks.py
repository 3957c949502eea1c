"""The re-check of safety: which safety-critical items are asked again, and what follows a miss."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from quizzes.items import Bank, Item

# A vignette's item cannot stand alone, and these kinds need a marker or a panel.
NOT_ALONE = ("constructed", "concordance")


def safety_items(banks: Iterable[Bank]) -> dict[str, Item]:
    """The safety-critical items that can be asked one by one, each once, by id.

    An examination draws its items from the other banks: these are not counted again.
    """
    return {
        item.id: item
        for bank in banks
        for item in bank.items
        if item.safety_critical and item.vignette is None and item.kind not in NOT_ALONE
    }


def draw_safety_items(banks: Sequence[Bank], count: int, seed: int) -> tuple[Item, ...]:
    """Draw `count` safety-critical items, spread over the banks; all there are if these are fewer.

    The banks take turns in their order, and an objective comes again only when its bank has no
    other left. The same inputs give the same items; chance comes from the seed alone, which the
    caller takes from a source that cannot be guessed.
    """
    queues = [_queue(bank, seed) for bank in banks if not bank.draws_from]
    drawn: list[Item] = []
    while len(drawn) < count and any(queues):
        for queue in queues:
            if queue and len(drawn) < count:
                drawn.append(queue.pop(0))
    return tuple(drawn)


def item_after_miss(banks: Iterable[Bank], missed: Item, met: Collection[str]) -> Item:
    """The item that asks for the same again: of its objective, not met before, if there is one.

    Safety-critical ones come first. Where all have been met, the missed one is asked again.
    """
    fitting = {
        item.id: item
        for bank in banks
        for item in bank.items
        if item.objective == missed.objective
        and item.id not in met
        and item.vignette is None
        and item.kind not in NOT_ALONE
    }
    return min(
        fitting.values(), key=lambda item: (not item.safety_critical, item.id), default=missed
    )


def _queue(bank: Bank, seed: int) -> list[Item]:
    """A bank's items in the order in which they are taken: one of each objective, then a second."""
    turns: Counter[str] = Counter()
    ordered: list[tuple[int, int, Item]] = []
    by_chance = sorted(safety_items([bank]).values(), key=lambda item: _place(item, seed))
    for place, item in enumerate(by_chance):
        turns[item.objective] += 1
        ordered.append((turns[item.objective], place, item))
    return [item for _turn, _at, item in sorted(ordered, key=lambda each: each[:2])]


def _place(item: Item, seed: int) -> bytes:
    """Where chance puts an item: a number that only the seed and the item decide."""
    return hashlib.sha256(f"{seed}:{item.content_hash}:{item.id}".encode()).digest()
