"""The table of marks that every statistic starts from: learners by items, with gaps.

A gap (None or NaN) means that the item was not on that learner's paper. An item that was on the
paper and left unanswered has mark 0. Nothing is filled in: whatever concerns an item rests on the
learners who met it, and a learner's total is the share of the marks within reach on their own
paper. Where every learner met every item this is the usual total, up to a constant factor.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import SupportsFloat

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Mark = SupportsFloat | None

DUST = 1e-12
"""Spread, as a share of the scale, that rounding can leave: below it numbers count as equal."""


class UnusableMarks(ValueError):
    """The marks cannot be analysed; the message is a sentence that says why."""


@dataclass(frozen=True, eq=False)
class MarkTable:
    """Marks of learners (rows) on items (columns); `values` is NaN where an item was not met.

    `maxima` are the marks for a right answer. Make one with `mark_table` or `marks_from_papers`.
    """

    items: tuple[str, ...]
    maxima: Numbers
    values: Numbers

    @property
    def learners(self) -> int:
        """How many rows there are."""
        return int(self.values.shape[0])

    @cached_property
    def met(self) -> Flags:
        """Which learner met which item."""
        flags: Flags = ~np.isnan(self.values)
        return flags

    @cached_property
    def complete(self) -> bool:
        """Whether every learner met every item."""
        return bool(self.met.all())

    @cached_property
    def filled(self) -> Numbers:
        """The marks with 0 in the gaps, for sums."""
        return np.where(self.met, self.values, 0.0)

    @cached_property
    def reach(self) -> Numbers:
        """The marks within reach on each learner's own paper."""
        marks: Numbers = self.met @ self.maxima
        return marks

    @cached_property
    def earned(self) -> Numbers:
        """The marks each learner earned."""
        marks: Numbers = self.filled.sum(axis=1)
        return marks

    @cached_property
    def shares(self) -> Numbers:
        """Each learner's total as a share of the marks within reach."""
        return self.earned / self.reach

    @cached_property
    def scale(self) -> float:
        """What totals are stated out of: the common maximum of all papers, else 100."""
        first = float(self.reach[0])
        same = np.ptp(self.reach) <= DUST * first
        return first if same else 100.0

    @cached_property
    def totals(self) -> Numbers:
        """Each learner's total, out of `scale`."""
        if self.complete:
            return self.earned
        return self.shares * self.scale

    @cached_property
    def rests(self) -> Numbers:
        """For each cell the learner's total without that item, out of `scale`.

        With gaps it is the share of the rest of the learner's own paper; NaN where the item was
        not met or was the whole paper.
        """
        others = self.earned[:, None] - self.filled
        if self.complete:
            return others
        reach = self.reach[:, None] - self.maxima
        usable = self.met & (reach > DUST * self.reach[:, None])
        shares = np.divide(others, reach, out=np.full_like(others, np.nan), where=usable)
        return shares * self.scale

    @cached_property
    def dichotomous(self) -> Flags:
        """Which items gave nothing but no mark or the full mark."""
        whole = (self.filled == 0) | (self.filled == self.maxima)
        flags: Flags = whole.all(axis=0)
        return flags


def mark_table(
    items: Sequence[str],
    rows: Sequence[Sequence[Mark]] | Numbers,
    maxima: Sequence[SupportsFloat] | None = None,
) -> MarkTable:
    """Return the table of marks: a row a learner, a column an item, None where it was not met.

    `maxima` are the marks for a right answer, 1 each unless given. UnusableMarks when there is no
    learner or no item, an item stands twice, rows differ in length, a maximum is not above 0, a
    mark is infinite or above its maximum, or a learner met no item.
    """
    names = tuple(items)
    if not names or not len(rows):
        raise UnusableMarks("There is nothing to analyse: at least one learner and one item.")
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UnusableMarks(f"Item {twice} stands in two columns.")
    highest = np.array([1.0] * len(names) if maxima is None else maxima, dtype=np.float64)
    try:
        values = np.array(rows, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise UnusableMarks("Every learner needs one number or gap for each item.") from error
    if values.ndim != 2 or values.shape[1] != len(names) or highest.shape != (len(names),):
        raise UnusableMarks(f"Every row, and the maxima, need {len(names)} entries.")
    _check(names, highest, values)
    return MarkTable(names, highest, values)


def _check(names: tuple[str, ...], highest: Numbers, values: Numbers) -> None:
    if not (np.isfinite(highest) & (highest > 0)).all():
        raise UnusableMarks("Every item needs a maximal mark above 0.")
    gaps = np.isnan(values)
    if np.isinf(values).any():
        raise UnusableMarks("Every mark has to be finite.")
    above = np.argwhere(np.where(gaps, 0.0, values) > highest * (1 + DUST))
    if len(above):
        row, column = above[0]
        raise UnusableMarks(f"Learner {row + 1} has more than the maximum on {names[column]}.")
    if gaps.all(axis=1).any():
        raise UnusableMarks(f"Learner {int(np.argmax(gaps.all(axis=1))) + 1} met no item.")


def marks_from_papers(
    papers: Iterable[Mapping[str, SupportsFloat]], maxima: Mapping[str, SupportsFloat] | None = None
) -> MarkTable:
    """Return the table of marks of papers with different items: one item -> mark each.

    The columns are every item that is on any paper, in order of the names. `maxima` gives the
    marks for a right answer where they are not 1.
    """
    rows = list(papers)
    items = sorted({item for row in rows for item in row})
    column = {item: number for number, item in enumerate(items)}
    values = np.full((len(rows), len(items)), np.nan)
    for number, row in enumerate(rows):
        for item, mark in row.items():
            values[number, column[item]] = float(mark)
    highest = maxima or {}
    return mark_table(items, values, [highest.get(item, Fraction(1)) for item in items])
