"""Estimated study time: the formula, its sharing among the parts, and the checker's warning."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import read_library
from courses.studytime import (
    ONE_PART,
    WHOLE,
    Part,
    activity_minutes,
    plausible,
    shared_minutes,
)
from tests.courses.course_samples import BODY, HEADER, LESSON, MODULE, write_content

MODULE_FILE = "01-first/module.yaml"
parts = st.lists(st.builds(Part, st.integers(0, 5000), st.integers(0, 30)), min_size=1, max_size=12)


def test_the_formula_by_hand() -> None:
    # 0.9 x (-22.3 + 0.00209 x 10 000 + 2.78 x 20 + 15.5 x 3) = 0.9 x 100.7
    assert activity_minutes(10_000, 20, 3) == pytest.approx(90.63)


@given(parts, st.floats(1, 5))
def test_the_parts_make_up_the_whole(made: list[Part], difficulty: float) -> None:
    whole = activity_minutes(
        sum(part.words for part in made), sum(part.questions for part in made), difficulty
    )
    assert sum(shared_minutes(made, difficulty)) == pytest.approx(whole)


@given(parts, st.floats(1, 4), st.integers(1, 3000), st.integers(1, 9))
def test_more_of_anything_takes_longer(
    made: list[Part], difficulty: float, words: int, questions: int
) -> None:
    before = shared_minutes(made, difficulty)
    longer = [Part(made[0].words + words, made[0].questions), *made[1:]]
    asked = [Part(made[0].words, made[0].questions + questions), *made[1:]]
    assert shared_minutes(longer, difficulty)[0] > before[0]
    assert shared_minutes(asked, difficulty)[0] > before[0]
    assert all(a > b for a, b in zip(shared_minutes(made, difficulty + 1), before, strict=True))


@given(st.floats(-10, 500), st.sampled_from([ONE_PART, WHOLE]))
def test_an_estimate_is_in_line_with_itself(estimate: float, band: tuple[float, float]) -> None:
    least, most = plausible(estimate, band)
    assert 1 <= least <= most
    assert least <= max(1, round(estimate)) <= most


def test_nothing_takes_no_time() -> None:
    with pytest.raises(ValueError, match="without parts"):
        shared_minutes([], 3)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        (LESSON, HEADER.replace("14", "7") + BODY, 4),
        (LESSON, HEADER.replace("14", "30") + BODY, 4),
        (MODULE_FILE, MODULE.replace("30", "9"), 6),
        (MODULE_FILE, MODULE.replace("30", "90"), 6),
        (MODULE_FILE, MODULE.replace("30", "54"), 1),
    ],
)
def test_a_figure_out_of_line_is_a_warning_at_its_line(
    tmp_path: Path, file: str, text: str, line: int
) -> None:
    root = write_content(tmp_path, **{file: text})
    _library, found = read_library(root, items_drawn={"bank": 10})
    assert (f"a-course/{file}", line) in {
        (problem.file, problem.line) for problem in found if problem.code == "minutes"
    }
    assert not any(problem.is_error for problem in found)


def test_figures_in_line_are_not_spoken_of(tmp_path: Path) -> None:
    _library, found = read_library(write_content(tmp_path), items_drawn={"bank": 10})
    assert found == []


def test_a_quiz_of_unknown_length_is_left_alone(tmp_path: Path) -> None:
    root = write_content(tmp_path, **{MODULE_FILE: MODULE.replace("30", "200")})
    assert read_library(root)[1] == []
