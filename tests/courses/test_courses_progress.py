"""Laws of progress: what is done stays done, and what is missing is named exactly."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import Course, LessonDone, Missing, QuizResult, progress
from tests.courses.course_samples import START, course, histories, module

History = tuple[Course, list[LessonDone], list[QuizResult]]


def done(key: str, minutes: int = 0) -> LessonDone:
    return LessonDone(key, START + timedelta(minutes=minutes))


def result(key: str, points: int, minutes: int = 0) -> QuizResult:
    return QuizResult(key, START + timedelta(minutes=minutes), points >= 12, points, 15)


def test_a_newcomer_may_open_any_lesson_but_not_the_quiz() -> None:
    now = progress(course(), [], [])
    assert [state.state for state in now.units] == ["open", "open", "locked"]
    assert now.state_of("first/quiz").waits_for == ("first/lesson-1", "first/lesson-2")
    assert now.next_unit is not None
    assert now.next_unit.key == "first/lesson-1"
    assert (now.percent, now.started_at, now.is_complete) == (0, None, False)


def test_the_quiz_opens_when_all_lessons_are_done() -> None:
    now = progress(course(), [done("first/lesson-2"), done("first/lesson-1")], [])
    assert now.state_of("first/quiz").state == "open"
    assert now.missing == (Missing("quiz", "first", ("first/quiz",)),)
    assert now.modules[0].state == "in-progress"


def test_a_failed_quiz_may_be_retaken_and_shows_its_best_attempt() -> None:
    lessons = [done("first/lesson-1"), done("first/lesson-2")]
    now = progress(course(), lessons, [result("first", 9, 10), result("first", 7, 20)])
    quiz = now.state_of("first/quiz")
    assert quiz.state == "failed"
    assert quiz.result == result("first", 9, 10)
    assert now.next_unit == quiz.unit


def test_a_pass_is_not_lost_by_a_later_failure() -> None:
    lessons = [done("first/lesson-1", 1), done("first/lesson-2", 2)]
    results = [result("first", 3, 5), result("first", 12, 30), result("first", 1, 60)]
    now = progress(course(), lessons, results)
    assert now.is_complete
    assert now.completed_at == START + timedelta(minutes=30)
    assert now.state_of("first/quiz").result == result("first", 12, 30)


def test_a_module_waits_for_its_prerequisites() -> None:
    two = course(module("first", quiz=None), module("second", prerequisites=("first",)))
    now = progress(two, [done("first/lesson-1")], [])
    assert now.modules[1].state == "locked"
    assert now.state_of("second/lesson-1").waits_for == ("first",)
    assert now.missing[1].kind == "module"
    now = progress(two, [done("first/lesson-1"), done("first/lesson-2")], [])
    assert now.state_of("second/lesson-1").state == "open"
    assert now.modules[0].done_at == START


def test_it_ignores_what_the_course_does_not_have() -> None:
    now = progress(course(), [done("gone/lesson-1")], [result("gone", 15)])
    assert now == progress(course(), [], [])
    with pytest.raises(KeyError):
        now.state_of("gone/lesson-1")


def test_it_never_shows_a_hundred_percent_before_the_end() -> None:
    long = course(
        module("first", lessons=1, minutes=599, quiz=None),
        module("last", lessons=1, minutes=1, quiz=None),
    )
    now = progress(long, [done("first/lesson-1")], [])
    assert now.percent == 99


@given(histories(), st.data())
def test_nothing_falls_when_a_fact_is_added(history: History, data: st.DataObject) -> None:
    """However a history is cut short, the whole of it is never worth less."""
    made, lessons, results = history
    fewer_lessons = lessons[: data.draw(st.integers(0, len(lessons)))]
    fewer_results = results[: data.draw(st.integers(0, len(results)))]
    before = progress(made, fewer_lessons, fewer_results)
    after = progress(made, lessons, results)
    assert after.percent >= before.percent
    assert after.minutes_done >= before.minutes_done
    assert after.is_complete >= before.is_complete
    for old, new in zip(before.units, after.units, strict=True):
        assert old.state != "done" or new.state == "done"
        assert old.state == "locked" or new.state != "locked"
    for old_module, new_module in zip(before.modules, after.modules, strict=True):
        assert new_module.percent >= old_module.percent


@given(histories())
def test_everything_stays_within_bounds(history: History) -> None:
    now = progress(*history)
    assert 0 <= now.percent <= 100
    assert 0 <= now.minutes_done <= now.minutes_total == history[0].minutes
    assert (now.percent == 100) == now.is_complete
    assert len(now.units) == len(history[0].units)


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(history: History, chance: Random) -> None:
    made, lessons, results = history
    shuffled = chance.sample(lessons, len(lessons)), chance.sample(results, len(results))
    assert progress(made, *shuffled) == progress(made, lessons, results)


@given(histories())
def test_something_is_missing_exactly_when_it_is_not_complete(history: History) -> None:
    now = progress(*history)
    assert (not now.missing) == now.is_complete
    named = {key for missing in now.missing for key in missing.unit_keys}
    assert named == {state.unit.key for state in now.units if state.state != "done"}
    assert all(missing.unit_keys for missing in now.missing)


@given(histories())
def test_there_is_a_next_unit_until_the_end_and_it_can_be_opened(history: History) -> None:
    now = progress(*history)
    assert (now.next_unit is None) == now.is_complete
    if now.next_unit is not None:
        assert now.state_of(now.next_unit.key).state in ("open", "failed")


@given(histories())
def test_a_locked_unit_says_what_it_waits_for(history: History) -> None:
    now = progress(*history)
    undone = {state.unit.key for state in now.units if state.state != "done"}
    undone |= {state.module.key for state in now.modules if state.state != "done"}
    for state in now.units:
        assert bool(state.waits_for) == (state.state == "locked")
        assert set(state.waits_for) <= undone


@given(histories())
def test_a_passed_quiz_is_done_whatever_else_happened(history: History) -> None:
    made, _, results = history
    now = progress(*history)
    quizzes = {unit.key for unit in made.units if unit.kind == "quiz"}
    for passed in (found for found in results if found.passed):
        if f"{passed.module_key}/quiz" in quizzes:
            state = now.state_of(f"{passed.module_key}/quiz")
            assert state.state == "done"
            assert state.result is not None
            assert state.result.passed
            assert state.done_at is not None
            assert state.done_at <= passed.at
