"""Would the same people pass again: consistency and accuracy of the decision at the cut."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import special

LONGEST = 1000
"""Effective items beyond which the sums are not done: reliability is then as good as perfect."""

UNANIMOUS = 1e-4
"""Disagreement expected by chance below which kappa would be a quotient of rounding."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """Shares of 0 to 1 expected if a parallel paper were sat, after Livingston and Lewis.

    `consistency` get the same decision twice, `accuracy` get the one their true score deserves,
    `false_pass` pass though their true score is below the cut, `false_fail` the reverse. `kappa`
    is consistency beyond chance, None when practically everybody gets the same decision.
    `effective_items` is how many right-or-wrong items would measure as precisely.
    """

    consistency: float
    kappa: float | None
    accuracy: float
    false_pass: float
    false_fail: float
    effective_items: int


def decision_consistency(
    *, mean: float, sd: float, reliability: float, cut: Fraction
) -> Consistency | None:
    """The consistency of pass and fail at `cut`; mean, sd and cut are shares of the maximum.

    Livingston and Lewis: an effective number of right-or-wrong items n follows from mean,
    variance and reliability; true scores follow a beta distribution with the observed mean and
    variance x reliability, errors are binomial. The beta has two parameters (range 0 to 1) here,
    where the authors fit four: for marks of 0 and 1 with KR-21 as reliability this is Huynh's
    beta-binomial model, in which n is the number of items. All sums are exact, by the posterior
    of the beta. None when reliability is not between 0 and 1, there is no variance, n exceeds
    1,000, or no beta distribution has this mean and variance.
    Source: Livingston, S. A. and Lewis, C. (1995), J. Educ. Meas. 32:179-197; Huynh, H. (1976),
    J. Educ. Meas. 13:253-264.
    """
    if not 0 < reliability < 1 or sd <= 0 or not 0 < mean < 1:
        return None
    variance, room = sd * sd, mean * (1 - mean)
    items = round((room - reliability * variance) / (variance * (1 - reliability)))
    strength = room / (reliability * variance) - 1
    if not 1 <= items <= LONGEST or strength <= 0:
        return None
    return _beta_binomial(items, mean * strength, (1 - mean) * strength, cut)


def _beta_binomial(items: int, a: float, b: float, cut: Fraction) -> Consistency:
    needed = math.ceil(cut * items)
    scores = np.arange(items + 1)
    ways = _log_ways(items)
    single = np.exp(ways + special.betaln(a + scores, b + items - scores) - special.betaln(a, b))
    passes = float(single[needed:].sum())
    below = special.betainc(a + scores, b + items - scores, float(cut))
    false_pass = float((single * below)[needed:].sum())
    false_fail = float((single * (1 - below))[:needed].sum())
    both = _both_pass(items, needed, a, b)
    consistency = 1 - 2 * (passes - both)
    chance = passes**2 + (1 - passes) ** 2
    return Consistency(
        consistency=consistency,
        kappa=(consistency - chance) / (1 - chance) if chance < 1 - UNANIMOUS else None,
        accuracy=1 - false_pass - false_fail,
        false_pass=false_pass,
        false_fail=false_fail,
        effective_items=items,
    )


def _both_pass(items: int, needed: int, a: float, b: float) -> float:
    """Chance of passing two parallel papers, summed over the pairs of scores that pass."""
    ways = _log_ways(items)[needed:]
    scores = np.arange(needed, items + 1)
    sums = np.arange(2 * items + 1)
    integral = special.betaln(a + sums, b + 2 * items - sums) - special.betaln(a, b)
    # In logarithms to the end: the coefficients alone leave the range of a float.
    logs = ways[:, None] + ways + integral[scores[:, None] + scores]
    return float(np.exp(logs).sum())


def _log_ways(items: int) -> NDArray[np.float64]:
    """Logarithms of the binomial coefficients of n over 0 to n."""
    scores = np.arange(items + 1)
    ways: NDArray[np.float64] = (
        special.gammaln(items + 1)
        - special.gammaln(scores + 1)
        - special.gammaln(items - scores + 1)
    )
    return ways
