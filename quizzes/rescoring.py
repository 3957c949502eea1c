"""Rulings on items that turned out to be flawed, and what attempts earn under them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from quizzes.attempts import AttemptState, Response
from quizzes.items import Item
from quizzes.kinds.answers import mark, read_answer
from quizzes.kinds.details import Matching, Numeric
from quizzes.kinds.text import UnreadableAnswer
from quizzes.papers import Paper
from quizzes.scoring import (
    CERTAIN,
    Awaiting,
    Score,
    certainty_points,
    reaches_cut,
    score,
    with_resolved,
)

Remedy = Literal["new-key", "full-credit", "drop", "as-published"]
REMEDIES: tuple[Remedy, ...] = get_args(Remedy)
# Marked by a rubric, or against the votes of a panel: neither has a key that could be replaced.
KEYLESS = frozenset({"constructed", "concordance"})
MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is done about one item, on every paper that showed it.

    "new-key" marks by the answers in `keys` (canonical, any of them is right); "full-credit"
    gives everybody the mark, whatever they answered; "drop" leaves the item out of points and
    maximum; "as-published" takes earlier rulings on the item back. With `keeps_passes` nobody who
    passes without the ruling fails by it.
    """

    item_id: str
    remedy: Remedy
    keys: tuple[str, ...] = ()
    keeps_passes: bool = True


