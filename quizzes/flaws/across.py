"""Cues that only show across a bank: how long its keys are, and where they stand."""

from collections import Counter
from collections.abc import Iterator, Sequence

from quizzes.flaws.chances import RARE, tails
from quizzes.flaws.findings import Finding, lone_key, suspect
from quizzes.flaws.texts import bare
from quizzes.items import Item

FEWEST_FIXED = 4


def key_lengths(items: Sequence[Item]) -> Iterator[Finding]:
    """NB-T04 across the bank: where one option stands out in length, the key is it too often, or
    hardly ever.

    An option stands out when it is one twentieth longer (or shorter) than the next. If length told
    nothing, it would be the key in one item of n for n options; a count that chance would bring
    less than once in 400 such banks is a rule somebody who guesses can use. A key that is never the
    longest gives as much away as one that always is.
    """
    for name, sign in (("longest", 1), ("shortest", -1)):
        chances, hits = [], []
        for item in items:
            key = lone_key(item)
            alone = _standing_out(item, sign) if key is not None else None
            if key is not None and alone is not None:
                chances.append(1 / len(item.options))
                if key.id == alone:
                    hits.append(item.id)
        few, many = tails(len(hits), chances)
        if min(few, many) < RARE:
            listed = f": {', '.join(hits)}" if many < RARE else ""
            yield suspect(
                "NB-T04",
                f"of {len(chances)} items in which one option is clearly the {name}, it is the key "
                f"in {len(hits)}; by chance it would be in about {round(sum(chances))}{listed}.",
            )


def _standing_out(item: Item, sign: int) -> str | None:
    """The option that is longest (sign 1) or shortest (-1) by a twentieth, if there is one."""
    if len(item.options) < 2:
        return None
    first, second = sorted(
        ((len(bare(option.text)), option.id) for option in item.options),
        key=lambda pair: -sign * pair[0],
    )[:2]
    larger, smaller = max(first[0], second[0]), min(first[0], second[0])
    return first[1] if larger * 20 >= smaller * 21 else None


def key_places(items: Sequence[Item]) -> Iterator[Finding]:
    """The place of the key in the bank as written, over all items with one key.

    Papers shuffle what may be shuffled, but exported and printed banks do not. Each letter's count
    is held against the exact law of chance; across five letters and both directions a balanced bank
    is suspected less than once in a hundred.
    """
    judged = [(item, key.id) for item in items if (key := lone_key(item)) is not None]
    counts = Counter(place for _, place in judged)
    letters = sorted({option.id for item, _ in judged for option in item.options})
    for letter in letters:
        chances = [
            1 / len(item.options)
            for item, _ in judged
            if any(option.id == letter for option in item.options)
        ]
        few, many = tails(counts[letter], chances)
        if min(few, many) < 1 / 1000:
            yield suspect(
                "key-position",
                f"the key is option {letter} in {counts[letter]} of {len(judged)} items as "
                f"written; by chance it would be in about {round(sum(chances))}.",
            )


def keys_in_one_place(items: Sequence[Item]) -> Iterator[Finding]:
    """The same place for the key in most items whose options are not shuffled."""
    places = [key.id for item in items if item.fixed_order and (key := lone_key(item))]
    if len(places) < FEWEST_FIXED:
        return
    place, times = Counter(places).most_common(1)[0]
    if times * 5 > len(places) * 3:
        yield suspect(
            "key-position",
            f"in {times} of {len(places)} items with a fixed order the key is option {place}.",
        )
