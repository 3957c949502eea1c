"""Distractors, certainty, blind guessing and pooled versions."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from quizzes import (
    Concordance,
    Item,
    Matching,
    Numeric,
    Option,
    Prompt,
    certainty_table,
    distractor_table,
    pool_versions,
    random_guess_share,
    score_groups,
)
from tests.quizzes.analysis.naive_statistics import ordering_guess


def item(kind: str = "single", keys: str = "b", letters: str = "abcd", **more: object) -> Item:
    options = tuple(
        Option(letter, f"Option {letter}", letter in keys, "Because.") for letter in letters
    )
    fields = {
        "id": "q1",
        "objective": "o1",
        "level": "recall",
        "safety_critical": False,
        "stem": "A stem.",
        "lead_in": "Which?",
        "options": options,
        "facts": (),
        "author": "A. Author",
        "reviewed_on": date(2026, 1, 1),
        "review_by": date(2027, 1, 1),
        "kind": kind,
    }
    return Item(**{**fields, **more})  # type: ignore[arg-type]


def answers(count: int) -> tuple[list[str], list[float]]:
    """The abler, the more "b"; "c" draws the weak, "d" hardly anybody."""
    chance = random.Random(6)
    totals = [chance.random() * 20 for _ in range(count)]
    picks = ["b" if chance.random() * 20 < total else chance.choice("aac") for total in totals]
    picks[0] = "d"
    return picks, totals


def test_the_table_counts_everybody_who_met_the_item_once() -> None:
    picks, totals = answers(100)
    chosen: list[set[str] | None] = [{pick} for pick in picks]
    chosen[3], chosen[4] = None, set()
    table = distractor_table("abcd", {"b"}, chosen, totals)
    assert table.learners == 99 and table.omitted == 1
    assert sum(option.chosen for option in table.options) == 98
    assert sum(table.groups) == 99 and len(table.groups) == 5


def test_each_option_tells_whom_it_drew() -> None:
    picks, totals = answers(200)
    table = distractor_table("abcd", {"b"}, [{pick} for pick in picks], totals)
    for option in table.options:
        took = [float(pick == option.option) for pick in picks]
        mean = [total for total, one in zip(totals, took, strict=True) if one]
        assert option.mean_rest == pytest.approx(np.mean(mean), abs=1e-9)
        expected = stats.pointbiserialr(took, totals).statistic
        assert option.discrimination == pytest.approx(expected, abs=1e-9)
    key, idle = table.options[1], table.options[3]
    assert key.is_key and not key.flag and key.by_group[0] < key.by_group[-1]
    assert idle.flag == "idle"


def test_a_distractor_of_the_able_and_a_key_of_the_weak_are_named() -> None:
    totals = [float(n) for n in range(40)]
    picks = [{"a"} if n < 20 else {"b"} for n in range(40)]
    table = distractor_table("ab", {"a"}, picks, totals)
    assert [option.flag for option in table.options] == ["key-repels-the-able", "attracts-the-able"]


def test_several_choices_count_for_each() -> None:
    table = distractor_table("abc", {"a", "b"}, [{"a", "b"}, {"a", "c"}], [1.0, 2.0])
    assert [option.chosen for option in table.options] == [2, 1, 1]
    assert table.groups == () and table.options[0].by_group == ()
    assert table.options[0].discrimination is None


def test_a_table_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        distractor_table("ab", {"a"}, [None], [1.0])
    with pytest.raises(ValueError, match="1 answers, 2 totals"):
        distractor_table("ab", {"a"}, [set()], [1.0, 2.0])


def test_score_groups_keep_ties_together_and_rise_with_the_score() -> None:
    totals = np.array([float(n // 7) for n in range(70)])
    groups = score_groups(totals)
    assert len({(total, group) for total, group in zip(totals, groups, strict=True)}) == 10
    assert list(groups) == sorted(groups) and set(groups) == {0, 1, 2, 3, 4}
    assert len(score_groups(np.ones(50))) == 0
    assert len(score_groups(np.arange(19.0))) == 0
    assert set(score_groups(np.arange(20.0))) == {0, 1}


def test_certainty_counts_the_confidently_wrong() -> None:
    told = [(3, True)] * 6 + [(3, False)] * 2 + [(1, False)] * 2 + [(None, False)]
    table = certainty_table(told)
    assert table.answers == 10 and table.confidently_wrong == 2
    assert table.confidently_wrong_rate == 0.2
    assert [level.answers for level in table.levels] == [2, 0, 8]
    assert [level.share_right for level in table.levels] == [0, None, 0.75]
    assert table.caution.startswith("Only 10 answers")
    assert certainty_table([]).confidently_wrong_rate is None
    assert certainty_table([(2, True)] * 30).caution == ""
    with pytest.raises(ValueError, match="certainty 4"):
        certainty_table([(4, True)])


@pytest.mark.parametrize(
    ("asked", "share"),
    [
        (item(), Fraction(1, 4)),
        (item(letters="abcde"), Fraction(1, 5)),
        # Of 7 choices: the two keys earn 1, one of them 1/2 twice, all three 1/2.
        (item("multiple", keys="ab", letters="abc"), Fraction(5, 14)),
        (item("matching", details=Matching((Prompt("1", "P", "a", "R"),))), Fraction(1, 4)),
        (item("concordance", keys="", details=Concordance((0, 3, 6, 1))), Fraction(5, 12)),
        (
            item(
                "numeric",
                letters="",
                details=Numeric(Decimal(25), Decimal(0), "mg", (), "Because."),
            ),
            Fraction(0),
        ),
    ],
)
def test_blind_guessing_earns_the_mean_of_all_answers(asked: Item, share: Fraction) -> None:
    assert random_guess_share(asked) == share


@pytest.mark.parametrize("steps", [2, 3, 4, 5, 6])
def test_guessing_an_order_earns_the_mean_of_all_orders(steps: int) -> None:
    asked = item("ordering", keys="", letters="abcdefgh"[:steps])
    assert float(random_guess_share(asked)) == pytest.approx(ordering_guess(steps))


def test_versions_that_kept_the_key_share_a_column() -> None:
    first = item()
    reworded = replace(first, stem="A clearer stem.")
    moved = replace(
        first,
        options=tuple(
            replace(option, text=f"Option {other}", key=other == "b")
            for option, other in zip(first.options, "badc", strict=True)
        ),
    )
    rekeyed = item(keys="c")
    pooled = pool_versions([first, reworded, moved, rekeyed])
    assert [pooled[each.content_hash] for each in (first, reworded, moved)] == ["q1 (key 1)"] * 3
    assert pooled[rekeyed.content_hash] == "q1"
    assert set(pool_versions([first, reworded]).values()) == {"q1"}


def test_a_key_that_came_back_is_the_newest() -> None:
    first, other = item(), item(keys="c")
    back = replace(first, stem="Again.")
    pooled = pool_versions([first, other, back])
    assert pooled[first.content_hash] == pooled[back.content_hash] == "q1"
    assert pooled[other.content_hash] == "q1 (key 1)"


def test_a_number_with_another_tolerance_has_another_key() -> None:
    def dose(tolerance: str) -> Item:
        number = Numeric(Decimal(25), Decimal(tolerance), "mg", (), "Because.")
        return item("numeric", letters="", details=number)

    assert len(set(pool_versions([dose("0"), dose("1")]).values())) == 2
