"""How many of a cohort will finish in time, with its uncertainty, if they go on as they have.

The model is a gamma-Poisson with a memory that fades. Learner i does units at a rate r_i; rates
differ between learners as a gamma distribution does, whose mean and spread are fitted to the
cohort by moments. Units done lately tell more than those done long ago: each counts half for every
`HALF_LIFE` days that have passed since, and so do the days in which it was possible. Units come in
bursts; how much more they vary from week to week than a Poisson count would (the dispersion,
estimated by Pearson's statistic) divides what each of them tells. What a learner does in the days
left is then negative binomial. A whole cohort may speed up or slow down together by `SHARED`. The
number of those who finish is the sum of the learners' chances: a Poisson binomial, mixed over that
common change.

Sources: Harvey, A. C. and Fernandes, C. (1989), J. Bus. Econ. Stat. 7:407-417 (the fading
gamma-Poisson); McCullagh, P. and Nelder, J. A. (1989), Generalized Linear Models, 2nd ed. (the
dispersion). HALF_LIFE, SHARED and the learner who is imagined are conventions of ours; how often
the range holds was tried on simulated cohorts (tests/courses/test_courses_forecast.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import special

HALF_LIFE = 28.0
"""Days after which what somebody did counts half."""
SHARED = 0.2
"""Standard deviation of the change of pace that a whole cohort has in common, as a logarithm."""
IMAGINED = 14.0
"""Days on plan that one imagined learner adds, so that a cohort of one has a rate to start from."""
LEVEL = 80
"""Per cent of such cohorts in which the number of those who finish lies in the range."""
LEAST_DAYS = 7
"""Days that somebody must have had before anything is forecast."""
SMALLEST_COHORT = 5
"""Learners from whom on the spread of rates is fitted; below, it is taken to be the mean."""

Chance = Literal["likely", "open", "unlikely"]


@dataclass(frozen=True, slots=True)
class Runner:
    """Somebody on the way: `remaining` units to do in `days_left` days.

    `done_ago` says for every unit done how many days ago that was, `days` how many days it was
    possible. `planned` is how many units a day the plan asks for.
    """

    remaining: int
    done_ago: tuple[int, ...]
    days: int
    days_left: int
    planned: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many of the runners finish in time: the middle of what may happen, and its range.

    In LEVEL of 100 such cohorts the number lies in `low` to `high`, both included. `chances` are
    those of the runners, 0 to 1, in their order.
    """

    middle: int
    low: int
    high: int
    chances: tuple[float, ...]


def chance_word(chance: float) -> Chance:
    """Whether finishing is likely (4 in 5 or more), unlikely (1 in 5 or less) or open."""
    if chance >= 0.8:
        return "likely"
    return "unlikely" if chance <= 0.2 else "open"


def forecast_completion(runners: Sequence[Runner]) -> Forecast | None:
    """Forecast how many of these finish in time; None where it is too early to say.

    It is too early while nobody has had LEAST_DAYS. ValueError for a runner with nothing to do.
    """
    if any(runner.remaining < 1 for runner in runners):
        raise ValueError("a runner has something left to do")
    if not runners or max(runner.days for runner in runners) < LEAST_DAYS:
        return None
    burst = dispersion(runners)
    shape, rate = _posterior(runners, burst)
    left = np.array([max(0, runner.days_left) for runner in runners], dtype=float)
    # A unit that is left takes at least one burst.
    asked = np.array([max(1.0, runner.remaining / burst) for runner in runners])
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights = weights / weights.sum()
    mixed = np.zeros(len(runners) + 1)
    chances = np.zeros(len(runners))
    for node, weight in zip(nodes, weights, strict=True):
        expected = left * np.exp(SHARED * node) / burst
        each = special.betainc(asked, shape, expected / (rate + expected))
        chances += weight * each
        mixed += weight * _sum_of(each)
    reached = mixed.cumsum()
    tail = (100 - LEVEL) / 200
    return Forecast(
        middle=_quantile(reached, 0.5),
        low=_quantile(reached, tail),
        high=_quantile(reached, 1 - tail),
        chances=tuple(float(each) for each in chances),
    )


def dispersion(runners: Sequence[Runner]) -> float:
    """How much more than a Poisson count the units of a week vary around a learner's own mean.

    Pearson's statistic over its degrees of freedom, over whole weeks; never below 1, and 1 where
    nobody has had two weeks.
    """
    squares, degrees = 0.0, 0
    for runner in runners:
        weeks = runner.days // 7
        if weeks < 2:
            continue
        found = Counter(ago // 7 for ago in runner.done_ago if ago // 7 < weeks)
        mean = sum(found.values()) / weeks
        if mean:
            squares += sum((found[week] - mean) ** 2 for week in range(weeks)) / mean
            degrees += weeks - 1
    return max(1.0, squares / degrees) if degrees else 1.0


def _posterior(runners: Sequence[Runner], burst: float) -> tuple[Any, Any]:
    """Shape and rate of what is known of each runner's pace, in bursts a day."""
    count = np.array([sum(_weight(ago) for ago in runner.done_ago) for runner in runners])
    days = np.array([_weighted_days(runner.days) for runner in runners])
    planned = sum(runner.planned for runner in runners) / len(runners)
    mean = (count.sum() + planned * IMAGINED) / (days.sum() + IMAGINED)
    spread = mean**2
    if len(runners) >= SMALLEST_COHORT:
        spread = _between(count, days, mean, burst)
    # Where rates hardly differ, the cohort tells much of a learner, but not without limit.
    shape = min(50.0, mean**2 / spread) if spread > 0 else 50.0
    return shape + count / burst, shape / mean + days / burst


def _between(count: Any, days: Any, mean: float, burst: float) -> float:
    """Variance of the learners' rates, beyond what chance within each of them makes."""
    told = days > 0
    rates, weights = count[told] / days[told], days[told]
    total = weights.sum()
    if total <= 0:
        return mean**2
    freedom = total - (weights**2).sum() / total
    squares = float((weights * (rates - mean) ** 2).sum())
    # Fading weights leave about half of a count's variance in its weighted sum.
    within = (len(rates) - 1) * burst * mean
    return max(0.02 * mean**2, (squares - within) / freedom) if freedom > 0 else mean**2


def _weight(ago: int) -> float:
    return float(0.5 ** (max(0, ago) / HALF_LIFE))


def _weighted_days(days: int) -> float:
    """The weights of the last `days` days, summed."""
    step = 0.5 ** (1 / HALF_LIFE)
    return float((1 - step ** max(0, days)) / (1 - step))


def _sum_of(chances: Any) -> Any:
    """The distribution of how many of independent events happen."""
    found = np.ones(1)
    for chance in chances:
        found = np.convolve(found, (1 - chance, chance))
    return found


def _quantile(reached: Any, share: float) -> int:
    """The smallest number that is reached with this probability, rounding apart."""
    place = int(np.searchsorted(reached, share - 1e-12))
    return min(place, len(reached) - 1)
