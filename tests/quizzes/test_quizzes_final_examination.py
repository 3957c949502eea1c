"""The final examination: its published table is its specification, and every paper keeps to it."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import quizzes
from quizzes import Bank, Item, draw_paper, read_banks
from quizzes.cells import fits, sort_in, sure_items

CONTENT = Path(quizzes.__file__).parent / "content"
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "final-examination.md"
LESSON = (
    ROOT / "courses/content/psychedelic-assisted-therapy/06-final-examination"
    "/01-how-the-examination-works.md"
)
BY_OBJECTIVE = re.compile(r"\| (M\d-\d) \| (.+) \| (.+) \| (.+) \| (.+) \| (\d+) \|")
SORTS = (("application", False), ("application", True), ("analysis", False), ("analysis", True))


@cache
def banks() -> dict[str, Bank]:
    return read_banks(CONTENT)[0]


def examination() -> Bank:
    return banks()["final-examination"]


def drawn(seed: int, seen: Counter[str] | None = None) -> list[Item]:
    bank = examination()
    return [bank.item(slot.item_id) for slot in draw_paper(bank, seed, seen or {}).slots]


def test_it_asks_75_items_of_all_six_banks_and_at_least_20_are_safety_critical() -> None:
    specification = examination().specification
    assert specification.length == 75
    assert len({cell.bank for cell in specification.cells}) == len(examination().draws_from) == 6
    critical = [cell.items for cell in specification.cells if cell.safety_critical]
    assert sum(critical) >= 20


def test_every_objective_of_a_bank_it_draws_from_has_a_cell() -> None:
    names = examination().draws_from
    written = {(name, item.objective) for name in names for item in banks()[name].items}
    assert {(cell.bank, cell.objective) for cell in examination().specification.cells} == written


def test_each_cell_has_items_enough_for_two_forms() -> None:
    bank = examination()
    cells = bank.specification.cells
    sure = sure_items(cells, [sort_in(bank, item) for item in bank.items])
    assert all(sure[place] >= 2 * cell.items for place, cell in enumerate(cells))


def test_nothing_on_it_waits_for_a_marker_or_is_memory_alone() -> None:
    assert {item.kind for item in examination().items}.isdisjoint({"constructed", "concordance"})
    assert {item.level for item in examination().items} == {"application", "analysis"}


@given(st.integers(0, 2**64))
@settings(max_examples=50, deadline=None)
def test_every_paper_fills_every_cell_with_items_met_once(seed: int) -> None:
    bank, items = examination(), drawn(seed)
    assert len({item.id for item in items}) == len(items) == 75
    for cell in bank.specification.cells:
        assert sum(fits(cell, sort_in(bank, item)) for item in items) == cell.items


@given(st.integers(0, 2**64), st.integers(0, 2**64))
@settings(max_examples=25, deadline=None)
def test_a_retake_shares_no_item_with_the_first_paper(seed: int, other: int) -> None:
    first = {item.id for item in drawn(seed)}
    assert first.isdisjoint(item.id for item in drawn(other, Counter(first)))


def test_the_published_table_is_the_specification() -> None:
    published: dict[tuple[str, str, bool], int] = {}
    for objective, *given_, whole in BY_OBJECTIVE.findall(GUIDE.read_text(encoding="utf-8")):
        counts = [0 if each == "–" else int(each) for each in given_]
        assert sum(counts) == int(whole), objective
        for (level, safety), count in zip(SORTS, counts, strict=True):
            if count:
                published[objective, level, safety] = count
    assert published == {
        (cell.objective, cell.level, cell.safety_critical): cell.items
        for cell in examination().specification.cells
    }


def test_the_published_weights_of_modules_are_those_of_the_table() -> None:
    for name in examination().draws_from:
        cells = [cell for cell in examination().specification.cells if cell.bank == name]
        by_level = [
            sum(cell.items for cell in cells if cell.level == level)
            for level in ("application", "analysis")
        ]
        critical = sum(cell.items for cell in cells if cell.safety_critical)
        row = (banks()[name].title, sum(by_level), *by_level, critical)
        assert f"| {' | '.join(str(each) for each in row)} |" in GUIDE.read_text(encoding="utf-8")
        told = f"| {banks()[name].title} | {sum(by_level)} | {critical} |"
        assert told in LESSON.read_text(encoding="utf-8"), "the lesson tells learners otherwise"
