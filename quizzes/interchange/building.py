"""Parts of drafts that every format needs: options with letters, ids, numbers, shared reasons."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from quizzes.interchange.drafts import CannotRead, Notes
from quizzes.interchange.limits import MAX_OPTIONS, MAX_PROMPTS
from quizzes.items import OPTION_IDS, Option
from quizzes.kinds.details import Matching, Prompt

LONGEST_ID = 40
ONE_RULE = "marks for part of an answer follow one published rule for all items of a kind"
NO_PLACE = "an item has no place for it"
# A third is a third, though a file says 33.333.
FINEST_SHARE = 100
_NUMBER = re.compile(r"[-+]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][-+]?\d{1,2})?")
_NAME = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered in a file: its texts as Markdown, and its share of the mark."""

    text: str
    share: Fraction
    rationale: str = ""
    anchored: bool = False


class Ids:
    """Gives each item an id that a bank can use, its own name when that will do."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._taken: set[str] = set()

    def of(self, name: str, number: int) -> str:
        """The id of the item with that name at that place in the file."""
        wanted = name.strip() if _is_id(name.strip()) else slug(name)
        wanted = wanted or f"{self._prefix}-{number:03}"
        chosen, again = wanted, 1
        while chosen in self._taken:
            again += 1
            chosen = f"{wanted[: LONGEST_ID - 6]}-{again}"
        self._taken.add(chosen)
        return chosen


def slug(name: str) -> str:
    """A name as words of letters and figures joined by hyphens, at most 40 characters."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[A-Za-z0-9]+", folded))[:LONGEST_ID].strip("-")


def number(text: str) -> Decimal | None:
    """A finite number as written, a comma taken for the decimal point; None when it is none."""
    text = text.strip().replace(",", ".").replace("−", "-")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def share_of_percent(text: str) -> Fraction:
    """The share of a mark that a number of per cent stands for, 0 when it is none."""
    value = number(text)
    if value is None:
        return Fraction(0)
    return (Fraction(value) / 100).limit_denominator(FINEST_SHARE)


def options_of(choices: Sequence[Choice], keys: Iterable[int]) -> tuple[Option, ...]:
    """Choices as options with letters; CannotRead when an item cannot hold so many."""
    if len(choices) > MAX_OPTIONS:
        raise CannotRead(f"It has {len(choices)} options; an item has at most {MAX_OPTIONS}.")
    right = set(keys)
    return tuple(
        Option(letter, choice.text, index in right, choice.rationale, choice.anchored)
        for index, (letter, choice) in enumerate(zip(OPTION_IDS, choices, strict=False))
    )


def is_single(choices: Sequence[Choice]) -> bool:
    """Whether one answer alone earns the whole mark, as in single best answer."""
    return any(choice.share >= 1 for choice in choices)


def single(choices: Sequence[Choice], notes: Notes) -> tuple[Option, ...]:
    """The options of a single best answer; shares of the mark for others are told as lost."""
    keys = [index for index, choice in enumerate(choices) if choice.share >= 1]
    options = options_of(choices, keys)
    for option, choice in zip(options, choices, strict=True):
        if 0 < choice.share < 1:
            what = f"{_percent(choice.share)} of the mark for option {option.id}"
            notes.lose(what, "a single best answer has one key and no marks beside it")
        if choice.share < 0:
            notes.lose(f"the deduction for option {option.id}", ONE_RULE)
    if len(keys) > 1:
        notes.lose("that either of several answers is right", "exactly one option is the best")
    return options


def multiple(choices: Sequence[Choice], notes: Notes) -> tuple[Option, ...]:
    """The options of a multiple response; weights that differ from our rule are told as lost."""
    keys = [index for index, choice in enumerate(choices) if choice.share > 0]
    for index, choice in enumerate(choices):
        ours = Fraction(1 if index in keys else -1, max(len(keys), 1))
        if abs(choice.share - ours) > Fraction(1, 100):
            notes.lose("the weights of the options", ONE_RULE)
    return options_of(choices, keys)


def true_or_false(is_true: bool, when_true: str, when_false: str) -> tuple[Option, ...]:
    """The two options of a true or false question, with what each is told."""
    choices = (
        Choice("True", Fraction(is_true), when_true),
        Choice("False", Fraction(not is_true), when_false),
    )
    return options_of(choices, [0 if is_true else 1])


def matched(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[Option, ...], Matching]:
    """Prompt and answer pairs as one shared list of options; a pair without prompt adds one."""
    answers = list(dict.fromkeys(answer for _, answer in pairs if answer))
    options = options_of([Choice(answer, Fraction(0)) for answer in answers], ())
    letters = {option.text: option.id for option in options}
    asked = [(text, answer) for text, answer in pairs if text]
    if len(asked) > MAX_PROMPTS:
        raise CannotRead(f"It has {len(asked)} lines to match; an item has at most {MAX_PROMPTS}.")
    prompts = (
        Prompt(str(index), text, letters.get(answer, ""), "")
        for index, (text, answer) in enumerate(asked, start=1)
    )
    return options, Matching(tuple(prompts))


def _is_id(name: str) -> bool:
    return len(name) <= LONGEST_ID and _NAME.fullmatch(name) is not None


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g} %"
