"""A group's hours agree with those of its members, and its quartiles with what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import Course, group_hours, hours
from tests.courses.test_courses_hours import CROSSWALK, mapped_courses


@st.composite
def groups(draw: st.DrawFn) -> tuple[Course, list[set[str]]]:
    made = draw(mapped_courses())
    keys = [unit.key for unit in made.units] + ["gone/lesson"]
    return made, draw(st.lists(st.sets(st.sampled_from(keys)), min_size=1, max_size=9))


@given(groups())
def test_a_groups_minutes_are_those_of_its_members(group: tuple[Course, list[set[str]]]) -> None:
    made, done = group
    found = group_hours(CROSSWALK, made, "aa", done)
    alone = [hours(CROSSWALK, made, each)[0] for each in done]
    assert found.learners == len(done)
    for place, spread in enumerate((found.total, *found.topics)):
        own = [(each.total, *each.topics)[place] for each in alone]
        minutes = sorted(each.earned for each in own)
        assert spread.topic.requirement == own[0].requirement
        assert spread.reached == sum(each.earned >= each.required[0] for each in own)
        assert {spread.low, spread.median, spread.high} <= set(minutes)
        for share, value in ((1, spread.low), (2, spread.median), (3, spread.high)):
            assert 4 * sum(each <= value for each in minutes) >= share * len(minutes)
            assert 4 * sum(each < value for each in minutes) < share * len(minutes)


@given(mapped_courses())
def test_nobody_earns_nothing_and_an_unknown_place_is_refused(made: Course) -> None:
    empty = group_hours(CROSSWALK, made, "bb", [])
    assert (empty.total.low, empty.total.high, empty.total.reached) == (0, 0, 0)
    with pytest.raises(KeyError):
        group_hours(CROSSWALK, made, "fw", [])
