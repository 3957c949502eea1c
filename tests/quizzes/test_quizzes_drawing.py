"""Papers by level, safety, bank and vignette set; anchored options; items shown too often."""

import dataclasses
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    Bank,
    Cell,
    Item,
    Matching,
    Option,
    Paper,
    Prompt,
    Rules,
    Slot,
    Specification,
    TooFewItems,
    Vignette,
    bank_from_document,
    bank_to_document,
    draw_paper,
    paper_from_document,
    paper_to_document,
)
from quizzes.cells import sort_of, sure_items

SEEDS = st.integers(0, 2**64)


def an_item(name: str, **changes: object) -> Item:
    item = Item(
        id=name,
        objective="M1-1",
        level="recall",
        safety_critical=False,
        stem="",
        lead_in="What is the answer?",
        options=tuple(Option(letter, letter, letter == "b", "Because.") for letter in "abcd"),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
    )
    return dataclasses.replace(item, **changes)


def a_bank(cells: Sequence[Cell], items: Sequence[Item], rules: Rules | None = None) -> Bank:
    specification = Specification(tuple(cells), 80, "Provisional.", rules or Rules())
    return Bank("a-bank", "A bank", "en-GB", specification, tuple(items))


MIXED = [
    an_item(f"{level}-{safety}-{n}", level=level, safety_critical=safety)
    for level in ("recall", "analysis")
    for safety in (True, False)
    for n in range(2)
]


@given(SEEDS)
def test_a_wide_cell_never_empties_a_narrow_one(seed: int) -> None:
    cells = [
        Cell("M1-1", 4),
        Cell("M1-1", 2, level="analysis"),
        Cell("M1-1", 2, level="analysis", safety_critical=True),
    ]
    drawn = [slot.item_id for slot in draw_paper(a_bank(cells, MIXED), seed, {}).slots]
    assert sorted(drawn) == sorted(item.id for item in MIXED)


@given(SEEDS)
def test_a_cell_takes_only_what_it_names(seed: int) -> None:
    bank = a_bank([Cell("M1-1", 2, level="recall", safety_critical=True)], MIXED)
    drawn = {slot.item_id for slot in draw_paper(bank, seed, {}).slots}
    assert drawn == {"recall-True-0", "recall-True-1"}


def test_a_cell_that_names_a_bank_takes_the_items_that_come_from_it() -> None:
    items = [an_item(f"A-{n}") for n in range(3)] + [an_item(f"B-{n}") for n in range(3)]
    cells = [Cell("M1-1", 2, bank="a"), Cell("M1-1", 1, bank="b")]
    origins = {item.id: item.id[0].lower() for item in items}
    bank = dataclasses.replace(a_bank(cells, items), draws_from=("a", "b"), origins=origins)
    for seed in range(20):
        drawn = [slot.item_id[0] for slot in draw_paper(bank, seed, {}).slots]
        assert sorted(drawn) == ["A", "A", "B"]


CASE = [
    an_item("C-3", vignette="case", stage=2),
    an_item("C-1", vignette="case", stage=1),
    an_item("C-4", vignette="case", stage=3),
    an_item("C-2", vignette="case", stage=1),
]
CASED = dataclasses.replace(
    a_bank(
        [Cell("", 4, vignette="case"), Cell("M1-1", 3)],
        [*CASE, *(an_item(f"S-{n}") for n in range(6))],
    ),
    vignettes=(Vignette("case", "A case", ("One.", "Two.", "Three.")),),
)


@given(SEEDS)
def test_a_vignette_set_stands_together_in_the_order_of_its_stages(seed: int) -> None:
    slots = draw_paper(CASED, seed, {}).slots
    drawn = [slot.item_id for slot in slots]
    first = drawn.index("C-1")
    assert drawn[first : first + 4] == ["C-1", "C-2", "C-3", "C-4"]
    assert [slot.stage for slot in slots[first : first + 4]] == [1, 1, 2, 3]
    assert sum(name.startswith("S-") for name in drawn) == 3
    assert len(set(drawn)) == len(drawn) == CASED.specification.length


def test_an_item_of_a_set_is_never_drawn_alone() -> None:
    bank = a_bank([Cell("M1-1", 1)], [an_item("C-1", vignette="case", stage=1)])
    with pytest.raises(TooFewItems, match="M1-1 needs 1 items and has 0"):
        draw_paper(bank, 1, {})


