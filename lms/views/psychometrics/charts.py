"""Where the points and lines of a plot stand, in the units of its drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import quizzes
from lms.services.psychometrics import ItemLine

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 640, 56, 624, 24, 304
GAP = 15
"""How far apart two labels have to stand."""


@dataclass(frozen=True, slots=True)
class Point:
    """An item on the plot; `kind` is "plain", "flagged" or "reversed"."""

    label: str
    x: float
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Facility against discrimination.

    `small` items were met by too few learners for a point, `missing` have no discrimination.
    """

    points: tuple[Point, ...]
    small: int
    missing: int
    lowest: float


def across(share: float) -> float:
    """Return the x of a share of 0 to 1."""
    return round(LEFT + share * (RIGHT - LEFT), 1)


def scatter(lines: Iterable[ItemLine]) -> Scatter:
    """Place every item with a discrimination; the scale goes below -0.2 only where it has to."""
    shown = list(lines)
    drawn = [line for line in shown if not line.figures.caution]
    found = [line.figures.discrimination or 0 for line in drawn]
    lowest = min([-0.2, *found])
    points, missing = [], 0
    for line in drawn:
        facility, discrimination = line.figures.facility, line.figures.discrimination
        if facility is None or discrimination is None:
            missing += 1
            continue
        kind = "reversed" if discrimination < 0 else "flagged" if line.flags else "plain"
        place = across(facility), up(discrimination, lowest)
        points.append(Point(line.column, *place, kind))
    return Scatter(tuple(points), len(shown) - len(drawn), missing, lowest)


def up(value: float, lowest: float, highest: float = 1.0) -> float:
    """Return the y of a value on a scale from `lowest` to `highest`."""
    return round(BOTTOM - (value - lowest) / (highest - lowest) * (BOTTOM - TOP), 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """The share of each score group that chose an option; `label_y` keeps labels apart."""

    option: str
    is_key: bool
    shares: tuple[float, ...]
    points: tuple[tuple[float, float], ...]
    label_y: float


def curves(table: quizzes.DistractorTable | None) -> tuple[Curve, ...]:
    """Place the curves of an item's options; none where there are too few learners for groups."""
    if table is None or not table.groups:
        return ()
    steps = len(table.groups) - 1
    right = RIGHT - 24
    drawn = []
    for option in table.options:
        places = tuple(
            (round(LEFT + 24 + step * (right - LEFT - 24) / steps, 1), up(share, 0.0))
            for step, share in enumerate(option.by_group)
        )
        drawn.append((option, places))
    labels = apart([places[-1][1] for _, places in drawn])
    return tuple(
        Curve(option.option, option.is_key, option.by_group, places, label)
        for (option, places), label in zip(drawn, labels, strict=True)
    )


def measured(
    information: Iterable[tuple[float, float]],
) -> Iterable[tuple[float, float, float | None]]:
    """Yield ability, information and the standard error of ability, None where nothing is known."""
    for ability, told in information:
        yield ability, told, told**-0.5 if told > 0.0001 else None


def apart(heights: Sequence[float]) -> list[float]:
    """Return the heights, moved up or down where two would stand closer than a line of text."""
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    moved = list(heights)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + GAP)
    over = max([0.0, *(height - BOTTOM for height in moved)])
    if over and order:
        moved[order[-1]] -= over
        for after, before in pairwise(order[::-1]):
            moved[before] = min(moved[before], moved[after] - GAP)
    return [round(height, 1) for height in moved]
