"""Live minutes by topic: counted once, in whole minutes, where their module is mapped."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from courses import Course, LiveMinutes, Share, group_hours, hours, live_by_topic
from tests.courses.test_courses_cohort_hours import groups
from tests.courses.test_courses_hours import CROSSWALK, TOPICS, mapped_courses, one_module

AA = [f"AA-{topic}" for topic in TOPICS]


@st.composite
def meetings(draw: st.DrawFn) -> tuple[Course, list[LiveMinutes]]:
    """A course, and what somebody was credited: for its modules, for the whole, for one gone."""
    made = draw(mapped_courses())
    keys = st.sampled_from([None, "gone", *(module.key for module in made.modules)])
    entries = st.builds(LiveMinutes, keys, st.integers(1, 720))
    return made, draw(st.lists(entries, max_size=6))


def exact(made: Course, entry: LiveMinutes, topic: str) -> Fraction:
    """The share of a session's minutes that its module gives to a topic, not yet rounded."""
    module = next((each for each in made.modules if each.key == entry.module_key), None)
    if module is None:
        return Fraction()
    shares = [each for lesson in module.lessons for each in lesson.crosswalk]
    mapped = [each.minutes for each in [*shares, *module.quiz_crosswalk]
              if each.requirement == topic]  # fmt: skip
    return Fraction(entry.minutes * sum(mapped), module.minutes)


@given(meetings())
def test_a_minute_counts_once_and_in_proportion(meeting: tuple[Course, list[LiveMinutes]]) -> None:
    made, entries = meeting
    for entry in entries:
        found = live_by_topic(made, AA, [entry])
        assert set(found) == set(AA)
        assert 0 <= sum(found.values()) <= entry.minutes
        for topic, minutes in found.items():
            assert abs(minutes - exact(made, entry, topic)) < 1
        # What is mapped in whole, counts in whole; what is mapped to nothing, not at all.
        whole = sum(exact(made, entry, topic) for topic in AA)
        if whole in (0, entry.minutes):
            assert sum(found.values()) == whole


@given(meetings())
def test_another_session_takes_nothing_away(meeting: tuple[Course, list[LiveMinutes]]) -> None:
    made, entries = meeting
    together = live_by_topic(made, AA, entries)
    alone = [live_by_topic(made, AA, [each]) for each in entries]
    assert together == {topic: sum(each[topic] for each in alone) for topic in AA}


@given(meetings(), st.data())
def test_live_minutes_stand_beside_those_studied(
    meeting: tuple[Course, list[LiveMinutes]], data: st.DataObject
) -> None:
    made, entries = meeting
    done = data.draw(st.sets(st.sampled_from([unit.key for unit in made.units])))
    for before, after in zip(
        hours(CROSSWALK, made, done), hours(CROSSWALK, made, done, entries), strict=True
    ):
        assert (before.unmapped, before.uncovered) == (after.unmapped, after.uncovered)
        for old, new in zip(
            (before.total, *before.topics), (after.total, *after.topics), strict=True
        ):
            assert (old.live, new.covered, new.studied) == (0, old.covered, old.earned)
            assert new.earned == old.earned + new.live
            assert new.studied <= new.covered
        assert after.total.live == sum(each.live for each in after.topics)
        assert after.total.live <= sum(each.minutes for each in entries)


@given(groups(), st.data())
def test_a_groups_live_minutes_are_those_of_its_members(
    group: tuple[Course, list[set[str]]], data: st.DataObject
) -> None:
    made, done = group
    keys = st.sampled_from([None, *(module.key for module in made.modules)])
    entries = st.lists(st.builds(LiveMinutes, keys, st.integers(1, 90)), max_size=3)
    live = [data.draw(entries) for _learner in done]
    found = group_hours(CROSSWALK, made, "aa", done, live)
    alone = [hours(CROSSWALK, made, *each)[0] for each in zip(done, live, strict=True)]
    for place, spread in enumerate((found.total, *found.topics)):
        minutes = sorted((each.total, *each.topics)[place].earned for each in alone)
        required = (alone[0].total, *alone[0].topics)[place].required[0]
        assert {spread.low, spread.median, spread.high} <= set(minutes)
        assert spread.high >= minutes[len(minutes) * 3 // 4 - 1]
        assert spread.reached == sum(each >= required for each in minutes)


def test_a_minute_in_doubt_counts_nowhere() -> None:
    """Half of the module is mapped to a topic: of one live minute neither half is a whole."""
    made = one_module((Share("AA-ETHC", 45),))
    module = made.modules[0]
    assert module.minutes == 90
    for minutes, counted in ((1, 0), (2, 1), (3, 1), (90, 45)):
        found = live_by_topic(made, AA, [LiveMinutes(module.key, minutes)])
        assert found == {"AA-ETHC": counted, "AA-SCRN": 0, "AA-INTG": 0}