def test_a_set_that_is_not_there_is_refused() -> None:
    bank = a_bank([Cell("", 2, vignette="case")], [an_item("S-1")])
    with pytest.raises(TooFewItems, match="vignette case"):
        draw_paper(bank, 1, {})


TWIN_SETS = [
    *(an_item(f"C-{n}", vignette="case", stage=n) for n in (1, 2)),
    *(an_item(f"D-{n}", vignette="twin", stage=n) for n in (1, 2)),
]
TWINS = a_bank([Cell("", 2, vignette="case", parallel=("twin",))], TWIN_SETS)


@given(SEEDS)
def test_a_retake_meets_the_parallel_set(seed: int) -> None:
    first = [slot.item_id for slot in draw_paper(TWINS, seed, {}).slots]
    assert first in (["C-1", "C-2"], ["D-1", "D-2"])
    again = [slot.item_id for slot in draw_paper(TWINS, seed, dict.fromkeys(first, 1)).slots]
    assert sorted(first + again) == ["C-1", "C-2", "D-1", "D-2"]


def test_chance_decides_between_parallel_sets_that_nobody_saw() -> None:
    drawn = {draw_paper(TWINS, seed, {}).slots[0].item_id for seed in range(40)}
    assert drawn == {"C-1", "D-1"}


def test_a_bank_with_parallel_sets_comes_back_from_its_document() -> None:
    assert bank_from_document(bank_to_document(TWINS)) == TWINS


@given(SEEDS)
def test_an_anchored_option_keeps_its_place_and_the_others_move(seed: int) -> None:
    plain = an_item("A")
    anchored = tuple(
        dataclasses.replace(option, anchored=option.id in "bd") for option in plain.options
    )
    bank = a_bank([Cell("M1-1", 1)], [dataclasses.replace(plain, options=anchored)])
    order = draw_paper(bank, seed, {}).slots[0].option_order
    assert (order[1], order[3]) == ("b", "d")
    assert sorted(order) == list("abcd")


def test_options_that_are_not_anchored_do_move() -> None:
    plain = an_item("A")
    last = (*plain.options[:3], dataclasses.replace(plain.options[3], anchored=True))
    bank = a_bank([Cell("M1-1", 1)], [dataclasses.replace(plain, options=last)])
    orders = {draw_paper(bank, seed, {}).slots[0].option_order for seed in range(60)}
    assert len(orders) == 6


@given(SEEDS)
def test_steps_are_never_shown_in_their_right_order(seed: int) -> None:
    steps = tuple(Option(letter, letter, False, "Because.") for letter in "abc")
    bank = a_bank([Cell("M1-1", 1)], [an_item("O", kind="ordering", options=steps)])
    order = draw_paper(bank, seed, {}).slots[0].option_order
    assert sorted(order) == list("abc")
    assert order != ("a", "b", "c")


@given(SEEDS, st.booleans())
def test_prompts_are_shuffled_unless_the_order_is_fixed(seed: int, fixed: bool) -> None:
    prompts = tuple(Prompt(str(n), f"Line {n}", "a", "Because.") for n in range(1, 5))
    item = an_item("M", kind="matching", details=Matching(prompts), fixed_order=fixed)
    slot = draw_paper(a_bank([Cell("M1-1", 1)], [item]), seed, {}).slots[0]
    assert sorted(slot.prompt_order) == list("1234")
    assert not fixed or slot.prompt_order == tuple("1234")


LIMIT = Rules(exposure_percent=50)
FOUR = [an_item(f"S-{n}") for n in range(4)]


@given(SEEDS)
def test_an_item_at_the_limit_is_shown_only_when_nothing_else_is_left(seed: int) -> None:
    exposure = {"S-0": Fraction(1, 2), "S-1": Fraction(49, 100), "S-2": Fraction(9, 10)}
    bank = a_bank([Cell("M1-1", 2)], FOUR, LIMIT)
    drawn = {slot.item_id for slot in draw_paper(bank, seed, {"S-1": 3}, exposure).slots}
    assert drawn == {"S-1", "S-3"}
    three = a_bank([Cell("M1-1", 3)], FOUR, LIMIT)
    drawn = {slot.item_id for slot in draw_paper(three, seed, {"S-0": 1}, exposure).slots}
    assert drawn == {"S-1", "S-3", "S-2"}


