"""Contributors: whose disclosure counts on which day, and what the file may say."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import courses
from courses.contributors import contributors_from_document, contributors_to_document
from tests.cast import SMALL

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@given(DAYS, st.integers(0, 4000))
def test_a_disclosure_counts_for_two_years_and_never_again(made_on: date, later: int) -> None:
    """Once too old it stays too old; the anniversary is its last day, 29 February its eve."""
    today = made_on + timedelta(days=later)
    is_leap = (made_on.month, made_on.day) == (2, 29)
    last = made_on.replace(year=made_on.year + 2, day=28 if is_leap else made_on.day)
    assert courses.is_disclosed(made_on, today) == (today <= last)


def test_nothing_disclosed_is_not_in_date() -> None:
    someone = courses.Contributor("A", "Author")
    assert not courses.is_disclosed(None, date(2026, 11, 22))
    assert list(courses.undisclosed((someone,), date(2026, 11, 22))) == [someone]


@given(
    st.lists(
        st.builds(
            courses.Contributor,
            st.text(min_size=1),
            st.text(min_size=1),
            st.none() | DAYS,
            st.lists(
                st.builds(courses.Relationship, *(st.text() for _ in range(5))), max_size=2
            ).map(tuple),
        ),
        max_size=4,
    ).map(tuple)
)
def test_a_document_gives_back_what_was_written(
    contributors: tuple[courses.Contributor, ...],
) -> None:
    assert contributors_from_document(contributors_to_document(contributors)) == contributors


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("contributors: []", "contributors"),
        ("contributors: [{name: A, role: Author}, {name: A, role: Reviewer}]", "named twice"),
        (
            "contributors: [{name: A, role: Author, relationships: "
            "[{company: C, nature: Fees, since: '2025', mitigation: Reviewed}]}]",
            "say when A disclosed",
        ),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    root = tmp_path / "root"
    shutil.copytree(SMALL, root)
    folder = next((root / "courses" / "content").glob("*/course.yaml")).parent
    (folder / "contributors.yaml").write_text(text, encoding="utf-8")
    _library, problems = courses.read_library(root / "courses" / "content")
    found = [problem for problem in problems if problem.file.endswith("contributors.yaml")]
    assert any(sentence in problem.message for problem in found), problems
