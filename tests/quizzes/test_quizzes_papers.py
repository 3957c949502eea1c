"""Papers: every cell satisfied, no item twice, least seen first, and a frozen order of options."""

import dataclasses
import random
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    AttemptState,
    Bank,
    Cell,
    Item,
    Option,
    Paper,
    Response,
    Slot,
    Specification,
    TooFewItems,
    draw_paper,
    paper_from_document,
    paper_to_document,
    replay,
    score,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEEDS = st.integers(0, 2**64)


def an_item(objective: str, number: int, *, fixed_order: bool = False, key: str = "b") -> Item:
    return Item(
        id=f"{objective}-{number:02}",
        objective=objective,
        level="recall",
        safety_critical=False,
        stem="",
        lead_in="What is the answer?",
        options=tuple(
            Option(letter, f"Text {letter}", letter == key, "Because.") for letter in "abcd"
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
        fixed_order=fixed_order,
    )


def a_bank(cells: list[tuple[int, int]], *, fixed_order: bool = False) -> Bank:
    """One cell for each (items on the paper, items in the bank)."""
    items = [
        an_item(f"M1-{n}", k, fixed_order=fixed_order)
        for n, (_, has) in enumerate(cells)
        for k in range(has)
    ]
    takes = tuple(Cell(f"M1-{n}", takes) for n, (takes, _) in enumerate(cells))
    return Bank("a-bank", "A bank", "en-GB", Specification(takes, 80, "Provisional."), tuple(items))


CELLS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 4)).map(lambda pair: (pair[0], sum(pair))),
    min_size=1,
    max_size=4,
)


@given(CELLS, SEEDS, st.data())
def test_every_cell_is_satisfied_and_no_item_comes_twice(
    cells: list[tuple[int, int]], seed: int, data: st.DataObject
) -> None:
    bank = a_bank(cells)
    seen = data.draw(st.dictionaries(st.sampled_from([i.id for i in bank.items]), st.integers(0)))
    paper = draw_paper(bank, seed, seen)
    drawn = [slot.item_id for slot in paper.slots]
    assert len(drawn) == len(set(drawn)) == bank.specification.length
    per_objective = Counter(bank.item(item_id).objective for item_id in drawn)
    assert per_objective == {c.objective: c.items for c in bank.specification.cells}
    assert all(slot.item_hash == bank.item(slot.item_id).content_hash for slot in paper.slots)
    assert paper.cut_percent == bank.specification.cut_percent


@given(CELLS, SEEDS)
def test_the_same_inputs_give_the_same_paper(cells: list[tuple[int, int]], seed: int) -> None:
    assert draw_paper(a_bank(cells), seed, {}) == draw_paper(a_bank(cells), seed, {})


def test_a_paper_stays_the_same_across_versions_of_the_project() -> None:
    """Frozen papers do not depend on it, but a change here must not come unnoticed."""
    paper = draw_paper(a_bank([(2, 4), (1, 3)]), 7, {})
    assert [slot.item_id for slot in paper.slots] == PINNED_ITEMS
    assert ["".join(slot.option_order) for slot in paper.slots] == PINNED_ORDERS


PINNED_ITEMS = ["M1-1-01", "M1-0-00", "M1-0-03"]
PINNED_ORDERS = ["adbc", "dcab", "adcb"]


def test_another_seed_or_an_edited_bank_gives_another_paper() -> None:
    bank = a_bank([(5, 10)])
    assert len({draw_paper(bank, seed, {}) for seed in range(20)}) == 20
    edited = dataclasses.replace(bank, title="A better title")
    assert draw_paper(bank, 1, {}) != draw_paper(edited, 1, {})


def test_drawing_leaves_the_process_wide_chance_alone() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    draw_paper(a_bank([(2, 4)]), 7, {})
    assert random.random() == expected


