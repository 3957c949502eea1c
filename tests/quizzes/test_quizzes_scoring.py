"""Scores: bounds, whole numbers, the edge of the cut, and items that changed."""

import dataclasses
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    CERTAINTY_MARKS,
    AttemptState,
    Awaiting,
    Constructed,
    Criterion,
    Item,
    ItemChanged,
    Option,
    Paper,
    Response,
    Rules,
    Score,
    Slot,
    certainty_points,
    needed_points,
    reaches_cut,
    replay,
    score,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_item(number: int, *, safety_critical: bool = False, key: str = "b") -> Item:
    return Item(
        id=f"SS-{number:03}",
        objective="M1-1",
        level="recall",
        safety_critical=safety_critical,
        stem="",
        lead_in=f"What is answer {number}?",
        options=tuple(
            Option(letter, f"Text {letter}", letter == key, "Because.") for letter in "abcd"
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
    )


def a_paper(items: list[Item], cut_percent: int = 80) -> Paper:
    slots = tuple(Slot(item.id, item.content_hash, tuple("dcba")) for item in items)
    return Paper("set-and-setting", slots, cut_percent)


def answers(options: dict[int, str]) -> AttemptState:
    return replay(Response(slot, 1, option, NOON) for slot, option in options.items())


def by_id(items: list[Item]) -> dict[str, Item]:
    return {item.id: item for item in items}


@pytest.mark.parametrize(
    ("maximum", "cut_percent", "needed"),
    [
        (15, 80, 12),  # exactly 80 %
        (16, 80, 13),  # 12.8: twelve of sixteen is 75 %
        (200, 70, 140),  # 139 of 200 is 69.5 %, which rounds to 70 and must not pass
        (23, 70, 17),  # 16 of 23 is 69.57 %
        (3, 67, 3),  # two thirds is 66.67 %, not 67 %
        (3, 66, 2),
        (7, 29, 3),  # 2 of 7 is 28.57 %
        (100, 29, 29),  # 0.29 * 100 is 28.999… in binary floating point
        (100, 57, 57),  # and 0.57 * 100 is 56.999…
        (1, 1, 1),
        (1, 100, 1),
        (20, 100, 20),
    ],
)
def test_the_cut_is_the_smallest_whole_score_that_reaches_it(
    maximum: int, cut_percent: int, needed: int
) -> None:
    assert needed_points(maximum, cut_percent) == needed


@given(maximum=st.integers(1, 500), cut_percent=st.integers(1, 100))
def test_needed_points_reach_the_cut_and_one_less_does_not(maximum: int, cut_percent: int) -> None:
    needed = needed_points(maximum, cut_percent)
    assert 1 <= needed <= maximum
    assert needed * 100 >= cut_percent * maximum > (needed - 1) * 100


@pytest.mark.parametrize(("maximum", "cut_percent"), [(0, 80), (-1, 80), (10, 0), (10, 101)])
def test_it_refuses_a_cut_without_meaning(maximum: int, cut_percent: int) -> None:
    with pytest.raises(ValueError, match="no cut score"):
        needed_points(maximum, cut_percent)


@pytest.mark.parametrize(("right", "passed"), [(11, False), (12, True), (13, True), (15, True)])
def test_twelve_of_fifteen_pass_at_eighty_per_cent(right: int, passed: bool) -> None:
    items = [an_item(n) for n in range(1, 16)]
    state = answers({n: "b" if n <= right else "a" for n in range(1, 16)})
    result = score(a_paper(items), by_id(items), state)
    assert (result.points, result.maximum, result.passed) == (right, 15, passed)


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=12),
    st.integers(1, 100),
)
def test_a_score_is_the_sum_of_whole_marks_within_bounds(
    options: list[str | None], cut_percent: int
) -> None:
    items = [an_item(n) for n in range(1, len(options) + 1)]
    state = answers({n: o for n, o in enumerate(options, start=1) if o is not None})
    result = score(a_paper(items, cut_percent), by_id(items), state)
    assert isinstance(result, Score)
    assert result.marks == tuple(Fraction(option == "b") for option in options)
    assert 0 <= result.points == sum(result.marks) <= result.maximum == len(options)
    assert type(result.points) is Fraction
    assert result.passed == (result.points * 100 >= cut_percent * result.maximum)
    assert result.unanswered == tuple(n for n, o in enumerate(options, start=1) if o is None)


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=2, max_size=8), st.data())
def test_one_more_right_answer_never_lowers_score_or_outcome(
    options: list[str | None], data: st.DataObject
) -> None:
    items = [an_item(n) for n in range(1, len(options) + 1)]
    paper = a_paper(items, data.draw(st.integers(1, 100)))
    given_options = {n: o for n, o in enumerate(options, start=1) if o is not None}
    slot = data.draw(st.integers(1, len(options)))
    before = score(paper, by_id(items), answers(given_options))
    after = score(paper, by_id(items), answers({**given_options, slot: "b"}))
    assert after.points >= before.points
    assert after.passed >= before.passed