@given(SEEDS)
def test_exposure_means_nothing_without_a_limit(seed: int) -> None:
    bank = a_bank([Cell("M1-1", 2)], FOUR)
    assert draw_paper(bank, seed, {}, {"S-0": Fraction(1)}) == draw_paper(bank, seed, {})


def test_the_rules_are_frozen_with_the_paper() -> None:
    rules = Rules(time_limit_minutes=30, certainty="marked", safety="must-resolve")
    paper = draw_paper(a_bank([Cell("M1-1", 2)], FOUR, rules), 1, {})
    assert paper.rules == rules
    assert paper_from_document(paper_to_document(paper)) == paper


SLOTS = st.builds(
    lambda slot, vignette, stage, prompts: dataclasses.replace(
        slot, vignette=vignette, stage=stage if vignette is not None else 0, prompt_order=prompts
    ),
    st.builds(Slot, st.text(), st.text(), st.lists(st.text()).map(tuple)),
    st.none() | st.text(),
    st.integers(1, 9),
    st.lists(st.text()).map(tuple),
)
RULES = st.builds(
    Rules,
    time_limit_minutes=st.none() | st.integers(1, 99),
    grace_seconds=st.integers(0, 9),
    attempts=st.none() | st.integers(1, 9),
    remedial=st.booleans(),
    navigation=st.sampled_from(["free", "forward"]),
    certainty=st.sampled_from(["off", "asked", "marked"]),
    feedback=st.sampled_from(["learning", "certification", "secure"]),
    exposure_percent=st.none() | st.integers(1, 100),
)


@given(st.builds(Paper, st.text(), st.lists(SLOTS).map(tuple), st.integers(1, 100), RULES))
def test_a_paper_of_every_sort_survives_its_document(paper: Paper) -> None:
    assert paper_from_document(paper_to_document(paper)) == paper


def test_what_must_be_locked_before_a_slot_is_seen() -> None:
    plain = Slot("S", "0", ("a",))
    stages = (1, 1, 2, 3)
    case = tuple(Slot(f"C-{n}", "0", ("a",), "case", stages[n]) for n in range(4))
    paper = Paper("a-bank", (plain, *case, plain), 80)
    assert [list(paper.slots_before(n)) for n in range(1, 7)] == [
        [],
        [],
        [],
        [2, 3],
        [2, 3, 4],
        [],
    ]
    forward = dataclasses.replace(paper, rules=Rules(navigation="forward"))
    assert [list(forward.slots_before(n)) for n in (1, 2, 6)] == [[], [1], [1, 2, 3, 4, 5]]
    with pytest.raises(IndexError):
        paper.slots_before(7)
    with pytest.raises(IndexError):
        paper.slots_before(0)


NARROWED = st.builds(
    Cell,
    st.just("M1-1"),
    st.integers(1, 3),
    level=st.sampled_from([None, "recall", "analysis"]),
    safety_critical=st.sampled_from([None, True, False]),
)


@given(st.lists(NARROWED, min_size=1, max_size=4), st.data(), SEEDS)
def test_whatever_the_count_of_sure_items_allows_can_be_drawn(
    cells: list[Cell], data: st.DataObject, seed: int
) -> None:
    items = data.draw(st.lists(st.sampled_from(MIXED), unique_by=lambda item: item.id, min_size=1))
    bank = a_bank(cells, items)
    sure = sure_items(cells, [sort_of(item, "a-bank") for item in items])
    assert all(count <= len(items) for count in sure.values())
    if all(sure[place] >= cell.items for place, cell in enumerate(cells)):
        assert len(draw_paper(bank, seed, {}).slots) == bank.specification.length


def test_items_that_a_narrow_cell_takes_are_not_counted_twice() -> None:
    wide, narrow = Cell("M1-1", 2), Cell("M1-1", 1, level="recall")
    sorts = [sort_of(item, "a-bank") for item in (an_item("A"), an_item("B", level="analysis"))]
    assert sure_items([wide, narrow], sorts) == {1: 1, 0: 1}
