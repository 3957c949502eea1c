"""Checklists: what there is to work on, where raters differ, and how far they agree."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import FEWEST_LINES, JUDGEMENTS, Checklist, ChecklistLine, agreement

LIST = Checklist(
    "touch",
    "Touch",
    "Look.",
    date(2026, 11, 22),
    (
        ChecklistLine("A-1", "Asks first.", ("SET-001",), is_critical=True),
        ChecklistLine("A-2", "Stops.", ("SET-001",)),
    ),
)


@pytest.mark.parametrize(
    ("critical", "other", "unmet"),
    [
        ("met", "met", []),
        ("met", "not-seen", []),
        ("met", "not-met", ["A-2"]),
        ("not-seen", "met", ["A-1"]),
        ("not-met", "not-met", ["A-1", "A-2"]),
    ],
)
def test_a_critical_line_has_to_be_seen_and_another_may_go_unseen(
    critical: str, other: str, unmet: list[str]
) -> None:
    judged = {"A-1": critical, "A-2": other}
    assert [line.id for line in LIST.unmet(judged)] == unmet


def test_kappa_is_that_of_the_textbook_table() -> None:
    """Two raters, 50 cases: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; kappa is 0.40."""
    first = ["met"] * 25 + ["not-met"] * 25
    second = ["met"] * 20 + ["not-met"] * 5 + ["met"] * 10 + ["not-met"] * 15
    found = agreement(first, second)
    assert (found.lines, found.agreed, found.percent, found.kappa) == (50, 35, 70, Fraction(2, 5))
    assert found.low is not None and found.high is not None
    assert (round(found.low, 3), round(found.high, 3)) == (0.146, 0.654)


def test_too_few_lines_and_one_judgement_throughout_have_no_coefficient() -> None:
    few = agreement(["met", "not-met"] * 14, ["met", "not-met"] * 14)
    assert few.is_too_small and few.kappa is None and few.percent == 100
    same = agreement(["met"] * FEWEST_LINES, ["met"] * FEWEST_LINES)
    assert not same.is_too_small and same.kappa is None
    assert agreement([], []).percent == 0
    with pytest.raises(ValueError):
        agreement(["met"], [])


judgements = st.sampled_from(JUDGEMENTS)


@given(st.lists(st.tuples(judgements, judgements), min_size=FEWEST_LINES, max_size=60))
def test_kappa_knows_no_first_rater_and_is_one_only_for_full_agreement(
    pairs: list[tuple[str, str]],
) -> None:
    first, second = zip(*pairs, strict=True)
    there, back = agreement(first, second), agreement(second, first)
    assert there == back
    if there.kappa is not None:
        assert -1 <= there.kappa <= 1
        assert (there.kappa == 1) == (there.agreed == there.lines) == (there.low is None)
        if there.low is not None and there.high is not None:
            assert there.low <= there.kappa <= there.high
