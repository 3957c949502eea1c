"""The re-check of safety: what is drawn, how it is spread, and what follows a miss."""

import dataclasses
from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    Bank,
    Item,
    Option,
    Specification,
    draw_safety_items,
    item_after_miss,
    safety_items,
)

SEEDS = st.integers(0, 2**62)


def item(name: str, **changes: object) -> Item:
    made = Item(
        id=name,
        objective="M1-1",
        level="recall",
        safety_critical=True,
        stem="",
        lead_in="What is the answer?",
        options=tuple(Option(letter, letter, letter == "b", "Because.") for letter in "abcd"),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
    )
    return dataclasses.replace(made, **changes)


def bank(name: str, *items: Item, draws_from: tuple[str, ...] = ()) -> Bank:
    rules = Specification((), 80, "Provisional.")
    return Bank(name, "A bank", "en-GB", rules, items, draws_from=draws_from)


@st.composite
def bank_sets(draw: st.DrawFn) -> list[Bank]:
    """One to four banks with items of some objectives, not all of them safety-critical."""
    return [
        bank(
            f"bank-{place}",
            *(
                item(
                    f"{place}-{number}",
                    objective=f"M{place}-{draw(st.integers(1, 3))}",
                    safety_critical=draw(st.booleans()),
                )
                for number in range(draw(st.integers(0, 8)))
            ),
        )
        for place in range(draw(st.integers(1, 4)))
    ]


@given(bank_sets(), st.integers(0, 20), SEEDS)
def test_as_many_are_drawn_as_are_asked_for_or_there_are(
    banks: list[Bank], count: int, seed: int
) -> None:
    drawn = draw_safety_items(banks, count, seed)
    names = [each.id for each in drawn]
    assert len(names) == len(set(names)) == min(count, len(safety_items(banks)))
    assert all(each.safety_critical for each in drawn)
    assert drawn == draw_safety_items(banks, count, seed)


@given(bank_sets(), st.integers(0, 20), SEEDS)
def test_no_bank_has_its_second_turn_before_another_had_its_first(
    banks: list[Bank], count: int, seed: int
) -> None:
    drawn = {each.id for each in draw_safety_items(banks, count, seed)}
    taken = [len(drawn & {each.id for each in one.items}) for one in banks]
    left = [len(safety_items([one])) - took for one, took in zip(banks, taken, strict=True)]
    for took, rest in zip(taken, left, strict=True):
        assert not rest or took + 1 >= max(taken)


@given(bank_sets(), st.integers(0, 20), SEEDS)
def test_an_objective_comes_again_only_when_its_bank_has_no_other(
    banks: list[Bank], count: int, seed: int
) -> None:
    drawn = draw_safety_items(banks, count, seed)
    for one in banks:
        own = {each.id for each in one.items}
        counts = Counter(each.objective for each in drawn if each.id in own)
        there = Counter(each.objective for each in safety_items([one]).values())
        for objective, most in counts.items():
            assert all(counts[other] >= min(there[other], most - 1) for other in there), (
                objective,
                counts,
                there,
            )


def test_another_seed_draws_other_items() -> None:
    banks = [bank("a-bank", *(item(f"i-{number}") for number in range(20)))]
    papers = {tuple(each.id for each in draw_safety_items(banks, 5, seed)) for seed in range(20)}
    assert len(papers) > 15


def test_what_cannot_stand_alone_is_never_drawn() -> None:
    banks = [
        bank("a-bank", item("in-a-case", vignette="a-case", stage=1), item("alone")),
        bank("examination", item("alone"), draws_from=("a-bank",)),
        bank("texts", item("a-text", kind="constructed"), item("a-panel", kind="concordance")),
    ]
    assert [each.id for each in draw_safety_items(banks, 9, 1)] == ["alone"]


def test_a_miss_is_followed_by_another_item_of_its_objective() -> None:
    missed = item("missed")
    banks = [
        bank(
            "a-bank",
            missed,
            item("a-plain", safety_critical=False),
            item("parallel"),
            item("elsewhere", objective="M1-2"),
            item("in-a-case", vignette="a-case", stage=1),
        )
    ]
    met = ["missed"]
    asked = []
    for _turn in range(3):
        asked.append(item_after_miss(banks, missed, met).id)
        met.append(asked[-1])
    assert asked == ["parallel", "a-plain", "missed"]
