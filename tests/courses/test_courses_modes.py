"""Limits on how training is delivered: read from the crosswalk, and what makes them hold."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import Crosswalk, Requirement, Rulebook, mode_standings


def crosswalk(rule: str, part: str = "delivery") -> Crosswalk:
    requirement = Requirement("AA-LIVE", "Live", rule, "S13", "seen", "second-hand", part)  # type: ignore[arg-type]
    book = Rulebook("aa", "AA", "A board", "jurisdiction", date(2026, 11, 22), (requirement,))
    return Crosswalk((book,))


minutes = st.fixed_dictionaries(
    {mode: st.integers(0, 20_000) for mode in ("in-person", "live-online", "asynchronous")}
)


@given(percent=st.integers(0, 99), spent=minutes)
def test_the_missing_minutes_are_enough_and_none_too_many(
    percent: int, spent: dict[str, int]
) -> None:
    (found,) = mode_standings(crosswalk(f"share>={percent}% of online hours"), spent)
    assert found.missing is not None
    assert found.is_met == (found.missing == 0)
    more = replace(found, live=found.live + found.missing, online=found.online + found.missing)
    assert more.is_met
    if found.missing:
        less = found.missing - 1
        short = replace(found, live=found.live + less, online=found.online + less)
        assert not short.is_met


def test_hours_in_a_room_are_no_online_hours() -> None:
    spent = {"in-person": 6000, "live-online": 30, "asynchronous": 90}
    (found,) = mode_standings(crosswalk("share>=50% of online hours"), spent)
    assert (found.live, found.online, found.missing) == (30, 120, 60)


def test_all_of_it_live_cannot_be_reached_after_any_study_alone() -> None:
    (found,) = mode_standings(crosswalk("share>=100% of online hours"), {"asynchronous": 1})
    assert found.missing is None and not found.is_met


def test_nothing_studied_online_breaks_no_limit() -> None:
    (found,) = mode_standings(crosswalk("share>=50% of online hours"), {"in-person": 60})
    assert found.is_met and found.share is None


@pytest.mark.parametrize(
    "rule",
    ["share>=25% (proposed by a board)", "h>=12", "share>=150% of online hours", "rule: live"],
)
def test_a_rule_that_is_no_share_of_online_hours_settles_nothing(rule: str) -> None:
    assert mode_standings(crosswalk(rule), {"asynchronous": 60}) == ()
    assert mode_standings(crosswalk("share>=50% of online hours", "practice"), {}) == ()