def test_an_unanswered_slot_counts_as_wrong() -> None:
    items = [an_item(1), an_item(2)]
    result = score(a_paper(items), by_id(items), answers({1: "b"}))
    assert (result.points, result.maximum, result.unanswered) == (1, 2, (2,))
    assert not result.passed


def test_it_names_the_safety_critical_items_that_were_missed() -> None:
    items = [an_item(1, safety_critical=True), an_item(2), an_item(3, safety_critical=True)]
    result = score(a_paper(items), by_id(items), answers({1: "a", 2: "a"}))
    assert result.missed_safety == ("SS-001", "SS-003")
    all_right = score(a_paper(items), by_id(items), answers({1: "b", 2: "b", 3: "b"}))
    assert all_right.missed_safety == ()


def test_it_refuses_an_item_that_changed_after_the_paper_was_drawn() -> None:
    item = an_item(1)
    moved_key = an_item(1, key="c")
    with pytest.raises(ItemChanged, match="SS-001 is not the one") as caught:
        score(a_paper([item]), by_id([moved_key]), answers({1: "b"}))
    assert caught.value.found == moved_key.content_hash
    reworded = dataclasses.replace(item, lead_in="What is answer one?")
    with pytest.raises(ItemChanged):
        score(a_paper([item]), by_id([reworded]), answers({1: "b"}))


def test_it_refuses_an_item_that_is_missing() -> None:
    with pytest.raises(ItemChanged, match="SS-001 is missing"):
        score(a_paper([an_item(1)]), {}, answers({1: "b"}))


@given(st.fractions(0, 60), st.integers(1, 60), st.integers(1, 100))
def test_the_cut_is_reached_exactly_or_not_at_all(
    points: Fraction, maximum: int, cut_percent: int
) -> None:
    assert reaches_cut(points, maximum, cut_percent) == (
        points >= Fraction(cut_percent * maximum, 100)
    )
    if points.denominator == 1:
        assert reaches_cut(points, maximum, cut_percent) == (
            points >= needed_points(maximum, cut_percent)
        )


def test_two_thirds_of_three_marks_are_two_points_and_not_a_hair_less() -> None:
    assert reaches_cut(3 * Fraction(2, 3), 3, 66)
    assert not reaches_cut(2 - Fraction(1, 10**30), 4, 50)


def sure(answers_given: dict[int, tuple[str, int | None]]) -> AttemptState:
    return replay(
        Response(slot, 1, answer, NOON, certainty)
        for slot, (answer, certainty) in answers_given.items()
    )


def ruled(items: list[Item], **rules: object) -> Paper:
    return dataclasses.replace(a_paper(items, 50), rules=Rules(**rules))


