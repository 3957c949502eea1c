"""Cues that only show across a bank: how long its keys are, and where they stand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quizzes.flaws.findings import Finding, lone_key, suspect
from quizzes.flaws.texts import bare
from quizzes.items import Item

FEWEST_ITEMS = 8


def keys_too_long(items: Sequence[Item]) -> Iterator[Finding]:
    """NB-T04 across the bank: the key is the longest option far more often than chance has it.

    By chance it is longest in one item of n for n options. Twice that share, and at least half
    of the items, is a rule somebody who guesses can use.
    """
    judged = [item for item in items if lone_key(item) is not None and item.options]
    longest = [item.id for item in judged if _key_is_longest(item)]
    expected = sum((Fraction(1, len(item.options)) for item in judged), Fraction(0))
    if len(judged) < FEWEST_ITEMS or not longest:
        return
    if len(longest) >= 2 * expected and 2 * len(longest) >= len(judged):
        yield suspect(
            "NB-T04",
            f"the key is the longest option in {len(longest)} of {len(judged)} items; by chance "
            f"it would be in about {round(expected)}: {', '.join(longest)}.",
        )


def _key_is_longest(item: Item) -> bool:
    lengths = {option.id: len(bare(option.text)) for option in item.options}
    key = item.key.id
    return all(lengths[key] > length for letter, length in lengths.items() if letter != key)


def keys_in_one_place(items: Sequence[Item]) -> Iterator[Finding]:
    """The same place for the key in most items whose options are not shuffled."""
    places = [key.id for item in items if item.fixed_order and (key := lone_key(item))]
    if len(places) < FEWEST_ITEMS // 2:
        return
    place, times = Counter(places).most_common(1)[0]
    if times * 5 > len(places) * 3:
        yield suspect(
            "key-position",
            f"in {times} of {len(places)} items with a fixed order the key is option {place}.",
        )
