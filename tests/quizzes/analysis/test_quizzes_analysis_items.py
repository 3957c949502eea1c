"""Item statistics: right to 1e-6 against plain Python and SciPy, and lawful."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from quizzes import ItemStatistics, UnusableMarks, item_statistics, mark_table, marks_from_papers
from tests.quizzes.analysis.mark_samples import WUENSCH, names, partial_marks, right_or_wrong
from tests.quizzes.analysis.naive_statistics import (
    column,
    discrimination,
    effective_weights,
    efficiency,
    rest,
)

CLOSE = 1e-9
tables = st.integers(3, 12).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=4, max_size=25
    )
)


def analysed(rows: list, maxima: list | None = None) -> tuple[ItemStatistics, ...]:
    return item_statistics(mark_table(names(len(rows[0])), rows, maxima))


@pytest.mark.parametrize("learners", [7, 40, 300])
def test_the_figures_agree_with_plain_python_and_scipy(learners: int) -> None:
    rows, maxima = partial_marks(learners, 9, seed=learners)
    weights = effective_weights(rows)
    for number, item in enumerate(analysed(rows, maxima)):
        marks = column(rows, number)
        assert item.learners == learners
        assert item.facility == pytest.approx(sum(marks) / learners / maxima[number], abs=CLOSE)
        assert item.sd == pytest.approx(stats.tstd(marks), abs=CLOSE)
        assert item.discrimination == pytest.approx(discrimination(rows, number), abs=CLOSE)
        expected = stats.pearsonr(marks, rest(rows, number))
        assert item.discrimination == pytest.approx(expected.statistic, abs=CLOSE)
        assert item.discrimination_interval is not None
        interval = expected.confidence_interval(0.95)
        assert item.discrimination_interval.low == pytest.approx(interval.low, abs=CLOSE)
        assert item.discrimination_interval.high == pytest.approx(interval.high, abs=CLOSE)
        assert item.discriminative_efficiency == pytest.approx(efficiency(rows, number), abs=1e-7)
        assert item.intended_weight == pytest.approx(100 * maxima[number] / sum(maxima))
        assert item.effective_weight == pytest.approx(weights[number], abs=1e-7)


def test_the_interval_of_facility_is_wilsons() -> None:
    for number, item in enumerate(analysed(WUENSCH)):
        right = int(sum(column(WUENSCH, number)))
        expected = stats.binomtest(right, 10).proportion_ci(0.95, "wilson")
        assert item.facility_interval is not None
        assert item.facility_interval.low == pytest.approx(expected.low, abs=CLOSE)
        assert item.facility_interval.high == pytest.approx(expected.high, abs=CLOSE)


def test_an_item_without_variance_has_no_discrimination() -> None:
    rows = [[1, *row] for row in WUENSCH]
    item = analysed(rows)[0]
    assert item.sd == 0 and item.facility == 1
    assert item.discrimination is None and item.discrimination_interval is None
    assert item.discriminative_efficiency is None
    assert item.effective_weight == 0
    assert "no-variance" in item.flags


def test_rounding_dust_is_no_variance() -> None:
    """Marks of 0.1 + 0.2 and 0.3 are the same mark."""
    rows = [[0.1 + 0.2, 1, 0], [0.3, 0, 1], [0.3, 1, 1], [0.1 + 0.2, 0, 1]]
    item = analysed(rows)[0]
    assert item.sd == 0 and item.discrimination is None


def test_a_rest_without_variance_gives_no_discrimination() -> None:
    assert analysed([[1, 0.1, 0.2], [0, 0.2, 0.1], [1, 0.3, 0]])[0].discrimination is None


def test_an_item_that_pulls_against_the_total_has_no_effective_weight() -> None:
    rows = [[float(n > 4), float(n > 5), float(n > 3), float(n < 3)] for n in range(40)]
    items = analysed(rows)
    last = items[-1]
    assert last.discrimination is not None and last.discrimination < 0
    assert last.effective_weight is None
    assert {"negative-discrimination", "against-total"} <= set(last.flags)
    assert sum(item.effective_weight or 0 for item in items) == pytest.approx(100)


def test_one_learner_gets_means_and_nothing_more() -> None:
    item = analysed([[1, 0, 1]])[0]
    assert item.facility == 1
    assert item.sd is None and item.discrimination is None and item.effective_weight is None
    assert item.caution == "Only 1 learner met this item: read the intervals, not the figures."


def test_a_small_group_gets_a_caution_and_no_flag_its_interval_does_not_bear_out() -> None:
    small = analysed([[0, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 0], [0, 1, 1]])
    assert all("Only 5 learners" in item.caution for item in small)
    assert all(item.flags == ("small-group",) for item in small)
    large = analysed(right_or_wrong(200, 5))
    assert not any(item.caution for item in large)


def test_guessing_is_told_and_flagged() -> None:
    rows = [[float(n % 5 == 0), float(n % 2)] for n in range(60)]
    first, second = item_statistics(mark_table(["a", "b"], rows), {"a": 0.25})
    assert first.random_guess == 0.25 and "no-better-than-guessing" in first.flags
    assert second.random_guess is None and "no-better-than-guessing" not in second.flags


def test_penalty_marks_keep_their_interval_below_zero() -> None:
    item = analysed([[-1, 1], [-1, 0], [1, 1], [-1, 0]])[0]
    assert item.facility == -0.5
    assert item.facility_interval is not None and item.facility_interval.low < -0.5


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_in_which_order_learners_come(
    rows: list[list[int]], chance: random.Random
) -> None:
    shuffled = chance.sample(rows, len(rows))
    maxima = [4] * len(rows[0])
    for one, other in zip(analysed(rows, maxima), analysed(shuffled, maxima), strict=True):
        for name in ("facility", "sd", "discrimination", "effective_weight"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9), name


@given(tables, st.integers(2, 50))
@example([[0, 0, 0, 0, 0, 2], *3 * [[0, 0, 0, 0, 1, 1]], [0, 0, 0, 0, 0, 2]], 3)
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_what_a_mark_is_worth(rows: list[list[int]], times: int) -> None:
    """All marks and maxima times the same factor: only spread and mean follow."""
    plain = analysed(rows, [4] * len(rows[0]))
    scaled = analysed([[m * times for m in row] for row in rows], [4 * times] * len(rows[0]))
    for one, other in zip(plain, scaled, strict=True):
        assert one.sd is not None and other.sd == pytest.approx(one.sd * times)
        same = replace(other, mean=one.mean, sd=one.sd, maximum=one.maximum)
        for name in ItemStatistics.__slots__:
            left, right = getattr(same, name), getattr(one, name)
            if isinstance(right, float):
                assert left == pytest.approx(right, abs=1e-7), name
            elif not name.endswith("interval"):
                assert left == right, name


@given(tables)
@settings(max_examples=80, deadline=None)
def test_every_figure_keeps_its_bounds(rows: list[list[int]]) -> None:
    items = analysed(rows, [4] * len(rows[0]))
    for item in items:
        assert item.facility is not None and 0 <= item.facility <= 1
        assert item.facility_interval is not None
        assert item.facility_interval.low <= item.facility <= item.facility_interval.high
        if item.discrimination is not None:
            assert -1 <= item.discrimination <= 1
            assert item.sd
            assert item.discriminative_efficiency is not None
            assert item.discriminative_efficiency <= 100 + 1e-9
    assert sum(item.intended_weight or 0 for item in items) == pytest.approx(100)
    known = [item.effective_weight for item in items if item.effective_weight is not None]
    assert not known or sum(known) == pytest.approx(100)


@given(tables)
@settings(max_examples=40, deadline=None)
def test_an_item_sorted_like_the_rest_is_fully_efficient(rows: list[list[int]]) -> None:
    """With one other item, marks in the same order as it reach all that difficulty allows."""
    other = sorted(sum(row) for row in rows)
    own = sorted(row[0] for row in rows)
    pair = [[mark, 10 * whole] for mark, whole in zip(own, other, strict=True)]
    item = analysed(pair, [4, 10_000])[0]
    if item.discriminative_efficiency is not None:
        assert item.discriminative_efficiency == pytest.approx(100)


# Gaps ---------------------------------------------------------------------------------------


def test_a_gap_is_not_a_zero() -> None:
    table = mark_table(["a", "b"], [[1, 1], [1, None], [0, 0], [None, 1]])
    first, second = item_statistics(table)
    assert (first.learners, second.learners) == (3, 3)
    assert first.facility == pytest.approx(2 / 3) and second.facility == pytest.approx(2 / 3)


def test_with_gaps_the_rest_is_the_share_of_the_rest_of_ones_own_paper() -> None:
    rows, maxima = partial_marks(60, 8, seed=5)
    chance = random.Random(2)
    gaps = [[None if chance.random() < 0.3 else mark for mark in row] for row in rows]
    items = item_statistics(mark_table(names(8), gaps, maxima))
    for number, item in enumerate(items):
        xs, ys = [], []
        for row in gaps:
            others = [n for n in range(8) if n != number and row[n] is not None]
            if row[number] is not None and others:
                xs.append(row[number])
                ys.append(sum(row[n] for n in others) / sum(maxima[n] for n in others))
        assert item.learners == sum(row[number] is not None for row in gaps)
        assert item.discrimination == pytest.approx(stats.pearsonr(xs, ys).statistic, abs=CLOSE)
        best = np.cov(np.sort(xs), np.sort(ys))[0, 1]
        expected = 100 * np.cov(xs, ys)[0, 1] / best
        assert item.discriminative_efficiency == pytest.approx(expected, abs=1e-7)


def test_weights_are_means_over_the_papers_that_held_the_item() -> None:
    papers = [{"a": 1, "b": 0}, {"a": 0, "b": 1}, {"a": 1, "c": 1}, {"a": 0, "c": 0}]
    table = marks_from_papers(papers, {"c": 3})
    weights = {item.item: item.intended_weight for item in item_statistics(table)}
    assert weights == pytest.approx({"a": (50 + 50 + 25 + 25) / 4, "b": 50, "c": 75})


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_gaps_break_no_bound(rows: list[list[int]], chance: random.Random) -> None:
    gaps: list[list[int | None]] = [
        [row[0], *(None if chance.random() < 0.4 else mark for mark in row[1:])] for row in rows
    ]
    for item in item_statistics(mark_table(names(len(rows[0])), gaps, [4] * len(rows[0]))):
        assert (item.facility is None) == (item.learners == 0)
        if item.discrimination is not None:
            assert -1 <= item.discrimination <= 1 and item.sd
        if item.effective_weight is not None:
            assert 0 <= item.effective_weight <= 100 + 1e-9


@pytest.mark.parametrize(
    ("items", "rows", "maxima", "words"),
    [
        ([], [], None, "nothing to analyse"),
        (["a", "a"], [[1, 0]], None, "two columns"),
        (["a", "b"], [[1, 0], [1]], None, "one number or gap"),
        (["a", "b"], [["x", 0]], None, "one number or gap"),
        (["a", "b"], [[1]], None, "need 2 entries"),
        (["a"], [[1]], [0], "above 0"),
        (["a"], [[1], [2]], None, "Learner 2 has more than the maximum on a"),
        (["a"], [[float("-inf")], [1]], None, "finite"),
        (["a"], [[1], [None]], None, "Learner 2 met no item"),
    ],
)
def test_marks_that_make_no_table_are_refused(
    items: list, rows: list, maxima: list | None, words: str
) -> None:
    with pytest.raises(UnusableMarks, match=words):
        mark_table(items, rows, maxima)
