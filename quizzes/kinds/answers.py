"""Answers of every kind: read into their canonical text, and marked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from quizzes.items import Item
from quizzes.kinds import choices, constructed, matching, numeric, ordering
from quizzes.kinds.details import Concordance, Constructed, Kind, Matching, Numeric
from quizzes.kinds.text import Fields, tidy


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a kind reads a text, and gathers one from the fields of a form."""

    read: Callable[[Item, str], str]
    from_fields: Callable[[Item, Fields], str]


_ONE = _Reader(choices.read_one, choices.one_from_fields)
_READERS: dict[Kind, _Reader] = {
    "single": _ONE,
    "hotspot": _ONE,
    "concordance": _ONE,
    "multiple": _Reader(choices.read_several, choices.several_from_fields),
    "matching": _Reader(matching.read, matching.from_fields),
    "ordering": _Reader(ordering.read, ordering.from_fields),
    "numeric": _Reader(numeric.read, numeric.from_fields),
    "constructed": _Reader(constructed.read, choices.one_from_fields),
}
_MARKS: dict[Kind, Callable[[Item, str], Fraction]] = {
    "single": choices.mark_one,
    "hotspot": choices.mark_one,
    "concordance": choices.mark_concordance,
    "multiple": choices.mark_several,
    "matching": matching.mark,
    "ordering": ordering.mark,
    "numeric": numeric.mark,
}


def read_answer(item: Item, text: str) -> str:
    """The canonical text of an answer, at most 4,000 characters; reading it again changes nothing.

    Two texts that mean the same give the same canonical text. Raises UnreadableAnswer, with a
    sentence for the learner, when the item cannot be answered so.
    """
    return _READERS[item.kind].read(item, tidy(text))


def answer_from_fields(item: Item, fields: Fields) -> str | None:
    """The canonical answer in the fields of a form without script; None when they are empty.

    The fields: `answer` (repeated for a multiple response), `answer-1` and so on for the prompts
    of a matching item, `place-a` and so on for the steps of an ordering, `unit` beside a number.
    Raises UnreadableAnswer.
    """
    text = _READERS[item.kind].from_fields(item, fields)
    return read_answer(item, text) if text.strip() else None


def best_answer(item: Item) -> str | None:
    """A canonical answer that earns the full mark; None where only a marker can tell."""
    match item.details:
        case Matching(prompts):
            text = ",".join(f"{prompt.id}{prompt.key}" for prompt in prompts)
        case Numeric() as asked:
            text = f"{asked.value} {asked.unit}".strip()
        case Concordance(panel):
            text = item.options[panel.index(max(panel))].id
        case Constructed():
            return None
        case _:
            right = item.options if item.kind == "ordering" else item.keys
            text = ",".join(option.id for option in right)
    return read_answer(item, text)


def mark(
    item: Item, answer: str | None, manual: Mapping[str, int] | None = None
) -> Fraction | None:
    """The mark, 0 to 1, of a canonical answer; no answer earns 0.

    `manual` holds the points a marker gave (criterion id -> points), of use for constructed
    answers only; None says that such an answer still awaits its marker. docs/assessment.md gives
    the rule of each kind.
    """
    if answer is None:
        return Fraction(0)
    if item.kind == "constructed":
        return constructed.mark(item, manual)
    return _MARKS[item.kind](item, answer)
