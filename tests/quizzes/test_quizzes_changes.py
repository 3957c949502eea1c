"""Two states of the banks compared: what was added, withdrawn, counted otherwise or reworded."""

from dataclasses import replace
from pathlib import Path

import pytest

from quizzes import Bank, Item, ItemChange, compare_banks, read_banks

BANKS = Path(__file__).parent.parent / "content" / "quizzes" / "content"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return read_banks(BANKS)[0]["small-course"]


def with_item(bank: Bank, item: Item) -> Bank:
    return replace(bank, items=tuple(item if each.id == item.id else each for each in bank.items))


def test_equal_banks_differ_in_nothing(bank: Bank) -> None:
    assert compare_banks([bank], [bank]) == ()
    assert compare_banks([bank], [replace(bank, items=bank.items[::-1])]) == ()


def test_an_item_taken_out_is_withdrawn_and_the_other_way_round_added(bank: Bank) -> None:
    fewer = replace(bank, items=bank.items[1:])
    gone = bank.items[0].id
    assert compare_banks([bank], [fewer]) == (ItemChange(gone, bank.id, "withdrawn"),)
    assert compare_banks([fewer], [bank]) == (ItemChange(gone, bank.id, "added"),)


def test_another_key_is_told_apart_from_other_words(bank: Bank) -> None:
    item = bank.items[0]
    other = next(option for option in item.options if not option.key)
    rekeyed = replace(
        item,
        options=tuple(replace(option, key=option.id == other.id) for option in item.options),
    )
    assert compare_banks([bank], [with_item(bank, rekeyed)])[0].how == "rekeyed"
    reworded = replace(item, stem=item.stem + " It is late.")
    assert compare_banks([bank], [with_item(bank, reworded)])[0].how == "reworded"


def test_the_key_counts_wherever_it_stands(bank: Bank) -> None:
    """Options in another order are other words for the reader, not another right answer."""
    item = bank.items[0]
    turned = replace(item, options=item.options[::-1])
    assert compare_banks([bank], [with_item(bank, turned)])[0].how == "reworded"
