"""Currency and renewal as a course file states them: read, checked line by line, frozen."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import (
    Currency,
    RenewalAsks,
    course_from_document,
    course_to_document,
    read_library,
)
from tests.courses.course_samples import COURSE, course, problems, write_content

SHORT = COURSE.replace("24", "6")
STATED = COURSE + (
    'currency: {rule: fixed-day, fixed_day: "12-31", minimal_months: 6, window_months: 4}\n'
    "renewal: {recheck_items: 5, ce_minutes: 240}\n"
)


def read(root: Path, text: str) -> tuple[Currency, RenewalAsks]:
    library, found = read_library(write_content(root, **{"course.yaml": text}))
    assert found == []
    made = library.courses["a-course"]
    return made.currency, made.renewal


def test_without_a_word_the_period_runs_from_completion(tmp_path: Path) -> None:
    assert read(tmp_path, COURSE) == (
        Currency("completion", None, 0, window_months=6, late_months=12),
        RenewalAsks(recheck_items=10, ce_minutes=0),
    )


def test_the_usual_window_of_a_short_period_is_half_of_it(tmp_path: Path) -> None:
    assert read(tmp_path, SHORT)[0].window_months == 3


def test_a_course_states_its_rule_and_what_renewal_asks_for(tmp_path: Path) -> None:
    assert read(tmp_path, STATED) == (
        Currency("fixed-day", (12, 31), 6, window_months=4, late_months=12),
        RenewalAsks(recheck_items=5, ce_minutes=240),
    )


@pytest.mark.parametrize(
    ("lines", "code", "line", "words"),
    [
        ("currency:\n  rule: fixed-day\n", "currency", 13, "fixed_day"),
        ('currency:\n  fixed_day: "12-31"\n', "currency", 13, "only the rule"),
        ("currency:\n  minimal_months: 3\n", "currency", 13, "only the rule"),
        ("currency:\n  window_months: 24\n", "currency", 13, "shorter than the 24"),
        ('currency:\n  rule: fixed-day\n  fixed_day: "02-30"\n', "currency", 14, "no year"),
        ("currency:\n  rule: whenever\n", "bad-value", 13, "rule"),
        ("currency:\n  rule: fixed-day\n  fixed_day: 31 December\n", "bad-value", 14, "fixed_day"),
        ("currency:\n  grace: 3\n", "unknown-key", 13, "grace"),
        ("renewal:\n  recheck_items: -1\n", "bad-value", 13, "recheck_items"),
        ("renewal:\n  ce_hours: 4\n", "unknown-key", 13, "ce_hours"),
    ],
)
def test_what_cannot_be_kept_is_reported_at_its_line(
    tmp_path: Path, lines: str, code: str, line: int, words: str
) -> None:
    found = problems(tmp_path, **{"course.yaml": COURSE + lines})
    assert [(each.code, each.line) for each in found] == [(code, line)]
    assert words in found[0].message


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('rule: fixed-day\n  fixed_day: "12-31"\n', "12 or more"),
        ('rule: fixed-day\n  fixed_day: "12-31"\n  minimal_months: 7\n', "at most as long"),
    ],
)
def test_a_fixed_day_needs_a_period_it_fits_into(tmp_path: Path, entry: str, words: str) -> None:
    found = problems(tmp_path, **{"course.yaml": SHORT + "currency:\n  " + entry})
    assert any(words in each.message for each in found)


currencies = st.builds(
    Currency,
    kind=st.sampled_from(["completion", "previous", "fixed-day"]),
    fixed_day=st.none() | st.tuples(st.integers(1, 12), st.integers(1, 28)),
    minimal_months=st.integers(0, 24),
    window_months=st.integers(0, 23),
    late_months=st.integers(0, 24),
)


@given(currencies, st.builds(RenewalAsks, st.integers(0, 60), st.integers(0, 600)))
def test_a_release_freezes_both(currency: Currency, asks: RenewalAsks) -> None:
    made = replace(course(), currency=currency, renewal=asks)
    assert course_from_document(course_to_document(made)) == made


def test_a_release_from_before_has_what_is_usual_and_keeps_its_hash() -> None:
    """What is usual is not written: the document of an older course is what it was."""
    document = course_to_document(course())
    assert not {"currency", "renewal"} & document.keys()
    assert course_from_document(document) == course()
