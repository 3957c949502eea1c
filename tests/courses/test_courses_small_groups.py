"""Small groups stay hidden: from subtraction, from yesterday's page, from who knows the rules."""

import itertools
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from courses import (
    LEAST_SHOWN,
    Band,
    banded,
    banded_alike,
    closed_blocks,
    hide_alike,
    hide_small,
)

Publish = Callable[[Sequence[int]], object]
MONTHS = [f"20{year}-{month:02}" for year in (25, 26) for month in range(1, 13)]


def could_have_been(shown: object, total: int, cells: int, publish: Publish) -> list[list[int]]:
    """Return every table that would have been shown so: what an attacker who knows us works out."""
    found = []
    for cuts in itertools.combinations(range(total + cells - 1), cells - 1):
        edges = (-1, *cuts, total + cells - 1)
        table = [b - a - 1 for a, b in itertools.pairwise(edges)]
        if publish(table) == shown:
            found.append(table)
    return found


def is_read_out(table: Sequence[int], publish: Publish) -> bool:
    """Whether a count from 1 to 4 can be told for certain from what is shown and the total."""
    possible = could_have_been(publish(table), sum(table), len(table), publish)
    return any(
        0 < count < LEAST_SHOWN and len({each[place] for each in possible}) == 1
        for place, count in enumerate(table)
    )


tables = st.lists(st.integers(0, 9), min_size=2, max_size=4).filter(
    lambda table: sum(table) >= LEAST_SHOWN
)


@given(table=tables)
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_a_choice_can_be_worked_out(table: list[int]) -> None:
    assert not is_read_out(table, hide_small)


@given(table=tables)
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_a_scale_can_be_worked_out(table: list[int]) -> None:
    assert not is_read_out(table, scale)


def scale(table: Sequence[int]) -> tuple[Band, ...]:
    return banded(dict(enumerate(table, start=1)))


def test_hiding_the_small_count_alone_would_give_it_away() -> None:
    """The weak twin: without complements the attack above succeeds."""

    def weak(table: Sequence[int]) -> tuple[int | None, ...]:
        return tuple(None if 0 < count < LEAST_SHOWN else count for count in table)

    assert is_read_out([2, 9, 9], weak)
    assert not is_read_out([2, 9, 9], hide_small)


@given(table=st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_bands_hold_everybody_once_and_are_large(table: list[int]) -> None:
    bands = scale(table)
    assert sum(band.count for band in bands) == sum(table)
    points = [point for band in bands for point in range(band.low, band.high + 1)]
    assert points == list(range(1, len(table) + 1))
    if sum(table) >= LEAST_SHOWN:
        assert all(band.count == 0 or band.count >= LEAST_SHOWN for band in bands)


counts = st.dictionaries(st.sampled_from(MONTHS), st.integers(1, 8), max_size=12)


@given(counts=counts, now=st.sampled_from(MONTHS), more=st.integers(0, 9))
def test_a_block_is_large_over_and_never_changes(
    counts: dict[str, int], now: str, more: int
) -> None:
    """Whoever looks today and tomorrow sees whole blocks appear, and nothing else move."""
    blocks = closed_blocks(counts, now)
    assert all(block.count >= LEAST_SHOWN and max(block.months) < now for block in blocks)
    later = {**counts, now: counts.get(now, 0) + more} if more else counts
    for moment in MONTHS[MONTHS.index(now) :]:
        assert closed_blocks(later, moment)[: len(blocks)] == blocks


def test_a_month_with_few_answers_waits_for_the_next() -> None:
    counts = {"2026-01": 3, "2026-02": 4, "2026-03": 2}
    (block,) = closed_blocks(counts, "2026-04")
    assert (block.months, block.count) == (("2026-01", "2026-02"), 7)
    assert closed_blocks(counts, "2026-02") == []


periods = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 9), min_size=width, max_size=width).filter(lambda t: sum(t) >= 5),
        min_size=1,
        max_size=4,
    )
)


@given(tables=periods)
def test_periods_less_each_other_leave_no_more_than_they_show(tables: list[list[int]]) -> None:
    """What one period shows or hides every one does, and never more than it would alone."""
    options = hide_alike(tables)
    assert len({tuple(count is None for count in each) for each in options}) == 1
    for table, shown in zip(tables, options, strict=True):
        alone = hide_small(table)
        assert all(mine in (None, its) for mine, its in zip(shown, alone, strict=True))
    scales = banded_alike([dict(enumerate(each, start=1)) for each in tables])
    assert len({tuple((band.low, band.high) for band in each) for each in scales}) == 1
    for table, bands in zip(tables, scales, strict=True):
        assert sum(band.count for band in bands) == sum(table)
        assert all(band.count == 0 or band.count >= LEAST_SHOWN for band in bands)
