"""Kinds answered by choosing: single best answer, hot spot, concordance, multiple response."""

from fractions import Fraction

from quizzes.items import Item
from quizzes.kinds.details import Concordance
from quizzes.kinds.text import Fields, UnreadableAnswer, listed, only, option_ids


def read_one(item: Item, text: str) -> str:
    """The letter of one option."""
    chosen = text.strip()
    if chosen not in option_ids(item):
        raise UnreadableAnswer("This question has no such option.")
    return chosen


def one_from_fields(_item: Item, fields: Fields) -> str:
    """What the field `answer` holds."""
    return only(fields, "answer")


def mark_one(item: Item, answer: str) -> Fraction:
    """One for the key, else nothing."""
    return Fraction(answer == item.key.id)


def mark_concordance(item: Item, answer: str) -> Fraction:
    """Votes of the panel for the chosen option / votes for the option most of them chose.

    The aggregate scoring of script concordance tests: Lubarsky, Dory, Duggan, Gagnon, Charlin
    (2013), AMEE Guide 75, doi:10.3109/0142159X.2013.760036.
    """
    if not isinstance(item.details, Concordance):
        raise TypeError(f"item {item.id} has no panel")
    votes = dict(zip(option_ids(item), item.details.panel, strict=True))
    return Fraction(votes[answer], max(votes.values()))


def read_several(item: Item, text: str) -> str:
    """The letters of the chosen options, each once, in alphabetical order: "a,c"."""
    chosen = set(listed(text))
    if not chosen <= set(option_ids(item)):
        raise UnreadableAnswer("This question has no such option.")
    return ",".join(sorted(chosen))


def several_from_fields(_item: Item, fields: Fields) -> str:
    """What the repeated field `answer` holds."""
    return ",".join(value.strip() for value in fields.get("answer", ()) if value.strip())


def mark_several(item: Item, answer: str) -> Fraction:
    """(right choices - wrong choices) / keys, never below nothing."""
    keys = {option.id for option in item.keys}
    chosen = set(answer.split(","))
    return max(Fraction(0), Fraction(len(chosen & keys) - len(chosen - keys), len(keys)))
