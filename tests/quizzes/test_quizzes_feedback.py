"""What each preset shows, when; and what a resolved safety-critical miss changes."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quizzes

# preset, settled -> objectives, items, reasons
TABLE = [
    ("learning", False, "counts", True, True),
    ("learning", True, "counts", True, True),
    ("certification", False, "counts", False, False),
    ("certification", True, "counts", True, True),
    ("secure", False, "names", False, False),
    ("secure", True, "names", False, False),
]


@pytest.mark.parametrize(("preset", "is_settled", "objectives", "items", "reasons"), TABLE)
def test_each_preset_shows_what_its_name_says(
    preset: quizzes.Preset, is_settled: bool, objectives: str, items: bool, reasons: bool
) -> None:
    found = quizzes.feedback(preset, is_settled=is_settled)
    assert (found.objectives, found.items, found.reasons) == (objectives, items, reasons)


def test_the_table_has_every_preset_at_both_moments() -> None:
    assert {(row[0], row[1]) for row in TABLE} == {
        (preset, moment) for preset in quizzes.PRESETS for moment in (False, True)
    }


@pytest.mark.parametrize("preset", quizzes.PRESETS)
def test_what_was_shown_stays_shown(preset: quizzes.Preset) -> None:
    """Settling never takes anything away, and reasons are never shown without their items."""
    before = quizzes.feedback(preset, is_settled=False)
    after = quizzes.feedback(preset, is_settled=True)
    assert before.items <= after.items
    assert before.reasons <= after.reasons
    assert before.reasons <= before.items
    assert after.reasons <= after.items


SCORE = quizzes.Score(Fraction(7), 10, 60, False, (), ("A", "B"), ("A",), ())


@given(st.sets(st.sampled_from("ABC")), st.integers(0, 10))
def test_only_the_last_resolved_miss_lets_a_score_pass(resolved: set[str], points: int) -> None:
    score = quizzes.with_resolved(replace(SCORE, points=Fraction(points)), resolved)
    assert score.passed == ({"A", "B"} <= resolved and points >= 6)
    assert score.points == points
