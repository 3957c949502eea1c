"""How far a figure can be trusted: 95 % intervals for shares, means and correlations.

SMALL_GROUP is where figures begin to carry a caution. It is a convention, not a law.
"""

import math
from dataclasses import dataclass

from scipy import special

SMALL_GROUP = 30
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """The range that holds the true figure in 95 of 100 such samples, both ends included."""

    low: float
    high: float


def wilson(successes: float, n: int) -> Interval:
    """Interval of a share, from Wilson's score test; holds its level in small groups too.

    Partial marks count as parts of a success: their spread is never larger than that of whole
    ones, so the interval errs on the wide side. ValueError unless 0 <= successes <= n, n >= 1.
    Source: Wilson, E. B. (1927), J. Am. Stat. Assoc. 22:209-212.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"no share of {successes} in {n}")
    z = float(special.ndtri((1 + CONFIDENCE) / 2))
    share, square = successes / n, z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low, high)


def exact(successes: int, n: int) -> Interval:
    """Interval of a share of whole successes, never too narrow (Clopper and Pearson).

    Source: Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26:404-413.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"no share of {successes} in {n}")
    tail = (1 - CONFIDENCE) / 2
    misses = n - successes
    low = 0.0 if not successes else float(special.betaincinv(successes, misses + 1, tail))
    high = 1.0 if not misses else float(special.betaincinv(successes + 1, misses, 1 - tail))
    return Interval(low, high)


def student(mean: float, sd: float, n: int) -> Interval | None:
    """Interval of a mean from n values by Student's t; None below two values."""
    if n < 2:
        return None
    half = float(special.stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * sd / math.sqrt(n)
    return Interval(mean - half, mean + half)


def fisher(correlation: float, n: int) -> Interval | None:
    """Interval of a correlation by Fisher's z; None below four pairs or at exactly -1 or 1.

    Source: Fisher, R. A. (1921), Metron 1:3-32.
    """
    if n < 4 or abs(correlation) >= 1:
        return None
    middle = math.atanh(correlation)
    half = float(special.ndtri((1 + CONFIDENCE) / 2)) / math.sqrt(n - 3)
    return Interval(math.tanh(middle - half), math.tanh(middle + half))
