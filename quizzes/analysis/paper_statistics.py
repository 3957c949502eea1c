"""What a paper did as a whole: centre, spread, shape, reliability and error of its totals."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from quizzes.analysis.consistency import Consistency, decision_consistency
from quizzes.analysis.intervals import SMALL_GROUP, Interval, exact, student
from quizzes.analysis.marks import DUST, MarkTable, Numbers
from quizzes.analysis.reliability import Reliability, reliability


@dataclass(frozen=True, slots=True)
class PaperStatistics:
    """The figures of the totals, in marks out of `maximum`; None where not determined.

    Papers of different worth are stated out of 100. `passed` of `learners` reached the cut;
    both it and `consistency` are None without a cut score. `caution` is a sentence for small
    groups, else empty.
    """

    learners: int
    items: int
    maximum: float
    mean: float
    mean_interval: Interval | None
    median: float
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    reliability: Reliability
    standard_error: float | None
    cut_percent: float | None
    passed: int | None
    pass_interval: Interval | None
    consistency: Consistency | None
    caution: str


def paper_statistics(
    table: MarkTable, *, cut_percent: Fraction | None = None, rounds: int = 0, seed: int = 0
) -> PaperStatistics:
    """The figures of all totals; `cut_percent` (above 0, at most 100) adds those at the cut.

    The standard error of measurement is sd x sqrt(1 - alpha). `rounds` and `seed` are those of
    the bootstrap of alpha. ValueError for a cut score outside its range.
    """
    if cut_percent is not None and not 0 < cut_percent <= 100:
        raise ValueError(f"no cut score of {cut_percent} %")
    totals = table.totals
    found = reliability(table, rounds=rounds, seed=seed)
    mean, median = float(totals.mean()), float(np.median(totals))
    moments = k_statistics(totals)
    sd = None if moments[1] is None else math.sqrt(moments[1])
    skewness, kurtosis = shape(totals)
    passed = None if cut_percent is None else _passed(table, cut_percent)
    return PaperStatistics(
        learners=table.learners,
        items=len(table.items),
        maximum=table.scale,
        mean=mean,
        mean_interval=None if sd is None else student(mean, sd, table.learners),
        median=median,
        sd=sd,
        skewness=skewness,
        kurtosis=kurtosis,
        reliability=found,
        standard_error=_standard_error(sd, found.alpha),
        cut_percent=None if cut_percent is None else float(cut_percent),
        passed=passed,
        pass_interval=None if passed is None else exact(passed, table.learners),
        consistency=_consistency(table, mean, sd, found.alpha, cut_percent),
        caution=_caution(table.learners),
    )


def k_statistics(
    values: Numbers,
) -> tuple[float, float | None, float | None, float | None]:
    """Fisher's k1 to k4: unbiased estimates of the first four cumulants, None with too few values.

    Source: Fisher, R. A. (1930), Proc. London Math. Soc. s2-30:199-238; Kendall and Stuart, The
    Advanced Theory of Statistics, volume 1, section 12.
    """
    n = len(values)
    mean = float(values.mean())
    away = values - mean
    s2, s3, s4 = (float((away**power).sum()) for power in (2, 3, 4))
    k2 = s2 / (n - 1) if n > 1 else None
    k3 = n * s3 / ((n - 1) * (n - 2)) if n > 2 else None
    k4 = None
    if n > 3:
        k4 = n * ((n + 1) * s4 - 3 * (n - 1) * s2 * s2 / n) / ((n - 1) * (n - 2) * (n - 3))
    return mean, k2, k3, k4


def shape(values: Numbers) -> tuple[float | None, float | None]:
    """Skewness k3 / k2^1.5 and kurtosis k4 / k2^2 (0 for a normal distribution).

    None with fewer than three and four values, or without variance.
    """
    _, k2, k3, k4 = k_statistics(values)
    if not k2 or float(np.ptp(values)) <= DUST * float(np.abs(values).max()):
        return None, None
    return None if k3 is None else k3 / k2**1.5, None if k4 is None else k4 / k2**2


def _standard_error(sd: float | None, alpha: float | None) -> float | None:
    return None if sd is None or alpha is None else sd * math.sqrt(max(0.0, 1 - alpha))


def _passed(table: MarkTable, cut_percent: Fraction) -> int:
    """Learners at the cut or above; a describing count, with rounding dust in their favour."""
    needed = float(cut_percent) / 100 * table.reach
    return int((table.earned >= needed - DUST * table.reach).sum())


def _consistency(
    table: MarkTable,
    mean: float,
    sd: float | None,
    alpha: float | None,
    cut_percent: Fraction | None,
) -> Consistency | None:
    if cut_percent is None or sd is None or alpha is None or (table.filled < 0).any():
        return None
    return decision_consistency(
        mean=mean / table.scale,
        sd=sd / table.scale,
        reliability=alpha,
        cut=cut_percent / 100,
    )


def _caution(learners: int) -> str:
    if learners >= SMALL_GROUP:
        return ""
    who = f"Only {learners} learner{'s' * (learners > 1)}"
    return f"{who}: read the intervals, not the figures, and judge nothing by them alone."