@given(CELLS, SEEDS, SEEDS)
def test_a_retake_shares_no_item_while_the_cell_has_unseen_ones(
    cells: list[tuple[int, int]], first_seed: int, second_seed: int
) -> None:
    bank = a_bank(cells)
    first = {slot.item_id for slot in draw_paper(bank, first_seed, {}).slots}
    second = draw_paper(bank, second_seed, dict.fromkeys(first, 1)).slots
    shared = Counter(bank.item(s.item_id).objective for s in second if s.item_id in first)
    for n, (takes, has) in enumerate(cells):
        assert shared[f"M1-{n}"] == max(0, 2 * takes - has)


@given(CELLS, SEEDS, st.data())
def test_no_item_left_out_was_seen_less_than_one_drawn(
    cells: list[tuple[int, int]], seed: int, data: st.DataObject
) -> None:
    bank = a_bank(cells)
    seen = {item.id: data.draw(st.integers(0, 3)) for item in bank.items}
    drawn = {slot.item_id for slot in draw_paper(bank, seed, seen).slots}
    for cell in bank.specification.cells:
        of_cell = [item.id for item in bank.items if item.objective == cell.objective]
        left_out = [seen[item_id] for item_id in of_cell if item_id not in drawn]
        assert max(seen[i] for i in of_cell if i in drawn) <= min(left_out, default=99)


def test_chance_gives_every_item_of_a_cell_its_turn() -> None:
    bank = a_bank([(1, 5)])
    times = Counter(draw_paper(bank, seed, {}).slots[0].item_id for seed in range(500))
    assert len(times) == 5
    assert all(60 <= count <= 140 for count in times.values())


@given(CELLS, SEEDS, st.booleans())
def test_option_order_is_a_permutation_and_fixed_order_is_kept(
    cells: list[tuple[int, int]], seed: int, fixed_order: bool
) -> None:
    for slot in draw_paper(a_bank(cells, fixed_order=fixed_order), seed, {}).slots:
        assert sorted(slot.option_order) == list("abcd")
        assert not fixed_order or slot.option_order == tuple("abcd")


def test_options_are_shuffled_evenly() -> None:
    bank = a_bank([(1, 1)])
    first = Counter(draw_paper(bank, seed, {}).slots[0].option_order[0] for seed in range(400))
    assert all(60 <= first[letter] <= 140 for letter in "abcd")


def test_it_refuses_a_cell_that_the_bank_cannot_fill() -> None:
    with pytest.raises(TooFewItems, match="M1-1 needs 3 items and has 2") as caught:
        draw_paper(a_bank([(1, 1), (3, 2)]), 1, {})
    assert (caught.value.needed, caught.value.available) == (3, 2)


@given(CELLS, SEEDS, st.data())
def test_shuffling_a_paper_leaves_its_score_alone(
    cells: list[tuple[int, int]], seed: int, data: st.DataObject
) -> None:
    bank = a_bank(cells)
    items = {item.id: item for item in bank.items}
    paper = draw_paper(bank, seed, {})
    chosen = {slot.item_id: data.draw(st.sampled_from("abcd")) for slot in paper.slots}
    moved = tuple(
        dataclasses.replace(slot, option_order=tuple(data.draw(st.permutations("abcd"))))
        for slot in data.draw(st.permutations(paper.slots))
    )
    scores = [
        score(p, items, _answered(p, chosen))
        for p in (paper, dataclasses.replace(paper, slots=moved))
    ]
    assert scores[0].points == scores[1].points
    assert scores[0].passed == scores[1].passed


def _answered(paper: Paper, chosen: dict[str, str]) -> AttemptState:
    return replay(
        Response(n, 1, chosen[slot.item_id], NOON) for n, slot in enumerate(paper.slots, start=1)
    )


@given(
    st.builds(
        Paper,
        st.text(),
        st.lists(st.builds(Slot, st.text(), st.text(), st.lists(st.text()).map(tuple))).map(tuple),
        st.integers(1, 100),
    )
)
def test_a_paper_survives_its_document(paper: Paper) -> None:
    assert paper_from_document(paper_to_document(paper)) == paper
