"""Paper statistics: against published examples, SciPy and plain Python, and lawful."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from quizzes import analyse, mark_table, paper_statistics
from quizzes.analysis.consistency import decision_consistency
from quizzes.analysis.intervals import exact, fisher, student, wilson
from quizzes.analysis.paper_statistics import k_statistics, shape
from quizzes.analysis.reliability import feldt, reliability
from tests.quizzes.analysis.mark_samples import (
    PINGOUIN,
    WUENSCH,
    names,
    partial_marks,
    right_or_wrong,
)
from tests.quizzes.analysis.naive_statistics import alpha, beta_binomial

CLOSE = 1e-9


def table(rows: list, maxima: list | None = None) -> object:
    return mark_table(names(len(rows[0])), rows, maxima)


def test_kr20_of_a_published_example() -> None:
    """Wuensch gives the sum of pq as 2.18 and the variance of totals as 5.84 (divisor n)."""
    found = reliability(table(WUENSCH))
    assert found.name == "KR-20"
    assert found.alpha == pytest.approx(10 / 9 * (1 - 2.18 / 5.84), abs=1e-12)


def test_alpha_and_interval_as_another_package_has_them() -> None:
    """pingouin 0.7 gives 0.8016949152542373 and [0.533, 0.947] for these marks."""
    found = reliability(table(PINGOUIN), rounds=200)
    assert found.alpha == pytest.approx(0.8016949152542373, abs=1e-12)
    assert found.interval is not None and found.bootstrap is not None
    assert found.interval.low == pytest.approx(0.533, abs=5e-4)
    assert found.interval.high == pytest.approx(0.947, abs=5e-4)
    assert found.bootstrap.low < found.alpha < found.bootstrap.high


def test_skewness_and_kurtosis_of_a_published_example() -> None:
    """The example of the spreadsheet functions SKEW and KURT in their maker's manual."""
    skewness, kurtosis = shape(np.array([3.0, 4, 5, 2, 3, 4, 5, 6, 4, 7]))
    assert skewness == pytest.approx(0.359543071, abs=1e-9)
    assert kurtosis == pytest.approx(-0.151799637, abs=1e-9)


@given(st.lists(st.integers(0, 75), min_size=4, max_size=60))
@settings(max_examples=80, deadline=None)
def test_k_statistics_agree_with_scipy(totals: list[int]) -> None:
    values = np.array(totals, dtype=float)
    for order, found in enumerate(k_statistics(values), start=1):
        scale = max(1.0, float(np.ptp(values))) ** order
        assert found is not None
        assert found / scale == pytest.approx(stats.kstat(values, order) / scale, abs=1e-9)


def test_the_whole_paper_agrees_with_plain_python_and_scipy() -> None:
    rows, maxima = partial_marks(80, 12)
    totals = [sum(row) for row in rows]
    paper = paper_statistics(table(rows, maxima), cut_percent=Fraction(60))
    assert paper.maximum == sum(maxima)
    assert paper.mean == pytest.approx(np.mean(totals), abs=CLOSE)
    assert paper.median == pytest.approx(np.median(totals), abs=CLOSE)
    assert paper.sd == pytest.approx(stats.tstd(totals), abs=CLOSE)
    assert paper.skewness == pytest.approx(stats.skew(totals, bias=False), abs=CLOSE)
    assert paper.kurtosis == pytest.approx(stats.kurtosis(totals, bias=False), abs=CLOSE)
    assert paper.reliability.name == "alpha"
    assert paper.reliability.alpha == pytest.approx(alpha(rows), abs=CLOSE)
    error = stats.tstd(totals) * math.sqrt(1 - alpha(rows))
    assert paper.standard_error == pytest.approx(error, abs=CLOSE)
    assert paper.passed == sum(total * 100 >= 60 * sum(maxima) for total in totals)


def test_intervals_agree_with_scipy() -> None:
    for count, n in ((0, 4), (3, 7), (7, 7), (400, 1000)):
        for ours, method in ((wilson, "wilson"), (exact, "exact")):
            expected = stats.binomtest(count, n).proportion_ci(0.95, method)
            found = ours(count, n)
            assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    mean = student(5.0, 2.0, 9)
    assert mean is not None
    assert (mean.low, mean.high) == pytest.approx(stats.t.interval(0.95, 8, 5, 2 / 3))
    reach = feldt(0.79, 41, 26)
    assert reach is not None
    assert reach.low == pytest.approx(1 - 0.21 * stats.f.ppf(0.975, 40, 1000))
    assert reach.high == pytest.approx(1 - 0.21 * stats.f.ppf(0.025, 40, 1000))
    assert fisher(1.0, 20) is None and fisher(0.5, 3) is None and student(1, 1, 1) is None
    for refused in (wilson, exact):
        with pytest.raises(ValueError, match="no share"):
            refused(2, 1)


