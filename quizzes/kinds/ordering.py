"""Ordering: every option is given its place; the order of the file is the right one."""

from fractions import Fraction
from itertools import combinations

from quizzes.items import Item
from quizzes.kinds.text import Fields, UnreadableAnswer, listed, only, option_ids


def read(item: Item, text: str) -> str:
    """All options in the order given: "c,a,b"."""
    order = listed(text)
    if sorted(order) != sorted(option_ids(item)):
        raise UnreadableAnswer("Put every step in the order, each of them once.")
    return ",".join(order)


def from_fields(item: Item, fields: Fields) -> str:
    """The order that the fields `place-a`, `place-b` and so on give, each a whole number from 1."""
    letters = option_ids(item)
    places = {letter: only(fields, f"place-{letter}") for letter in letters}
    if not any(places.values()):
        return ""
    wanted = {str(place) for place in range(1, len(letters) + 1)}
    if set(places.values()) != wanted:
        message = f"Give each step a place of its own, from 1 to {len(letters)}."
        raise UnreadableAnswer(message)
    return ",".join(sorted(letters, key=lambda letter: int(places[letter])))


def mark(item: Item, answer: str) -> Fraction:
    """The share of pairs that stand in the right order; nothing when it is below one half.

    By chance half of all pairs are in order, so less than that shows no knowledge of the order.
    """
    place = {letter: n for n, letter in enumerate(answer.split(","))}
    pairs = list(combinations(option_ids(item), 2))
    right = sum(place[first] < place[second] for first, second in pairs)
    share = Fraction(right, len(pairs))
    return share if share >= Fraction(1, 2) else Fraction(0)