def test_no_safety_critical_miss_passes_where_each_must_be_resolved() -> None:
    items = [an_item(1), an_item(2), an_item(3, safety_critical=True)]
    state = answers({1: "b", 2: "b", 3: "a"})
    reported = score(a_paper(items, 50), by_id(items), state)
    resolved = score(ruled(items, safety="must-resolve"), by_id(items), state)
    assert isinstance(reported, Score)
    assert isinstance(resolved, Score)
    assert (reported.passed, resolved.passed) == (True, False)
    assert resolved.points == reported.points == 2
    right = score(ruled(items, safety="must-resolve"), by_id(items), answers({1: "b", 3: "b"}))
    assert isinstance(right, Score)
    assert right.passed


def test_a_miss_that_was_certain_is_its_own_finding() -> None:
    items = [an_item(n, safety_critical=n < 5) for n in range(1, 7)]
    state = sure({1: ("a", 3), 2: ("a", 2), 3: ("b", 3), 5: ("a", 3)})
    result = score(ruled(items, certainty="asked"), by_id(items), state)
    assert isinstance(result, Score)
    assert result.confident_misses == ("SS-001",)
    assert result.missed_safety == ("SS-001", "SS-002", "SS-004")
    assert result.points == 1


@pytest.mark.parametrize(
    ("given_answers", "points"),
    [
        ({1: ("b", 3), 2: ("b", 3), 3: ("b", 3)}, Fraction(3)),
        ({1: ("b", 1), 2: ("b", 2), 3: ("b", 3)}, Fraction(2)),
        ({1: ("b", None), 2: ("a", None)}, Fraction(1, 3)),
        ({1: ("b", 3), 2: ("a", 2)}, Fraction(1, 3)),
        ({1: ("b", 3), 2: ("b", 3), 3: ("a", 3)}, Fraction(0)),
        ({1: ("a", 3)}, Fraction(0)),
        ({}, Fraction(0)),
    ],
)
def test_certainty_earns_what_the_published_scheme_says(
    given_answers: dict[int, tuple[str, int | None]], points: Fraction
) -> None:
    items = [an_item(1), an_item(2), an_item(3)]
    result = score(ruled(items, certainty="marked"), by_id(items), sure(given_answers))
    assert isinstance(result, Score)
    assert result.points == points


@given(st.fractions(0, 1))
def test_the_scheme_pays_best_for_whoever_says_what_they_believe(chance: Fraction) -> None:
    paid = {
        certainty: chance * right + (1 - chance) * wrong
        for certainty, (right, wrong) in CERTAINTY_MARKS.items()
    }
    best = 1 if chance <= Fraction(2, 3) else 2 if chance <= Fraction(4, 5) else 3
    assert paid[best] == max(paid.values())


@given(st.fractions(0, 1), st.fractions(0, 1), st.sampled_from([None, 1, 2, 3]))
def test_a_better_mark_never_earns_less_at_the_same_certainty(
    one: Fraction, other: Fraction, certainty: int | None
) -> None:
    low, high = sorted((one, other))
    assert -2 <= certainty_points(low, certainty) <= certainty_points(high, certainty) <= 1


def a_text(number: int) -> Item:
    criteria = (Criterion("1", "Names it", 2), Criterion("2", "Says why", 1))
    details = Constructed(criteria, 50, "It.")
    return dataclasses.replace(an_item(number), kind="constructed", options=(), details=details)


def test_there_is_no_score_while_an_answer_waits_for_its_marker() -> None:
    items = [an_item(1), a_text(2), a_text(3)]
    paper, state = a_paper(items, 50), answers({1: "b", 2: "Because."})
    assert score(paper, by_id(items), state) == Awaiting((2,))
    assert score(paper, by_id(items), state, {2: {"1": 2}}) == Awaiting((2,))
    marked = score(paper, by_id(items), state, {2: {"1": 1, "2": 0}})
    assert isinstance(marked, Score)
    assert marked.marks == (Fraction(1), Fraction(1, 3), Fraction(0))
    assert marked.points == Fraction(4, 3)
    assert not marked.passed
    with pytest.raises(ValueError, match="3 points for criterion '1'"):
        score(paper, by_id(items), state, {2: {"1": 3, "2": 0}})
