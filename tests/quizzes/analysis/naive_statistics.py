"""The same definitions once more, slowly and in plain Python, for tests to compare with."""

import itertools
import math
import statistics
from collections.abc import Sequence

Rows = Sequence[Sequence[float]]


def covariance(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Sample covariance, divisor n - 1."""
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return math.fsum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / (len(xs) - 1)


def column(rows: Rows, item: int) -> list[float]:
    """The marks on one item."""
    return [row[item] for row in rows]


def rest(rows: Rows, item: int) -> list[float]:
    """Totals minus the item."""
    return [math.fsum(row[:item]) + math.fsum(row[item + 1 :]) for row in rows]


def discrimination(rows: Rows, item: int) -> float:
    """Correlation of the item with the rest."""
    return statistics.correlation(column(rows, item), rest(rows, item))


def efficiency(rows: Rows, item: int) -> float:
    """100 x covariance / largest covariance."""
    xs, ys = column(rows, item), rest(rows, item)
    return 100 * covariance(xs, ys) / covariance(sorted(xs), sorted(ys))


def effective_weights(rows: Rows) -> list[float | None]:
    """100 x sqrt(cov(item, total)) / sum; None where the covariance is negative."""
    totals = [math.fsum(row) for row in rows]
    covariances = [covariance(column(rows, item), totals) for item in range(len(rows[0]))]
    roots = [math.sqrt(each) if each >= 0 else None for each in covariances]
    whole = math.fsum(root for root in roots if root is not None)
    return [None if root is None else 100 * root / whole for root in roots]


def alpha(rows: Rows) -> float:
    """Cronbach's alpha from variances."""
    items = len(rows[0])
    own = math.fsum(statistics.variance(column(rows, item)) for item in range(items))
    total = statistics.variance([math.fsum(row) for row in rows])
    return items / (items - 1) * (1 - own / total)


def beta_binomial(
    items: int, a: float, b: float, needed: int, cut: float, steps: int = 20_000
) -> tuple[float, float]:
    """Consistency and accuracy by summing over true scores in small steps."""
    same = right = whole = 0.0
    for step in range(steps):
        true = (step + 0.5) / steps
        weight = true ** (a - 1) * (1 - true) ** (b - 1)
        chance = math.fsum(
            math.comb(items, score) * true**score * (1 - true) ** (items - score)
            for score in range(needed, items + 1)
        )
        whole += weight
        same += weight * (chance**2 + (1 - chance) ** 2)
        right += weight * (chance if true >= cut else 1 - chance)
    return same / whole, right / whole


def ordering_guess(steps: int) -> float:
    """Mean mark over all orders of so many steps, one by one."""
    marks = []
    pairs = list(itertools.combinations(range(steps), 2))
    for order in itertools.permutations(range(steps)):
        share = sum(order[i] < order[j] for i, j in pairs) / len(pairs)
        marks.append(share if share >= 0.5 else 0.0)
    return statistics.fmean(marks)
