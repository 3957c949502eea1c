"""What blind guessing earns: the mean mark over every answer that could be given."""

from collections import Counter
from fractions import Fraction
from itertools import combinations

from quizzes.items import Item
from quizzes.kinds.answers import mark


def random_guess_share(item: Item) -> Fraction:
    """The mark, 0 to 1, expected from an answer drawn by chance among all answers of its kind.

    One option of those offered; any choice of at least one for a multiple response; one option of
    the list for each prompt; any order of the steps. A number or a text is not hit by chance: 0.
    """
    letters = [option.id for option in item.options]
    match item.kind:
        case "single" | "hotspot" | "concordance":
            return _mean([_mark(item, letter) for letter in letters])
        case "multiple":
            sizes = range(1, len(letters) + 1)
            choices = [",".join(each) for size in sizes for each in combinations(letters, size)]
            return _mean([_mark(item, choice) for choice in choices])
        case "matching":
            return Fraction(1, len(letters))
        case "ordering":
            return _ordering(len(letters))
    return Fraction(0)


def _mark(item: Item, answer: str) -> Fraction:
    found = mark(item, answer)
    if found is None:
        raise ValueError(f"item {item.id} cannot be marked without a person")
    return found


def _mean(marks: list[Fraction]) -> Fraction:
    return sum(marks, Fraction(0)) / len(marks)


def _ordering(steps: int) -> Fraction:
    """Mean mark over all orders, counted by their pairs in the wrong order."""
    orders = Counter({0: 1})
    for placed in range(1, steps):
        longer: Counter[int] = Counter()
        for wrong, count in orders.items():
            # The next step may be put before any number of those already placed.
            for passed in range(placed + 1):
                longer[wrong + passed] += count
        orders = longer
    pairs = steps * (steps - 1) // 2
    earned = Fraction(0)
    for wrong, count in orders.items():
        if 2 * (pairs - wrong) >= pairs:
            earned += count * Fraction(pairs - wrong, pairs)
    return earned / sum(orders.values())