def test_feldts_interval_and_the_bootstrap_tell_the_same() -> None:
    found = reliability(table(right_or_wrong(150, 20)), rounds=400, seed=3)
    assert found.interval is not None and found.bootstrap is not None
    assert found.interval.low == pytest.approx(found.bootstrap.low, abs=0.04)
    assert found.interval.high == pytest.approx(found.bootstrap.high, abs=0.04)


@given(st.integers(0, 1000), st.integers(1, 9), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_alpha_knows_neither_unit_nor_order(seed: int, times: int, chance: random.Random) -> None:
    rows, maxima = partial_marks(20, 5, seed)
    other = [[mark * times for mark in row] for row in chance.sample(rows, len(rows))]
    first = reliability(table(rows, maxima), rounds=10)
    second = reliability(table(other, [m * times for m in maxima]), rounds=10)
    assert first.alpha == pytest.approx(second.alpha, abs=1e-9)
    assert first.alpha is None or first.alpha <= 1
    if times == 1 and first.bootstrap and second.bootstrap:
        assert first.bootstrap.low == pytest.approx(second.bootstrap.low, abs=1e-9)


def test_parallel_items_are_perfectly_reliable_and_unrelated_ones_not_at_all() -> None:
    same = [[float(n % 2)] * 6 for n in range(20)]
    assert reliability(table(same)).alpha == pytest.approx(1)
    unrelated = [[float(n & 1), float(n >> 1 & 1), float(n >> 2 & 1)] for n in range(8)]
    assert reliability(table(unrelated)).alpha == pytest.approx(0, abs=1e-12)


def test_what_the_marks_do_not_determine_is_none() -> None:
    one = paper_statistics(table([[1, 0, 1]]))
    assert (one.sd, one.skewness, one.reliability.alpha, one.standard_error) == (None,) * 4
    level = paper_statistics(table([[1, 0]] * 10), cut_percent=Fraction(50))
    assert (level.sd, level.skewness, level.kurtosis, level.reliability.alpha) == (0, *[None] * 3)
    assert level.consistency is None and level.passed == 10
    assert reliability(table([[0], [1], [1]])).alpha is None
    assert paper_statistics(table([[0, 1], [1, 1], [1, 0]])).kurtosis is None


def test_without_gaps_the_rule_for_gaps_gives_the_usual_alpha() -> None:
    """Alpha from weighted means over pairs, by a gap in an item that tells nothing."""
    rows = right_or_wrong(60, 8)
    gaps = [[*row, None] for row in rows[:-1]] + [[*rows[-1], 1]]
    found = reliability(mark_table(names(9), gaps))
    assert found.approximate
    plain = reliability(table(rows))
    assert plain.alpha is not None and found.alpha == pytest.approx(plain.alpha, abs=0.002)


def test_parallel_forms_get_the_alpha_of_one_paper_not_of_the_pool() -> None:
    chance = random.Random(8)
    rows = right_or_wrong(3000, 40)
    drawn: list[list[float | None]] = []
    for row in rows:
        kept = set(chance.sample(range(40), 20))
        drawn.append([mark if n in kept else None for n, mark in enumerate(row)])
    pooled = reliability(mark_table(names(40), drawn))
    half = reliability(table([row[::2] for row in rows]))
    assert pooled.length == 20
    assert half.alpha is not None and pooled.alpha == pytest.approx(half.alpha, abs=0.02)


def test_papers_of_one_worth_are_stated_in_marks_and_others_in_percent() -> None:
    same = mark_table(["a", "b", "c"], [[1, 0, None], [None, 1, 1], [1, None, 1]])
    assert paper_statistics(same).maximum == 2
    mixed = paper_statistics(mark_table(["a", "b"], [[1, 0], [None, 1]]))
    assert (mixed.maximum, mixed.mean) == (100, 75)


# Decisions ------------------------------------------------------------------------------------


def test_with_kr21_the_effective_length_is_the_number_of_items() -> None:
    """For marks of 0 and 1 Livingston and Lewis' formula turns into Huynh's model."""
    items, mean, variance = 30, 21.0, 18.0
    kr21 = items / (items - 1) * (1 - mean * (items - mean) / (items * variance))
    found = decision_consistency(
        mean=mean / items, sd=math.sqrt(variance) / items, reliability=kr21, cut=Fraction(7, 10)
    )
    assert found is not None and found.effective_items == items


@pytest.mark.parametrize("cut", [Fraction(1, 2), Fraction(7, 10), Fraction(19, 20)])
def test_consistency_and_accuracy_agree_with_a_slow_sum(cut: Fraction) -> None:
    mean, sd, reliable = 0.72, 0.14, 0.7
    found = decision_consistency(mean=mean, sd=sd, reliability=reliable, cut=cut)
    assert found is not None
    strength = mean * (1 - mean) / (reliable * sd * sd) - 1
    needed = math.ceil(cut * found.effective_items)
    same, right = beta_binomial(
        found.effective_items,
        mean * strength,
        (1 - mean) * strength,
        needed,
        float(cut),
        steps=2000,
    )
    assert found.consistency == pytest.approx(same, abs=1e-4)
    assert found.accuracy == pytest.approx(right, abs=1e-4)
    assert found.accuracy + found.false_pass + found.false_fail == pytest.approx(1)


@given(st.floats(0.2, 0.9), st.floats(0.05, 0.2), st.floats(0.1, 0.95), st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_decisions_keep_their_bounds(mean: float, sd: float, reliable: float, cut: int) -> None:
    found = decision_consistency(mean=mean, sd=sd, reliability=reliable, cut=Fraction(cut, 100))
    if found is None:
        return
    assert 0.5 - 1e-9 <= found.consistency <= 1 + 1e-9
    assert 0 <= found.accuracy <= 1 + 1e-9
    assert found.false_pass >= -1e-12 and found.false_fail >= -1e-12
    assert found.kappa is None or -1e-6 <= found.kappa <= 1 + 1e-9


def test_where_practically_everybody_passes_there_is_no_kappa() -> None:
    found = decision_consistency(mean=0.72, sd=0.09, reliability=0.125, cut=Fraction(12, 100))
    assert found is not None and found.consistency > 0.999 and found.kappa is None


def test_long_papers_neither_overflow_nor_hang() -> None:
    found = decision_consistency(mean=0.7, sd=0.15, reliability=0.985, cut=Fraction(7, 10))
    assert found is not None and 500 < found.effective_items <= 1000
    assert 0.9 < found.consistency < 1
    assert decision_consistency(mean=0.7, sd=0.15, reliability=0.9999, cut=Fraction(1, 2)) is None


@pytest.mark.parametrize("reliable", [-0.1, 0.0, 1.0])
def test_a_reliability_that_is_none_gives_no_consistency(reliable: float) -> None:
    cut = Fraction(7, 10)
    assert decision_consistency(mean=0.7, sd=0.1, reliability=reliable, cut=cut) is None


def test_a_cut_score_outside_its_range_is_refused() -> None:
    for cut in (Fraction(0), Fraction(101)):
        with pytest.raises(ValueError, match="no cut score"):
            paper_statistics(table(WUENSCH), cut_percent=cut)


def test_the_cut_itself_passes_though_tenths_do_not_add_up() -> None:
    """0.1 + 0.2 of 0.6 marks is the half that the cut asks for."""
    found = paper_statistics(table([[0.1, 0.2], [0.1, 0.1]], [0.3, 0.3]), cut_percent=Fraction(50))
    assert found.passed == 1


def test_an_analysis_says_how_far_to_trust_it() -> None:
    few = analyse(table(WUENSCH))
    assert "Only 10 learners" in few.remarks[0] and few.paper.reliability.bootstrap is not None
    gaps = analyse(mark_table(["a", "b"], [[1, None], [0, 1]]))
    assert any("did not meet" in remark for remark in gaps.remarks)
    assert any("Reliability is not determined" in remark for remark in gaps.remarks)
    against = analyse(table([[1, 0], [0, 1]] * 20 + [[1, 1]]))
    assert any("Alpha is below 0" in remark for remark in against.remarks)
    assert analyse(table(right_or_wrong(100, 10))).remarks == ()


def test_the_same_seed_gives_the_same_analysis() -> None:
    rows = right_or_wrong(40, 6)
    assert analyse(table(rows), seed=4) == analyse(table(rows), seed=4)
    assert analyse(table(rows), seed=4).paper.reliability.bootstrap == (
        analyse(table(rows[::-1]), seed=4).paper.reliability.bootstrap
    )
