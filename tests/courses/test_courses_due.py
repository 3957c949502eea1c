"""The effective day of each unit: the laws of plan, rule and extension."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import Calendar, Course, DueRule, Extension, due_dates, pace, progress
from tests.courses.course_samples import course, courses

FROM, TO = date(2026, 1, 5), date(2026, 1, 15)
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 1))
# Wide enough that some extensions lie before every day of a calendar, and some after.
UNTIL = st.dates(date(2026, 1, 1), date(2027, 6, 1))


@st.composite
def calendars(draw: st.DrawFn, made: Course) -> Calendar:
    starts_on = draw(DAYS)
    keys = [module.key for module in made.modules]
    rules = []
    for key in draw(st.lists(st.sampled_from(keys), unique=True)):
        on = draw(st.none() | DAYS)
        days = draw(st.integers(1, 200)) if on is None else None
        rules.append(DueRule(key, on, days))
    return Calendar(
        starts_on,
        starts_on + timedelta(days=draw(st.integers(-3, 200))),
        cadence_weeks=draw(st.none() | st.integers(1, 6)),
        required=draw(st.frozensets(st.sampled_from(keys))),
        rules=tuple(rules),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Course, Calendar, date, tuple[Extension, ...]]:
    made = draw(courses())
    keys = st.none() | st.sampled_from([module.key for module in made.modules])
    given = draw(st.lists(st.builds(Extension, keys, UNTIL), max_size=4))
    return made, draw(calendars(made)), draw(DAYS), tuple(given)


@given(cases())
def test_every_unit_has_one_day_and_extensions_only_give_time(
    case: tuple[Course, Calendar, date, tuple[Extension, ...]],
) -> None:
    made, calendar, first_on, extensions = case
    before = due_dates(made, calendar, first_on)
    after = due_dates(made, calendar, first_on, extensions)
    assert list(after) == list(before) == [unit.key for unit in made.units]
    for key, due in after.items():
        assert due.on >= before[key].on
        assert (due.source == "extension") == (due.on > before[key].on)
        if due.source == "extension":
            assert due.detail == before[key].on
        else:
            assert due == before[key]


@given(cases())
def test_one_more_extension_takes_nothing_from_the_others(
    case: tuple[Course, Calendar, date, tuple[Extension, ...]],
) -> None:
    made, calendar, first_on, extensions = case
    for count in range(len(extensions)):
        fewer = due_dates(made, calendar, first_on, extensions[:count])
        more = due_dates(made, calendar, first_on, extensions[: count + 1])
        assert all(more[key].on >= fewer[key].on for key in fewer)


@given(cases())
def test_an_extension_of_a_module_moves_that_module_and_nothing_else(
    case: tuple[Course, Calendar, date, tuple[Extension, ...]],
) -> None:
    made, calendar, first_on, extensions = case
    only = tuple(each for each in extensions if each.module_key is not None)
    before = due_dates(made, calendar, first_on)
    after = due_dates(made, calendar, first_on, only)
    for unit in made.units:
        asked = [each.until for each in only if each.module_key == unit.module_key]
        assert after[unit.key].on == max([before[unit.key].on, *asked])


@given(cases(), st.integers(1, 300))
def test_an_extension_of_the_course_moves_its_last_day_there_and_keeps_the_distances(
    case: tuple[Course, Calendar, date, tuple[Extension, ...]], days: int
) -> None:
    made, calendar, first_on, _extensions = case
    before = due_dates(made, calendar, first_on)
    last = max(due.on for due in before.values())
    after = due_dates(made, calendar, first_on, [Extension(None, last + timedelta(days=days))])
    assert {(after[key].on - before[key].on).days for key in before} == {days}
    assert max(due.on for due in after.values()) == last + timedelta(days=days)


@given(cases())
def test_without_rules_the_plan_goes_with_the_course_and_ends_on_the_last_day(
    case: tuple[Course, Calendar, date, tuple[Extension, ...]],
) -> None:
    made, calendar, _first_on, _extensions = case
    bare = Calendar(calendar.starts_on, calendar.due_on, calendar.cadence_weeks, calendar.required)
    days = [
        due.on
        for unit, due in zip(made.units, due_dates(made, bare).values(), strict=True)
        if bare.requires(unit.module_key)
    ]
    assert days == sorted(days)
    assert all(day <= bare.due_on for day in days)
    optional = {
        due.on
        for unit, due in zip(made.units, due_dates(made, bare).values(), strict=True)
        if not bare.requires(unit.module_key)
    }
    assert optional <= {bare.due_on}


@given(courses(), DAYS, st.integers(-3, 200), DAYS)
def test_pace_without_days_of_its_own_follows_the_plain_plan(
    made: Course, starts_on: date, span: int, today: date
) -> None:
    nothing = progress(made, [], [])
    ends = starts_on + timedelta(days=span)
    plain = due_dates(made, Calendar(starts_on, ends))
    assert pace(made, nothing, starts_on, ends, today) == pace(
        made, nothing, starts_on, ends, today, plain
    )


@given(cases(), DAYS)
def test_nobody_is_overdue_before_their_own_last_day_is_past(
    case: tuple[Course, Calendar, date, tuple[Extension, ...]], today: date
) -> None:
    made, calendar, first_on, extensions = case
    due = due_dates(made, calendar, first_on, extensions)
    nothing = progress(made, [], [])
    plan = pace(made, nothing, calendar.starts_on, calendar.due_on, today, due)
    assert plan.last_on == max(each.on for each in due.values())
    assert (plan.state == "overdue") == (today > plan.last_on)
    assert set(plan.late) == {key for key, each in due.items() if each.on < today}


def test_a_cadence_of_two_weeks_ends_its_first_stretch_after_fourteen_days() -> None:
    calendar = Calendar(FROM, date(2026, 12, 31), cadence_weeks=2)
    assert {due.on for due in due_dates(course(), calendar).values()} == {date(2026, 1, 18)}


def test_a_relative_rule_counts_from_somebodys_own_first_day() -> None:
    calendar = Calendar(FROM, TO, rules=(DueRule("first", days=30),))
    early = due_dates(course(), calendar, FROM - timedelta(days=90))
    late = due_dates(course(), calendar, FROM + timedelta(days=5))
    assert {due.on for due in early.values()} == {FROM + timedelta(days=30)}
    assert {due.on for due in late.values()} == {FROM + timedelta(days=35)}
    assert {(due.source, due.detail) for due in late.values()} == {("relative", 30)}


@pytest.mark.parametrize(("on", "days"), [(None, None), (FROM, 3)])
def test_a_rule_names_a_day_or_a_number_of_days(on: date | None, days: int | None) -> None:
    with pytest.raises(ValueError, match="either"):
        DueRule("first", on, days)
