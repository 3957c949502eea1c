"""Courses as values: what they refuse to be, how one walks through them, how they are kept."""

import json
from dataclasses import replace

import pytest
from hypothesis import given

from courses import (
    Course,
    course_from_document,
    course_to_document,
    fact_from_document,
    fact_to_document,
    lessons_citing,
)
from tests.courses.course_samples import course, courses, fact, lesson, module


def test_units_are_numbered_through_the_course() -> None:
    units = course(module("first"), module("second", lessons=1, quiz=None)).units
    assert [(unit.number, unit.key) for unit in units] == [
        (1, "first/lesson-1"),
        (2, "first/lesson-2"),
        (3, "first/quiz"),
        (4, "second/lesson-1"),
    ]


def test_neighbours_cross_from_a_quiz_into_the_next_module() -> None:
    made = course(module("first"), module("second"))
    before, after = made.neighbours("first/lesson-2")
    assert before is not None
    assert after is not None
    assert (before.key, after.key) == ("first/lesson-1", "first/quiz")
    assert made.neighbours("first/lesson-1")[0] is None
    assert made.neighbours("second/quiz")[1] is None
    with pytest.raises(KeyError):
        made.neighbours("first/lesson-9")


def test_a_course_that_asks_for_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no lesson"):
        module(lessons=0)
    with pytest.raises(ValueError, match="no module"):
        replace(course(), modules=())


def test_unknown_keys_are_refused_or_not_found() -> None:
    made = course()
    assert made.lesson("first/lesson-1") == made.find_lesson("first/lesson-1")
    assert made.find_lesson("first/quiz") is None
    for find in (made.lesson, made.module):
        with pytest.raises(KeyError):
            find("nowhere")


@given(courses())
def test_a_course_comes_back_from_its_document(made: Course) -> None:
    assert course_from_document(json.loads(json.dumps(course_to_document(made)))) == made
    assert made.minutes == sum(unit.minutes for unit in made.units)


def test_a_fact_comes_back_from_its_document() -> None:
    made = fact(links=("https://doi.org/10.1000/1",), status="recalled")
    assert fact_from_document(json.loads(json.dumps(fact_to_document(made)))) == made


def test_a_fact_says_how_far_it_may_be_trusted() -> None:
    assert fact(source="Practice advice (no single primary source); a review").is_practice_advice
    assert fact(source="A report [secondary]").is_secondary
    assert fact(source="A paper (RETRACTED 2024)").is_retracted
    assert fact(status="recalled").is_recalled
    assert fact(status="uncertain").is_uncertain
    plain = fact()
    assert not (plain.is_practice_advice or plain.is_secondary or plain.is_retracted)


def test_it_finds_the_lessons_that_a_fact_touches() -> None:
    cites = lesson("first", 2, citations=("SET-001", "SET-002"))
    first = module("first", lessons=1)
    both = type(first)(
        **{
            **{name: getattr(first, name) for name in type(first).__slots__},
            "lessons": (*first.lessons, cites),
        }
    )
    assert lessons_citing(course(both), "SET-002") == (cites,)
