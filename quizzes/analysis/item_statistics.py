"""What each item did: facility, spread, discrimination, efficiency and weights.

Definitions: sample variances (divisor n - 1). The discrimination index is the correlation of the
item's mark with the total minus the item. Discriminative efficiency is 100 x covariance / largest
covariance, which is the covariance after sorting both lists. Effective weight is 100 x
sqrt(cov(item, total)) / the sum of these over the items of the paper. Source of the definitions:
MoodleDocs, "Quiz statistics calculations" (the names and formulas are the same there).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from quizzes.analysis.flags import flags_of
from quizzes.analysis.intervals import SMALL_GROUP, Interval, fisher, student, wilson
from quizzes.analysis.marks import DUST, Flags, MarkTable, Numbers


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """One item's figures, each None where the marks do not determine it.

    `learners` met the item, `maximum` is its full mark, `mean` and `sd` are in marks. `facility`
    is the mean as a share of the maximum, `discrimination` runs from -1 to 1, efficiency and
    weights are in percent, `random_guess` is the share of the maximum that blind guessing earns.
    An item without variance has no discrimination. An item whose covariance with the total is
    negative has no effective weight and the others share the 100 % among them; in larger groups
    the flag "against-total" says so. `caution` is empty unless the group is small: then it is a
    sentence, and the intervals are to be shown instead of the figures.
    """

    item: str
    learners: int
    maximum: float
    mean: float | None
    facility: float | None
    facility_interval: Interval | None
    sd: float | None
    discrimination: float | None
    discrimination_interval: Interval | None
    discriminative_efficiency: float | None
    intended_weight: float | None
    effective_weight: float | None
    random_guess: float | None
    flags: tuple[str, ...]
    caution: str


def item_statistics(
    table: MarkTable, guesses: Mapping[str, float | None] | None = None
) -> tuple[ItemStatistics, ...]:
    """Every item's figures, in the order of the table.

    `guesses` gives the share of the maximum that blind guessing earns, by item, where known.
    With gaps: facility, spread and covariances rest on the learners who met the item; the total
    is the share of each learner's own paper; the weights are means over the papers that held the
    item, each paper adding up to 100.
    """
    columns = _columns(table)
    found = []
    for number, item in enumerate(table.items):
        figures = {name: _figure(values[number]) for name, values in columns.items()}
        found.append(_one(table, item, number, figures, (guesses or {}).get(item)))
    return tuple(found)


def _one(
    table: MarkTable,
    item: str,
    number: int,
    figures: Mapping[str, float | None],
    guess: float | None,
) -> ItemStatistics:
    learners = int(table.met[:, number].sum())
    maximum = float(table.maxima[number])
    mean, sd, discrimination = figures["mean"], figures["sd"], figures["discrimination"]
    facility = None if mean is None else mean / maximum
    spread = None if discrimination is None else fisher(discrimination, int(figures["pairs"] or 0))
    statistics = ItemStatistics(
        item=item,
        learners=learners,
        maximum=maximum,
        mean=mean,
        facility=facility,
        facility_interval=_facility_interval(table, number, facility, sd, learners),
        sd=sd,
        discrimination=discrimination,
        discrimination_interval=spread,
        discriminative_efficiency=figures["efficiency"],
        intended_weight=figures["intended"],
        effective_weight=figures["effective"],
        random_guess=guess,
        flags=(),
        caution=_caution(learners),
    )
    negative = (figures["with_total"] or 0) < 0
    return replace(statistics, flags=flags_of(statistics, against_total=negative))


def _facility_interval(
    table: MarkTable, number: int, facility: float | None, sd: float | None, learners: int
) -> Interval | None:
    if facility is None:
        return None
    if (table.filled[:, number] < 0).any():
        maximum = float(table.maxima[number])
        return None if sd is None else student(facility, sd / maximum, learners)
    return wilson(min(facility, 1.0) * learners, learners)


def _caution(learners: int) -> str:
    if learners >= SMALL_GROUP:
        return ""
    who = "Nobody" if not learners else f"Only {learners} learner{'s' * (learners > 1)}"
    return f"{who} met this item: read the intervals, not the figures."


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _columns(table: MarkTable) -> dict[str, Numbers]:
    """Every figure as one number an item, NaN where it is not determined."""
    n = table.met.sum(axis=0).astype(np.float64)
    mean = _over(table.filled.sum(axis=0), n)
    away = np.where(table.met, table.values - mean, 0.0)
    variance = _over((away**2).sum(axis=0), n - 1)
    level = np.ptp(np.where(table.met, table.values, mean), axis=0) <= DUST * table.maxima
    variance[level & ~np.isnan(variance)] = 0.0
    correlation, efficiency, pairs = _discrimination(table, level)
    with_total = _with_total(table, away, n)
    return {
        "mean": mean,
        "sd": np.sqrt(variance),
        "discrimination": correlation,
        "efficiency": efficiency,
        "pairs": pairs,
        "with_total": with_total,
        "intended": _mean_share(table, table.maxima),
        "effective": _mean_share(table, np.sqrt(np.where(with_total < 0, np.nan, with_total))),
    }


def _discrimination(table: MarkTable, level: Flags) -> tuple[Numbers, Numbers, Numbers]:
    """Correlation and efficiency of each item with the rest of its learners' papers, and how many
    learners have both.
    """
    usable = ~np.isnan(table.rests)
    marks = np.where(usable, table.values, np.nan)
    rests = table.rests
    n = usable.sum(axis=0).astype(np.float64)
    x, y = _centred(marks, usable, n), _centred(rests, usable, n)
    products = (x * y).sum(axis=0)
    spread_x, spread_y = (x**2).sum(axis=0), (y**2).sum(axis=0)
    flat = level | (spread_x == 0) | (np.sqrt(_over(spread_y, n)) <= DUST * table.scale) | (n < 2)
    correlation = _over(products, np.where(flat, 0.0, np.sqrt(spread_x * spread_y)))
    # Sorted, gaps come last as infinity and stand in the same rows of both lists.
    sorted_x = np.sort(np.where(usable, x, np.inf), axis=0)
    sorted_y = np.sort(np.where(usable, y, np.inf), axis=0)
    filled = np.isfinite(sorted_x)
    largest = (np.where(filled, sorted_x, 0.0) * np.where(filled, sorted_y, 0.0)).sum(axis=0)
    efficiency = 100 * _over(products, np.where(flat, 0.0, largest))
    # Rounding alone must not tell a perfect correlation, which has no interval, from one.
    perfect = np.abs(correlation) >= 1 - DUST
    correlation = np.where(perfect, np.sign(correlation), correlation)
    return correlation, np.clip(efficiency, None, 100.0), n


def _with_total(table: MarkTable, away: Numbers, n: Numbers) -> Numbers:
    """Covariance of each item with the total, over the learners who met it."""
    totals = np.where(table.met, table.totals[:, None], np.nan)
    covariance = _over((away * _centred(totals, table.met, n)).sum(axis=0), n - 1)
    covariance[np.abs(covariance) <= DUST * table.scale * table.maxima] = 0.0
    return covariance


def _mean_share(table: MarkTable, weights: Numbers) -> Numbers:
    """Percent of the weights of a paper, as the mean over the papers that held the item."""
    whole = table.met @ np.nan_to_num(weights)
    turns = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0)
    papers = (table.met & (whole > 0)[:, None]).sum(axis=0).astype(np.float64)
    return 100 * weights * _over(turns @ table.met, papers)


def _centred(values: Numbers, usable: Flags, n: Numbers) -> Numbers:
    """Values less the mean of their column, 0 in the gaps."""
    mean = _over(np.where(usable, values, 0.0).sum(axis=0), n)
    return np.where(usable, values - mean, 0.0)


def _over(numerator: Numbers, denominator: Numbers) -> Numbers:
    """The quotient, NaN where the denominator is not above 0."""
    empty = np.full_like(numerator, np.nan, dtype=np.float64)
    return np.divide(numerator, denominator, out=empty, where=denominator > 0)
