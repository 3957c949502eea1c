"""Responses -> marks, score and outcome, in whole numbers and fractions only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from quizzes.attempts import AttemptState, Response
from quizzes.items import Item
from quizzes.kinds.answers import mark
from quizzes.papers import Paper, Slot

CERTAIN = 3
# What one item earns by how sure the learner was: (right, wrong), of one point. Gardner-Medwin's
# certainty-based marks 1/0, 2/-2, 3/-6 divided by three ("Confidence assessment in the teaching
# of basic science", ALT-J 3, 1995): certainty pays best for whoever states what they believe,
# a guess below 67 %, certain from 80 %. An answer without a statement counts as a guess.
CERTAINTY_MARKS: Mapping[int, tuple[Fraction, Fraction]] = {
    1: (Fraction(1, 3), Fraction(0)),
    2: (Fraction(2, 3), Fraction(-2, 3)),
    CERTAIN: (Fraction(1), Fraction(-2)),
}


@dataclass(frozen=True, slots=True)
class Score:
    """What an attempt earned: one mark (0 to 1) a slot, and the outcome against the cut score.

    `points` is the sum of the marks or, where certainty is marked, of what they earn by the
    published scheme, never below 0. `missed_safety` names the safety-critical items without a full
    mark, `confident_misses` those among them that were answered as certain; both in the order of
    the paper.
    """

    points: Fraction
    maximum: int
    cut_percent: int
    passed: bool
    marks: tuple[Fraction, ...]
    missed_safety: tuple[str, ...]
    confident_misses: tuple[str, ...]
    unanswered: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Awaiting:
    """There is no score yet: the answers in these slots wait for a marker."""

    slots: tuple[int, ...]


class ItemChanged(Exception):
    """The item at hand is not the one the paper showed; `found` is None when there is none."""

    def __init__(self, item_id: str, expected: str, found: str | None) -> None:
        state = "is missing" if found is None else "is not the one this paper showed"
        super().__init__(f"item {item_id} {state}")
        self.item_id = item_id
        self.expected = expected
        self.found = found


def score(
    paper: Paper,
    items: Mapping[str, Item],
    state: AttemptState,
    manual: Mapping[int, Mapping[str, int]] | None = None,
) -> Score | Awaiting:
    """Score an attempt against the very items its paper showed; an unanswered slot earns nothing.

    `manual` holds a marker's points (slot -> criterion id -> points); as long as an answer that
    needs them has not all of them, the attempt is Awaiting. Raises ItemChanged when an item is
    missing or differs from the one the slot pins, and ValueError for a paper without slots or
    points that a rubric cannot give.
    """
    shown = [_pinned(slot, items) for slot in paper.slots]
    given = manual or {}
    marks: list[Fraction] = []
    waiting: list[int] = []
    for number, item in enumerate(shown, start=1):
        earned = mark(item, _answer(state.responses.get(number)), given.get(number))
        if earned is None:
            waiting.append(number)
        else:
            marks.append(earned)
    return Awaiting(tuple(waiting)) if waiting else score_marks(paper, shown, state, marks)


def score_marks(
    paper: Paper, shown: Sequence[Item], state: AttemptState, marks: Sequence[Fraction]
) -> Score:
    """The score of an attempt whose slots earned these marks for these items, slot by slot.

    Passed when points * 100 >= cut_percent * maximum and, if the rules say "must-resolve", no
    safety-critical item is missed.
    """
    responses = [state.responses.get(number) for number in range(1, len(shown) + 1)]
    missed = [
        (item.id, response)
        for item, response, earned in zip(shown, responses, marks, strict=True)
        if item.safety_critical and earned < 1
    ]
    points = _points(paper, responses, marks)
    is_safe = not missed or paper.rules.safety == "reported"
    return Score(
        points=points,
        maximum=len(marks),
        cut_percent=paper.cut_percent,
        passed=reaches_cut(points, len(marks), paper.cut_percent) and is_safe,
        marks=tuple(marks),
        missed_safety=tuple(name for name, _ in missed),
        confident_misses=tuple(
            name for name, response in missed if response and response.certainty == CERTAIN
        ),
        unanswered=state.unanswered(paper),
    )


def with_resolved(score: Score, resolved: Collection[str]) -> Score:
    """The score under "must-resolve" once some safety-critical misses were made good.

    `resolved` names their items. It passes when its points reach the cut and no miss is left; no
    point is added.
    """
    is_safe = set(score.missed_safety) <= set(resolved)
    reaches = reaches_cut(score.points, score.maximum, score.cut_percent)
    return replace(score, passed=reaches and is_safe)


def _points(
    paper: Paper, responses: Sequence[Response | None], marks: Sequence[Fraction]
) -> Fraction:
    if paper.rules.certainty != "marked":
        return sum(marks, Fraction(0))
    earned = [
        certainty_points(mark, response.certainty)
        for response, mark in zip(responses, marks, strict=True)
        if response is not None
    ]
    return max(Fraction(0), sum(earned, Fraction(0)))


def certainty_points(mark: Fraction, certainty: int | None) -> Fraction:
    """What a mark of 0 to 1 earns by the certainty scheme, from -2 to 1; between, in proportion."""
    right, wrong = CERTAINTY_MARKS[certainty or 1]
    return mark * right + (1 - mark) * wrong


def needed_points(maximum: int, cut_percent: int) -> int:
    """The smallest whole score that passes: at least cut_percent of maximum, never rounded down.

    ValueError unless maximum is at least 1 and cut_percent within 1 to 100.
    """
    if maximum < 1 or not 1 <= cut_percent <= 100:
        raise ValueError(f"no cut score for {maximum} points at {cut_percent} %")
    return -(-maximum * cut_percent // 100)


def reaches_cut(points: Fraction, maximum: int, cut_percent: int) -> bool:
    """Whether points * 100 >= cut_percent * maximum, exactly.

    ValueError unless maximum is at least 1 and cut_percent within 1 to 100.
    """
    needed_points(maximum, cut_percent)
    return points * 100 >= cut_percent * maximum


def _answer(response: Response | None) -> str | None:
    return None if response is None else response.answer


def _pinned(slot: Slot, items: Mapping[str, Item]) -> Item:
    item = items.get(slot.item_id)
    found = None if item is None else item.content_hash
    if item is None or found != slot.item_hash:
        raise ItemChanged(slot.item_id, slot.item_hash, found)
    return item
