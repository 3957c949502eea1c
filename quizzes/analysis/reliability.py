"""How far a paper's total would repeat itself: coefficient alpha and its intervals."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from quizzes.analysis.intervals import CONFIDENCE, Interval
from quizzes.analysis.marks import DUST, Flags, MarkTable, Numbers

PAIR_AT_LEAST = 2
"""Learners that two items must share before their covariance counts."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Coefficient alpha with its intervals; `length` is the mean number of items on a paper.

    `name` is "KR-20" when every mark is nothing or full, else "alpha": the number is the same.
    `interval` is Feldt's; `bootstrap` resamples learners and is the check on it. `approximate`
    says that papers differed, so that alpha is the one of an average paper and Feldt's interval
    is only roughly of its level.
    """

    name: str
    alpha: float | None
    interval: Interval | None
    bootstrap: Interval | None
    length: float
    approximate: bool


def reliability(table: MarkTable, *, rounds: int = 0, seed: int = 0) -> Reliability:
    """Alpha of the table with Feldt's interval and, for rounds > 0, a percentile bootstrap.

    alpha = k c / (v + (k - 1) c) with k items, mean item variance v and mean covariance c of two
    items: the usual k / (k - 1) (1 - sum of item variances / variance of totals) where every
    learner met every item. With gaps v and c are means over the learners who met the item, or
    both items, weighted by how many these are, and k is the mean length of a paper. None without
    a second item, a second learner or any variance.
    Source: Cronbach, L. J. (1951), Psychometrika 16:297-334; for marks of 0 and 1 it is formula
    20 of Kuder, G. F. and Richardson, M. W. (1937), Psychometrika 2:151-160.
    """
    alpha = _alpha(table.filled, table.met, table.maxima)
    length = float(table.met.sum() / table.learners)
    interval = None if alpha is None else feldt(alpha, table.learners, length)
    bootstrap = None
    if alpha is not None and rounds > 0:
        bootstrap = _bootstrap(table, rounds, seed)
    name = "KR-20" if table.dichotomous.all() else "alpha"
    return Reliability(name, alpha, interval, bootstrap, length, not table.complete)


def feldt(alpha: float, learners: int, items: float) -> Interval | None:
    """The interval of alpha from the F distribution; None below two learners or two items.

    (1 - alpha) / (1 - estimate) is distributed as F with n - 1 and (n - 1)(k - 1) degrees of
    freedom. Source: Feldt, L. S. (1965), Psychometrika 30:357-370.
    """
    if learners < 2 or items < 2:
        return None
    one, two = learners - 1, (learners - 1) * (items - 1)
    tail = (1 - CONFIDENCE) / 2
    high_f = float(special.fdtri(one, two, 1 - tail))
    low_f = float(special.fdtri(one, two, tail))
    return Interval(1 - (1 - alpha) * high_f, 1 - (1 - alpha) * low_f)


def _bootstrap(table: MarkTable, rounds: int, seed: int) -> Interval | None:
    """The middle 95 % of alpha over samples of the learners, drawn with replacement."""
    chance = np.random.default_rng(seed)
    # In an order of its own, so that it does not matter in which one the learners came.
    order = np.lexsort(table.values.T)
    filled, met = table.filled[order], table.met[order]
    found = []
    for _ in range(rounds):
        rows = chance.integers(0, table.learners, table.learners)
        alpha = _alpha(filled[rows], met[rows], table.maxima)
        if alpha is not None:
            found.append(alpha)
    if len(found) < rounds / 2:
        return None
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(found, [tail, 100 - tail])
    return Interval(float(low), float(high))


def _alpha(filled: Numbers, met: Flags, maxima: Numbers) -> float | None:
    if met.all():
        return _complete_alpha(filled, maxima)
    there = met.astype(np.float64)
    # Near their own mean the products stay small, and the differences below exact.
    centre = filled.sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    away = np.where(met, filled - centre, 0.0)
    both, sums = there.T @ there, away.T @ there
    enough = both >= PAIR_AT_LEAST
    shared = np.maximum(both, PAIR_AT_LEAST)
    covariances = (away.T @ away - sums * sums.T / shared) / (shared - 1)
    own = np.eye(len(maxima), dtype=bool)
    weights = np.where(enough, both, 0.0)
    pairs = float(weights[~own].sum())
    if not pairs:
        return None
    variance = float((covariances * weights)[own].sum() / weights[own].sum())
    covariance = float((covariances * weights)[~own].sum() / pairs)
    return _stepped_up(float(there.sum() / len(there)), variance, covariance, float(maxima.max()))


def _complete_alpha(marks: Numbers, maxima: Numbers) -> float | None:
    learners, items = marks.shape
    if learners < 2 or items < 2:
        return None
    variances = float(marks.var(axis=0, ddof=1).sum())
    total = float(marks.sum(axis=1).var(ddof=1))
    covariance = (total - variances) / (items * (items - 1))
    return _stepped_up(items, variances / items, covariance, float(maxima.max()))


def _stepped_up(length: float, variance: float, covariance: float, scale: float) -> float | None:
    whole = variance + (length - 1) * covariance
    if length < 2 or whole <= (DUST * scale) ** 2:
        return None
    return length * covariance / whole