class UnfitRuling(Exception):
    """A ruling that its item cannot bear; `message` is a sentence for whoever proposed it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_ruling(
    item: Item, remedy: Remedy, keys: Iterable[str] = (), *, keeps_passes: bool = True
) -> Ruling:
    """The ruling on an item with its new keys in canonical form, each once.

    Raises UnfitRuling when there is nothing to key, a key cannot be read or is not complete, or
    the keys are those that the item has.
    """
    if remedy != "new-key":
        return Ruling(item.id, remedy, (), keeps_passes)
    if item.kind in KEYLESS:
        raise UnfitRuling("This item has no key. Give full credit, drop it, or mark it again.")
    try:
        read = tuple(dict.fromkeys(read_answer(item, key) for key in keys if key.strip()))
    except UnreadableAnswer as unread:
        raise UnfitRuling(unread.message) from unread
    if isinstance(item.details, Numeric) and any(_unit(key) != item.details.unit for key in read):
        raise UnfitRuling(f"Give the number in the item's own unit, {item.details.unit}.")
    if not 1 <= len(read) <= MOST_KEYS:
        raise UnfitRuling(f"Give one right answer, or up to {MOST_KEYS} that are all right.")
    if any(mark(keyed(item, key), key) != 1 for key in read):
        raise UnfitRuling("A new key has to answer the whole item.")
    if len(read) == 1 and key_text(item) == read[0]:
        raise UnfitRuling("This is the key that the item has already.")
    return Ruling(item.id, remedy, read, keeps_passes)


def key_text(item: Item) -> str | None:
    """The right answer of an item in canonical form; None for an item without a key."""
    if item.kind in KEYLESS:
        return None
    match item.details:
        case Matching(prompts):
            return ",".join(f"{prompt.id}{prompt.key}" for prompt in prompts)
        case Numeric(value, _, unit):
            return read_answer(item, f"{value:f} {unit}".strip())
    chosen = item.options if item.kind == "ordering" else item.keys
    return ",".join(option.id for option in chosen)


def _unit(key: str) -> str:
    return key.partition(" ")[2]


def keyed(item: Item, key: str) -> Item:
    """The item as it would be with another key, canonical and in the item's own unit.

    What was nearly right of a number was so by the old key, and falls away with it.
    """
    match item.details:
        case Matching(prompts):
            right = {part[0]: part[1:] for part in key.split(",")}
            moved = (replace(each, key=right.get(each.id, "")) for each in prompts)
            return replace(item, details=Matching(tuple(moved)))
        case Numeric():
            value = Decimal(key.partition(" ")[0])
            return replace(item, details=replace(item.details, value=value, near=()))
    if item.kind == "ordering":
        options = {option.id: option for option in item.options}
        return replace(item, options=tuple(options[letter] for letter in key.split(",")))
    letters = set(key.split(","))
    return replace(item, options=tuple(replace(o, key=o.id in letters) for o in item.options))


@dataclass(frozen=True, slots=True)
class _Line:
    """A slot of a paper as it counts: None for a mark that awaits its marker."""

    item: Item
    response: Response | None
    mark: Fraction | None
    remedy: Remedy | None

    @property
    def counts(self) -> bool:
        return self.remedy != "drop"

    @property
    def was_certain(self) -> bool:
        return self.response is not None and self.response.certainty == CERTAIN

    def earned(self, by_certainty: bool) -> Fraction:
        assert self.mark is not None
        # Full credit is one whole point: nobody loses by how sure they were of a flawed item.
        if self.remedy == "full-credit" or not by_certainty:
            return self.mark
        if self.response is None:
            return Fraction(0)
        return certainty_points(self.mark, self.response.certainty)


class NothingLeft(ValueError):
    """The rulings drop every item of a paper: nothing is left that a score could rest on."""


def rescore(
    paper: Paper,
    items: Mapping[str, Item],
    state: AttemptState,
    manual: Mapping[int, Mapping[str, int]] | None = None,
    rulings: Sequence[Ruling] = (),
    resolved: Collection[str] = (),
) -> Score | Awaiting:
    """Score an attempt under rulings, given in the order in which they were made.

    `resolved` names the items whose safety-critical miss was made good: where none may stand, they
    stand no longer.

    Of several on one item the last holds. Everything else is as `score` has it: without rulings
    the two are equal. A dropped slot keeps its place in `marks` with a mark of 0, and is left out
    of everything else. Raises what `score` raises, and NothingLeft.
    """
    found = _settled(paper, score(paper, items, state, manual), resolved)
    in_force: dict[str, Ruling] = {}
    for ruling in rulings:
        in_force[ruling.item_id] = ruling
        had_passed = isinstance(found, Score) and found.passed
        found = _settled(paper, _under(paper, items, state, manual or {}, in_force), resolved)
        if isinstance(found, Score) and had_passed and ruling.keeps_passes:
            found = replace(found, passed=True)
    return found


def _settled(paper: Paper, found: Score | Awaiting, resolved: Collection[str]) -> Score | Awaiting:
    if isinstance(found, Awaiting) or paper.rules.safety != "must-resolve":
        return found
    return with_resolved(found, resolved)


def _under(
    paper: Paper,
    items: Mapping[str, Item],
    state: AttemptState,
    manual: Mapping[int, Mapping[str, int]],
    in_force: Mapping[str, Ruling],
) -> Score | Awaiting:
    lines = [
        _line(items[slot.item_id], state.responses.get(n), manual.get(n), in_force)
        for n, slot in enumerate(paper.slots, start=1)
    ]
    waiting = tuple(n for n, line in enumerate(lines, start=1) if line.mark is None)
    if waiting:
        return Awaiting(waiting)
    counted = [line for line in lines if line.counts]
    if not counted:
        raise NothingLeft("every item of the paper is dropped")
    by_certainty = paper.rules.certainty == "marked"
    points = sum((line.earned(by_certainty) for line in counted), Fraction(0))
    points = max(Fraction(0), points)
    missed = [line for line in counted if line.item.safety_critical and line.mark != 1]
    is_safe = not missed or paper.rules.safety == "reported"
    return Score(
        points=points,
        maximum=len(counted),
        cut_percent=paper.cut_percent,
        passed=reaches_cut(points, len(counted), paper.cut_percent) and is_safe,
        marks=tuple(line.mark for line in lines if line.mark is not None),
        missed_safety=tuple(line.item.id for line in missed),
        confident_misses=tuple(line.item.id for line in missed if line.was_certain),
        unanswered=tuple(
            n for n, line in enumerate(lines, start=1) if line.counts and line.response is None
        ),
    )


def _line(
    item: Item,
    response: Response | None,
    points: Mapping[str, int] | None,
    in_force: Mapping[str, Ruling],
) -> _Line:
    ruling = in_force.get(item.id)
    remedy = ruling.remedy if ruling else None
    answer = None if response is None else response.answer
    if remedy == "drop":
        return _Line(item, response, Fraction(0), remedy)
    if remedy == "full-credit":
        return _Line(item, response, Fraction(1), remedy)
    if ruling and remedy == "new-key":
        best = max(mark(keyed(item, key), answer) or Fraction(0) for key in ruling.keys)
        return _Line(item, response, best, remedy)
    return _Line(item, response, mark(item, answer, points), remedy)
