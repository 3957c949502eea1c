"""The plan of a course against the calendar."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses import Course, LessonDone, QuizResult, pace, progress
from tests.courses.course_samples import START, course, courses, histories

FROM, TO = date(2026, 1, 5), date(2026, 1, 15)
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


def test_units_fall_due_by_their_share_of_the_minutes() -> None:
    """Ten, ten and thirty minutes over ten days: after a fifth, two fifths and all of them."""
    plan = pace(course(), progress(course(), [], []), FROM, TO, FROM)
    assert dict(plan.due) == {
        "first/lesson-1": date(2026, 1, 7),
        "first/lesson-2": date(2026, 1, 9),
        "first/quiz": TO,
    }


def test_a_share_of_a_day_counts_as_the_whole_day() -> None:
    nothing = progress(course(), [], [])
    plan = pace(course(), nothing, FROM, FROM + timedelta(days=9), FROM)
    assert [(day - FROM).days for day in plan.due.values()] == [2, 4, 9]


def test_a_unit_is_late_on_the_day_after_its_planned_day() -> None:
    started = progress(course(), [LessonDone("first/lesson-2", START)], [])
    assert pace(course(), started, FROM, TO, date(2026, 1, 7)).state == "on-pace"
    behind = pace(course(), started, FROM, TO, date(2026, 1, 8))
    assert (behind.state, behind.late) == ("late", ("first/lesson-1",))


def test_the_last_day_itself_is_not_overdue() -> None:
    nothing = progress(course(), [], [])
    assert pace(course(), nothing, FROM, TO, TO).state == "not-started"
    assert pace(course(), nothing, FROM, TO, TO + timedelta(days=1)).state == "overdue"


def test_who_is_complete_is_never_late() -> None:
    lessons = [LessonDone(f"first/lesson-{number}", START) for number in (1, 2)]
    everything = progress(course(), lessons, [QuizResult("first", START, True, 15, 15)])
    assert pace(course(), everything, FROM, TO, date(2027, 1, 1)).state == "complete"


@given(courses(), DAYS, DAYS)
def test_the_plan_runs_forward_and_ends_on_the_last_day(
    made: Course, starts_on: date, due_on: date
) -> None:
    plan = pace(made, progress(made, [], []), starts_on, due_on, starts_on)
    days = [plan.due[unit.key] for unit in made.units]
    assert days == sorted(days)
    assert days[-1] == due_on
    assert all(min(starts_on, due_on) <= day <= due_on for day in days)


@given(histories(), DAYS, DAYS, DAYS)
def test_only_undone_units_are_late(
    history: tuple[Course, list[LessonDone], list[QuizResult]],
    starts_on: date,
    due_on: date,
    today: date,
) -> None:
    now = progress(*history)
    plan = pace(history[0], now, starts_on, due_on, today)
    for key in plan.late:
        assert now.state_of(key).state != "done"
        assert plan.due[key] < today
    assert (plan.state == "complete") == now.is_complete
