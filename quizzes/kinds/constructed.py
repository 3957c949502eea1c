"""Short constructed answer: a text in the learner's words, marked by a person with a rubric."""

from collections.abc import Mapping
from fractions import Fraction

from quizzes.items import Item
from quizzes.kinds.details import Constructed


def read(_item: Item, text: str) -> str:
    """The text as it stands; more words than asked for are kept, and shown to the marker."""
    return text


def mark(item: Item, manual: Mapping[str, int] | None) -> Fraction | None:
    """Points given / points of the rubric; None while a criterion is unmarked.

    ValueError for points of a criterion the rubric has not, or beyond what it can earn.
    """
    if not isinstance(item.details, Constructed):
        raise TypeError(f"item {item.id} has no rubric")
    most = {criterion.id: criterion.points for criterion in item.details.criteria}
    given = manual or {}
    for criterion, points in given.items():
        if not 0 <= points <= most.get(criterion, -1):
            raise ValueError(f"item {item.id}: {points} points for criterion {criterion!r}")
    if given.keys() != most.keys():
        return None
    return Fraction(sum(given.values()), item.details.points)
