"""Standard setting: the Angoff cut, its error, Hofstee's check, and when a standard is final."""

import random
import statistics
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import HofsteeBounds, UnusableRatings, angoff_round, hofstee, set_standard

F = Fraction
shares = st.integers(0, 20).map(lambda n: Fraction(n, 20))


def panel(*rows: tuple[str, ...]) -> dict[str, dict[str, Fraction]]:
    """Ratings in words: one row a judge, one figure an item."""
    return {
        f"judge {n}": {f"q{i}": Fraction(rating) for i, rating in enumerate(row, start=1)}
        for n, row in enumerate(rows, start=1)
    }


SIX = panel(
    ("0.6", "0.8"), ("0.7", "0.9"), ("0.5", "0.7"), ("0.6", "0.9"), ("0.8", "0.8"), ("0.4", "0.8")
)
BOUNDS = [HofsteeBounds(F(6, 10), F(8, 10), F(0), F(4, 10))]


def test_the_cut_is_the_mean_of_the_judges_means() -> None:
    found = angoff_round(SIX)
    assert found.cut == F(17, 24)
    assert [judge.cut for judge in found.judges] == [
        F(7, 10), F(8, 10), F(6, 10), F(3, 4), F(8, 10), F(6, 10)
    ]  # fmt: skip
    assert sum((judge.distance for judge in found.judges), F(0)) == 0
    error = statistics.stdev([0.7, 0.8, 0.6, 0.75, 0.8, 0.6]) / 6**0.5
    assert float(found.standard_error) == pytest.approx(error, abs=1e-12)


def test_judges_see_spread_and_real_facilities_between_rounds() -> None:
    first, second = angoff_round(SIX, {"q1": F(9, 10)}).items
    assert (first.mean, first.lowest, first.middle, first.highest) == (
        F(6, 10), F(4, 10), F(6, 10), F(8, 10)
    )  # fmt: skip
    assert first.spread == pytest.approx(Decimal("0.02").sqrt())
    assert first.facility == F(9, 10) and second.facility is None


def test_facilities_are_shown_and_do_not_enter_the_cut() -> None:
    assert angoff_round(SIX, {"q1": F(0), "q2": F(0)}).cut == angoff_round(SIX).cut


def test_the_second_round_counts_and_the_first_stays_on_record() -> None:
    second = {judge: {**rated, "q1": F(7, 10)} for judge, rated in SIX.items()}
    found = set_standard(SIX, second)
    assert found.cut == angoff_round(second).cut
    assert found.first.cut == angoff_round(SIX).cut
    assert found.provisional == ()


def test_a_standard_is_provisional_until_panel_and_rounds_suffice() -> None:
    assert len(set_standard(SIX).provisional) == 1
    five = dict(list(SIX.items())[:5])
    reasons = set_standard(five, five).provisional
    assert reasons == ("The panel has 5 judges; a standard rests on six to eight at least.",)
    assert set_standard(panel(("0.5",)), None).standard_error == 0


@pytest.mark.parametrize(
    ("ratings", "percent"),
    [(("0.704",), 70), (("0.705",), 71), (("0.695",), 70), (("0",), 1), (("1",), 100)],
)
def test_the_percent_is_the_nearest_halves_up(ratings: tuple[str, ...], percent: int) -> None:
    assert set_standard(panel(ratings)).cut_percent == percent


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({}, None, "no ratings"),
        ({"a": {}}, None, "no ratings"),
        ({"a": {"q1": F(1)}, "b": {}}, None, "b has not rated q1"),
        ({"a": {"q1": F(11, 10)}}, None, "not within 0 to 1"),
        ({"a": {"q1": Decimal("-0.1")}}, None, "not within 0 to 1"),
        ({"a": {"q1": F(1)}}, {"b": {"q1": F(1)}}, "a took part in one round only"),
        ({"a": {"q1": F(1)}}, {"a": {"q2": F(1)}}, "different items"),
    ],
)
def test_ratings_that_make_no_study_are_refused(first: dict, second: object, words: str) -> None:
    with pytest.raises(UnusableRatings, match=words):
        set_standard(first, second)  # type: ignore[arg-type]


def test_a_judge_who_rates_everything_alike_is_remarked() -> None:
    found = set_standard(panel(("0.5", "0.5", "0.5"), ("0.3", "0.6", "0.9")))
    assert found.remarks == ("judge 1 gave nearly the same rating to every item.",)


# Hofstee --------------------------------------------------------------------------------------


