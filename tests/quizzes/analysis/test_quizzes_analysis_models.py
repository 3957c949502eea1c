"""Item models: they recover what made the marks, and agree with another estimator."""

import warnings

import numpy as np
import pytest

from quizzes import NotFitted, fit_items, mark_table
from tests.quizzes.analysis.mark_samples import names, right_or_wrong

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an older package: what it warns of is not ours to mend
    import girth


def test_the_rasch_model_finds_the_difficulties_that_made_the_marks() -> None:
    rows = right_or_wrong(600, 10)
    fit = fit_items(mark_table(names(10), rows))
    true = np.linspace(-1.5, 1.5, 10)
    for found, level in zip(fit.items, true, strict=True):
        assert found.difficulty_error is not None
        assert abs(found.difficulty * found.slope - level) < 5 * found.difficulty_error
        assert found.slope == fit.items[0].slope
    assert fit.model == "rasch" and fit.learners == 600 and fit.left_out == ()


def test_two_parameters_agree_with_another_estimator() -> None:
    rows = right_or_wrong(800, 8)
    fit = fit_items(mark_table(names(8), rows), "2pl")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = girth.twopl_mml(np.array(rows, dtype=int).T, {"quadrature_n": 61})
    for number, found in enumerate(fit.items):
        assert found.difficulty == pytest.approx(other["Difficulty"][number], abs=0.01)
        assert found.slope == pytest.approx(other["Discrimination"][number], abs=0.01)


def test_information_is_highest_where_the_items_are() -> None:
    rows = right_or_wrong(500, 9)
    curve = fit_items(mark_table(names(9), rows)).information
    assert [ability for ability, _ in curve][::8] == [-4, -2, 0, 2, 4]
    best = max(curve, key=lambda point: point[1])
    assert abs(best[0]) <= 0.5 and all(told > 0 for _, told in curve)


def test_gaps_do_not_shift_the_scale() -> None:
    chance = np.random.default_rng(2)
    rows = np.array(right_or_wrong(900, 8))
    whole = fit_items(mark_table(names(8), rows))
    rows[chance.random(rows.shape) < 0.25] = np.nan
    table = mark_table(names(8), rows[~np.isnan(rows).all(axis=1)])
    for one, other in zip(whole.items, fit_items(table).items, strict=True):
        assert one.difficulty == pytest.approx(other.difficulty, abs=0.25)


def test_items_that_cannot_take_part_are_named_with_the_reason() -> None:
    rows = [[*row, 1.0, 0.5] for row in right_or_wrong(120, 6)]
    fit = fit_items(mark_table(names(8), rows))
    assert fit.left_out == (("q7", "all marks are equal"), ("q8", "has partial marks"))
    assert len(fit.items) == 6


def test_too_few_learners_or_items_are_refused_in_words() -> None:
    with pytest.raises(NotFitted, match="needs 100 learners; there are 99"):
        fit_items(mark_table(names(6), right_or_wrong(99, 6)))
    with pytest.raises(NotFitted, match="needs 500 learners"):
        fit_items(mark_table(names(6), right_or_wrong(200, 6)), "2pl")
    with pytest.raises(NotFitted, match="Only 4 items"):
        fit_items(mark_table(names(4), right_or_wrong(100, 4)))
