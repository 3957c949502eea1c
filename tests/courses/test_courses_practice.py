"""Rules of practice: read, checked by line against the crosswalk, frozen; what a log amounts to."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import (
    NO_PRACTICE,
    PracticeDone,
    PracticeRule,
    course_from_document,
    course_to_document,
    practice_standing,
    read_library,
)
from courses.practice import CAPS, MEASURES, whole_months
from tests.courses.course_samples import course, problems, write_content

CROSSWALK = {
    "../crosswalk/sources.yaml": """\
sources:
  - {id: S01, title: T, issuer: I, reference: r, tier: secondary}
""",
    "../crosswalk/place.yaml": """\
title: Place
issuer: Office
kind: jurisdiction
as_of: 2026-11-22
requirements:
  - {id: PL-ALL, topic: All, part: practice, rule: "h>=40", reference: S01, confidence: seen}
  - {id: PL-SPAN, topic: Span, part: practice, rule: "rule: six months", reference: Law,
     confidence: recalled}
  - {id: PL-TOPIC, topic: T, part: topic, rule: "h>=2", reference: S01, confidence: seen}
""",
}
RULES = """\
intro: Practise.
demanded: true
rules:
  - {measure: practicum-hours, amount: 40, rests_on: [PL-ALL]}
  - {measure: consultation-months, amount: 6, rests_on: [PL-SPAN]}
"""
LIST = """\
title: Touch
intro: Look.
reviewed_on: 2026-11-22
lines:
  - {id: BND-1, critical: true, text: "Asks first.[@SET-001]"}
  - {id: BND-2, text: "Stops.[@SET-002]"}
"""


def files(rules: str = RULES, checklist: str = LIST) -> dict[str, str]:
    return {"practice.yaml": rules, "checklists/01-touch.yaml": checklist, **CROSSWALK}


def test_a_course_asks_for_no_practice_unless_it_has_the_files(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path))
    assert found == [] and library.courses["a-course"].practice == NO_PRACTICE
    assert "practice" not in course_to_document(course())


def test_rules_and_checklists_are_read_and_frozen_with_the_course(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path, **files()))
    assert found == []
    made = library.courses["a-course"]
    assert made.practice.is_demanded and len(made.practice.rules) == 2
    touch = made.practice.find_checklist("touch")
    assert touch is not None and [line.is_critical for line in touch.lines] == [True, False]
    assert made.practice.citations == ("SET-001", "SET-002")
    assert course_from_document(course_to_document(made)) == made


@pytest.mark.parametrize(
    ("written", "code", "line"),
    [
        ({"rules": RULES.replace("[PL-ALL]", "[PL-NONE]")}, "unknown-requirement", 4),
        ({"rules": RULES.replace("[PL-ALL]", "[PL-TOPIC]")}, "practice-rule", 4),
        ({"rules": RULES.replace("amount: 40", "amount: 30")}, "practice-rule", 4),
        ({"rules": RULES.replace("amount: 6", "amount: 7")}, "practice-rule", 5),
        (
            {
                "rules": RULES.replace(
                    "consultation-months, amount: 6", "practicum-hours, amount: 6"
                )
            },
            "practice-rule",
            5,
        ),
        ({"checklist": LIST.replace("[@SET-002]", "")}, "no-citation", 6),
        ({"checklist": LIST.replace("SET-002", "SET-999")}, "unknown-fact", 6),
        ({"checklist": LIST.replace("BND-2", "BND-1")}, "duplicate-line", 6),
    ],
)
def test_each_fault_is_named_with_its_line(
    tmp_path: Path, written: dict[str, str], code: str, line: int
) -> None:
    found = problems(write_content(tmp_path, **files(**written)))
    assert [(each.code, each.line) for each in found if each.is_error] == [(code, line)]


FORTY = PracticeRule("practicum-hours", 40, ())
THIRTY = PracticeRule("administration-hours", 30, ())
TEN = PracticeRule("counted-consultation-hours", 10, ())
SIX = PracticeRule("consultation-group", 6, ())
MONTHS = PracticeRule("consultation-months", 6, ())
SESSIONS = PracticeRule("dosing-sessions", 2, ())
ALL = (FORTY, THIRTY, TEN, SIX, MONTHS, SESSIONS)
DAY = date(2026, 1, 31)


def consultation(day: date, hours: int, people: int) -> PracticeDone:
    return PracticeDone(day, consultation_minutes=60 * hours, group_size=people)


def test_exactly_enough_is_enough_and_a_minute_less_is_not() -> None:
    log = [
        PracticeDone(DAY, administration_minutes=30 * 60, dosing_sessions=2),
        consultation(DAY, 4, 6),
        consultation(date(2026, 7, 31), 8, 1),
    ]
    standing = practice_standing(ALL, log)
    assert standing.is_enough and standing.over_cap == 120 and standing.too_large == 0
    less = practice_standing(ALL, [PracticeDone(DAY, 30 * 60 - 1, dosing_sessions=2), *log[1:]])
    assert [(line.rule, line.missing) for line in less.lines if line.missing] == [
        (FORTY, 1),
        (THIRTY, 1),
    ]


def test_a_consultation_in_too_large_a_group_counts_for_nothing() -> None:
    standing = practice_standing(ALL, [consultation(DAY, 5, 7), consultation(DAY, 5, 6)])
    assert standing.consultation_minutes == standing.too_large == 300
    assert practice_standing((FORTY,), [consultation(DAY, 5, 7)]).too_large == 0


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 31), date(2026, 7, 30), 5),
        (date(2026, 1, 31), date(2026, 7, 31), 6),
        (date(2025, 8, 15), date(2026, 2, 15), 6),
        (date(2025, 8, 15), date(2026, 2, 14), 5),
        (DAY, DAY, 0),
    ],
)
def test_months_are_whole_and_the_end_of_a_month_ends_them(
    first: date, last: date, months: int
) -> None:
    assert whole_months(first, last) == months


days = st.integers(0, 900).map(lambda number: DAY + timedelta(days=number))
rows = st.one_of(
    st.builds(PracticeDone, days, st.integers(0, 900), st.integers(0, 900), st.integers(0, 2)),
    st.builds(
        PracticeDone,
        days,
        consultation_minutes=st.integers(1, 300),
        group_size=st.integers(1, 9),
    ),
)


@given(st.lists(rows, max_size=12), rows, st.randoms())
def test_order_does_not_matter_and_no_further_row_takes_anything_away(
    log: list[PracticeDone], more: PracticeDone, chance: object
) -> None:
    before, after = practice_standing(ALL, log), practice_standing(ALL, [*log, more])
    assert practice_standing(ALL, sorted(log, key=repr)) == before
    assert all(
        late.missing <= early.missing for early, late in zip(before.lines, after.lines, strict=True)
    )
    spent = sum(row.consultation_minutes for row in log)
    assert before.consultation_minutes + before.too_large == spent
    assert {line.rule.measure for line in before.lines} == set(MEASURES) - CAPS