def test_hofstee_finds_the_point_on_a_step() -> None:
    """Three of ten fail at cuts above 0.6 to 0.9: the line from 0.4 to 0 is there at 0.65."""
    scores = [F(6, 10)] * 3 + [F(9, 10)] * 7
    found = hofstee(BOUNDS, scores)
    assert found.cut == F(65, 100) and found.failing == F(3, 10)


def test_hofstee_finds_the_point_at_a_jump() -> None:
    """Nobody fails up to 0.7 and all do above: the line is crossed in the jump."""
    found = hofstee(BOUNDS, [F(7, 10)] * 5)
    assert found.cut == F(7, 10) and found.failing == 0


def test_hofstee_says_on_which_side_the_scores_miss_the_box() -> None:
    assert "Too many" in hofstee(BOUNDS, [F(1, 10)] * 5).verdict
    strict = [replace(BOUNDS[0], lowest_failing=F(1, 10))]
    missed = hofstee(strict, [F(1)] * 5)
    assert "Too few" in missed.verdict and missed.cut is None


def test_hofstee_takes_the_means_of_the_bounds() -> None:
    other = HofsteeBounds(F(4, 10), F(6, 10), F(2, 10), F(6, 10))
    box = hofstee([*BOUNDS, other], [F(1, 2)] * 3 + [F(1)] * 7).bounds
    assert box == HofsteeBounds(F(1, 2), F(7, 10), F(1, 10), F(1, 2))


def test_bounds_out_of_order_and_missing_ones_are_refused() -> None:
    with pytest.raises(UnusableRatings, match="lowest to highest"):
        hofstee([HofsteeBounds(F(8, 10), F(6, 10), F(0), F(1))], [F(1)])
    with pytest.raises(UnusableRatings, match="needs bounds"):
        hofstee([], [F(1)])


def test_a_cut_outside_what_was_called_acceptable_is_remarked() -> None:
    scores = [F(1, 2)] * 6 + [F(9, 10)] * 4
    found = set_standard(SIX, SIX, bounds=BOUNDS, scores=scores)
    assert found.failing == F(6, 10)
    assert "At this cut a share fails that the judges called unacceptable beforehand." in (
        found.remarks
    )
    high = {judge: dict.fromkeys(rated, F(95, 100)) for judge, rated in SIX.items()}
    assert any(
        "outside" in each for each in set_standard(high, bounds=BOUNDS, scores=scores).remarks
    )


@given(
    st.lists(shares, min_size=1, max_size=30),
    st.tuples(shares, shares).map(sorted),
    st.tuples(shares, shares).map(sorted),
)
@settings(max_examples=150, deadline=None)
def test_hofstees_cut_lies_in_the_box_and_where_the_lines_meet(
    scores: list[Fraction], cuts: list[Fraction], failing: list[Fraction]
) -> None:
    bounds = HofsteeBounds(cuts[0], cuts[1], failing[0], failing[1])
    found = hofstee([bounds], scores)
    if found.cut is None or cuts[0] == cuts[1]:
        return
    assert cuts[0] <= found.cut <= cuts[1]

    def fail(cut: Fraction) -> Fraction:
        return F(sum(score < cut for score in scores), len(scores))

    def line(cut: Fraction) -> Fraction:
        return failing[1] - (failing[1] - failing[0]) * (cut - cuts[0]) / (cuts[1] - cuts[0])

    tiny = F(1, 10**6)
    if found.cut > cuts[0]:
        assert fail(found.cut - tiny) <= line(found.cut - tiny)
    if found.cut < cuts[1]:
        assert fail(found.cut + tiny) >= line(found.cut + tiny)


@given(st.lists(st.lists(shares, min_size=4, max_size=4), min_size=2, max_size=9), st.randoms())
@settings(max_examples=60, deadline=None)
def test_neither_order_nor_names_of_judges_matter(
    rows: list[list[Fraction]], chance: random.Random
) -> None:
    ratings = {str(n): dict(zip("abcd", row, strict=True)) for n, row in enumerate(rows)}
    shuffled = dict(chance.sample(list(ratings.items()), len(ratings)))
    one, other = angoff_round(ratings), angoff_round(shuffled)
    assert one == other and 0 <= one.cut <= 1
    assert min(min(row) for row in rows) <= one.cut <= max(max(row) for row in rows)


@given(st.lists(st.lists(shares, min_size=3, max_size=3), min_size=2, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_higher_rating_never_lowers_the_cut(rows: list[list[Fraction]]) -> None:
    ratings = {str(n): dict(zip("abc", row, strict=True)) for n, row in enumerate(rows)}
    raised = {**ratings, "0": {**ratings["0"], "a": F(1)}}
    assert angoff_round(raised).cut >= angoff_round(ratings).cut
