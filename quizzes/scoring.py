"""Responses -> marks, score and outcome, in whole numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass

from quizzes.attempts import AttemptState
from quizzes.items import Item
from quizzes.papers import Paper, Slot


@dataclass(frozen=True, slots=True)
class Score:
    """What an attempt earned: one mark (0 or 1) a slot, and the outcome against the cut score.

    `missed_safety` names the safety-critical items without a mark, in the order of the paper.
    """

    points: int
    maximum: int
    cut_percent: int
    passed: bool
    marks: tuple[int, ...]
    missed_safety: tuple[str, ...]
    unanswered: tuple[int, ...]


class ItemChanged(Exception):
    """The item at hand is not the one the paper showed; `found` is None when there is none."""

    def __init__(self, item_id: str, expected: str, found: str | None) -> None:
        state = "is missing" if found is None else "is not the one this paper showed"
        super().__init__(f"item {item_id} {state}")
        self.item_id = item_id
        self.expected = expected
        self.found = found


def score(paper: Paper, items: Mapping[str, Item], state: AttemptState) -> Score:
    """Score an attempt against the very items its paper showed; an unanswered slot earns nothing.

    The outcome is a pass when points * 100 >= cut_percent * maximum. Raises ItemChanged when an
    item is missing or differs from the one the slot pins, and ValueError for a paper without slots.
    """
    marks = []
    missed_safety = []
    for number, slot in enumerate(paper.slots, start=1):
        item = _pinned(slot, items)
        response = state.responses.get(number)
        mark = int(response is not None and response.option == item.key.id)
        marks.append(mark)
        if item.safety_critical and not mark:
            missed_safety.append(item.id)
    points, maximum = sum(marks), len(marks)
    return Score(
        points=points,
        maximum=maximum,
        cut_percent=paper.cut_percent,
        passed=points >= needed_points(maximum, paper.cut_percent),
        marks=tuple(marks),
        missed_safety=tuple(missed_safety),
        unanswered=state.unanswered(paper),
    )


def needed_points(maximum: int, cut_percent: int) -> int:
    """The smallest whole score that passes: at least cut_percent of maximum, never rounded down.

    ValueError unless maximum is at least 1 and cut_percent within 1 to 100.
    """
    if maximum < 1 or not 1 <= cut_percent <= 100:
        raise ValueError(f"no cut score for {maximum} points at {cut_percent} %")
    return -(-maximum * cut_percent // 100)


def _pinned(slot: Slot, items: Mapping[str, Item]) -> Item:
    item = items.get(slot.item_id)
    found = None if item is None else item.content_hash
    if item is None or found != slot.item_hash:
        raise ItemChanged(slot.item_id, slot.item_hash, found)
    return item
