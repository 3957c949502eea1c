"""The forecast of a cohort: how often its range holds, and what must never be the other way."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.forecast import LEVEL, Runner, chance_word, dispersion, forecast_completion

UNITS, WEEKS = 60, 16


def days_of_work(chance: random.Random, rate: float, burst: int, days: int) -> list[int]:
    """Days on which units were done: sittings come at random, each does 1 to `burst` units."""
    done: list[int] = []
    mean = (1 + burst) / 2
    day = chance.expovariate(rate / mean)
    while day < days:
        done += [int(day)] * chance.randint(1, burst)
        day += chance.expovariate(rate / mean)
    return done


def cohort(
    chance: random.Random, learners: int, burst: int, week: int, shared: float
) -> tuple[list[Runner], int]:
    """Return a cohort as it stands after `week` weeks, and how many of it will have finished."""
    today, end = 7 * week, 7 * WEEKS
    change = math.exp(chance.gauss(0, shared))
    runners, finish = [], 0
    for _ in range(learners):
        rate = chance.gammavariate(5, UNITS / (7 * WEEKS) * 1.1 / 5)
        before = days_of_work(chance, rate, burst, today)[:UNITS]
        if len(before) == UNITS:
            continue
        after = days_of_work(chance, rate * change, burst, end - today)
        finish += len(before) + len(after) >= UNITS
        runners.append(
            Runner(
                remaining=UNITS - len(before),
                done_ago=tuple(today - day - 1 for day in before),
                days=today,
                days_left=end - today,
                planned=UNITS / (7 * WEEKS),
            )
        )
    return runners, finish


@pytest.mark.parametrize(
    ("learners", "burst", "week", "shared"),
    [
        (30, 1, 8, 0.0),
        (30, 5, 6, 0.0),
        (30, 5, 12, 0.2),
        (120, 5, 8, 0.2),
        (8, 3, 8, 0.2),
    ],
)
def test_the_range_holds_about_as_often_as_it_says(
    learners: int, burst: int, week: int, shared: float
) -> None:
    """Trials are few, so that the band is wide: three standard errors below, and never above 1."""
    chance = random.Random(20261122)
    trials, held = 150, 0
    for _ in range(trials):
        runners, finish = cohort(chance, learners, burst, week, shared)
        found = forecast_completion(runners)
        assert found is not None
        held += found.low <= finish <= found.high
    error = math.sqrt(LEVEL * (100 - LEVEL) / trials)
    assert 100 * held / trials >= LEVEL - 3 * error


def test_a_range_that_forgets_bursts_and_the_common_change_would_not_hold() -> None:
    """The twin: the same trials refuse a range of middling learners whose fates are their own."""
    chance = random.Random(20261122)
    trials, held = 150, 0
    for _ in range(trials):
        runners, finish = cohort(chance, 120, 5, 8, 0.2)
        likely = sum(
            len(runner.done_ago) * runner.days_left / runner.days >= runner.remaining
            for runner in runners
        )
        spread = 1.28 * math.sqrt(max(1, likely * (1 - likely / len(runners))))
        held += likely - spread <= finish <= likely + spread
    error = math.sqrt(LEVEL * (100 - LEVEL) / trials)
    assert 100 * held / trials < LEVEL - 3 * error


RUNNERS = st.builds(
    Runner,
    remaining=st.integers(1, 80),
    done_ago=st.lists(st.integers(0, 60), max_size=60).map(tuple),
    days=st.integers(0, 61),
    days_left=st.integers(-5, 120),
    planned=st.floats(0.05, 3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(RUNNERS, min_size=1, max_size=12))
def test_whatever_the_cohort_the_range_lies_within_it_and_around_the_middle(
    runners: list[Runner],
) -> None:
    found = forecast_completion(runners)
    if max(runner.days for runner in runners) < 7:
        assert found is None
        return
    assert found is not None
    assert 0 <= found.low <= found.middle <= found.high <= len(runners)
    assert len(found.chances) == len(runners)
    assert all(0 <= chance <= 1 for chance in found.chances)
    assert all(
        chance == 0
        for runner, chance in zip(runners, found.chances, strict=True)
        if runner.days_left <= 0
    )


def one(remaining: int = 20, left: int = 40, done: int = 20, silent: int = 0) -> Runner:
    ago = tuple(silent + 2 * each for each in range(done))
    return Runner(remaining, ago, days=60, days_left=left, planned=0.5)


@pytest.mark.parametrize(
    "better_first",
    [
        [one(remaining=5), one(remaining=20), one(remaining=60)],
        [one(left=80), one(left=40), one(left=5)],
        [one(done=28), one(done=15), one(done=0)],
        [one(done=10), one(done=10, silent=20), one(done=10, silent=40)],
    ],
)
def test_less_to_do_more_time_more_done_and_done_lately_all_help(
    better_first: list[Runner],
) -> None:
    found = forecast_completion(better_first)
    assert found is not None
    assert all(before > after for before, after in pairwise(found.chances))


def test_a_cohort_of_one_has_a_forecast_and_a_finished_one_is_refused() -> None:
    found = forecast_completion([one()])
    assert found is not None
    assert 0 < found.chances[0] < 1
    assert forecast_completion([]) is None
    with pytest.raises(ValueError, match="left to do"):
        forecast_completion([one(remaining=0)])


def test_bursts_are_seen() -> None:
    even = Runner(20, tuple(range(0, 56, 2)), 56, 40, 0.5)
    bursts = Runner(20, (0,) * 14 + (30,) * 14, 56, 40, 0.5)
    assert dispersion([even]) == 1
    assert dispersion([bursts]) > 5
    assert dispersion([Runner(20, (0, 0), 13, 40, 0.5)]) == 1


def test_chances_are_put_into_three_words() -> None:
    assert [chance_word(each) for each in (0.8, 0.79, 0.21, 0.2)] == [
        "likely", "open", "open", "unlikely",
    ]  # fmt: skip
