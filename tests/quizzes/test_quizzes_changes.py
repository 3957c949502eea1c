"""Two states of the banks compared: what was added, withdrawn, counted otherwise or reworded."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from quizzes import Bank, Concordance, Item, ItemChange, compare_banks, read_banks
from tests.quizzes.kind_samples import ITEMS

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


def details_with(**changes: object) -> Callable[[Item], Item]:
    return lambda item: replace(item, details=replace(item.details, **changes))


def first_key_moved(item: Item) -> Item:
    """The key of the first prompt is another option."""
    prompts = item.details.prompts
    return replace(
        item, details=replace(item.details, prompts=(replace(prompts[0], key="b"), *prompts[1:]))
    )


def region_moved(item: Item) -> Item:
    regions = item.details.regions
    moved = replace(regions[2], coords=(20, 20, 3))
    return replace(item, details=replace(item.details, regions=(*regions[:2], moved)))


def letters_turned(item: Item) -> Item:
    """The same options in another order of the file, under other letters."""
    turned = {old.id: new.id for old, new in zip(item.options, item.options[::-1], strict=True)}
    options = tuple(replace(each, id=turned[each.id]) for each in item.options[::-1])
    return replace(item, options=options)


REKEYED: list[tuple[str, Callable[[Item], Item]]] = [
    ("multiple", lambda item: replace(item, options=(*item.options[:4], item.options[3]))),
    ("matching", first_key_moved),
    ("ordering", letters_turned),
    ("numeric", details_with(tolerance=Decimal(11))),
    ("numeric", details_with(near=())),
    ("concordance", details_with(panel=(0, 6, 2, 4, 0))),
    ("hotspot", region_moved),
    ("constructed", lambda item: details_with(criteria=item.details.criteria[:1])(item)),
    ("single", lambda item: replace(item, kind="multiple")),
]


def compared(bank: Bank, before: Item, after: Item) -> list[str]:
    changes = compare_banks([replace(bank, items=(before,))], [replace(bank, items=(after,))])
    return [change.how for change in changes]


@pytest.mark.parametrize(("kind", "change"), REKEYED)
def test_what_counts_as_right_in_each_kind_is_its_key(
    bank: Bank, kind: str, change: Callable[[Item], Item]
) -> None:
    assert compared(bank, ITEMS[kind], change(ITEMS[kind])) == ["rekeyed"]


@pytest.mark.parametrize("kind", ITEMS)
def test_other_words_around_the_key_are_a_rewording(bank: Bank, kind: str) -> None:
    item = ITEMS[kind]
    assert compared(bank, item, replace(item, lead_in="Which one is it?")) == ["reworded"]
    assert compared(bank, item, item) == []


@pytest.mark.parametrize("kind", ["single", "multiple", "hotspot"])
def test_letters_that_move_with_their_words_change_no_key(bank: Bank, kind: str) -> None:
    item = ITEMS[kind]
    turned = letters_turned(item)
    if kind == "hotspot":
        regions = item.details.regions
        swapped = tuple(
            replace(new, option=old.option) for old, new in zip(regions, regions[::-1], strict=True)
        )
        turned = replace(turned, details=replace(item.details, regions=swapped))
    assert compared(bank, item, turned) == ["reworded"]


def test_a_panel_in_another_order_of_the_scale_is_the_same_panel(bank: Bank) -> None:
    item = ITEMS["concordance"]
    turned = replace(letters_turned(item), details=Concordance((0, 4, 6, 2, 0)))
    assert compared(bank, item, turned) == ["reworded"]


def test_an_examination_adds_no_change_of_its_own(bank: Bank) -> None:
    over = replace(
        bank,
        id="final",
        draws_from=(bank.id,),
        origins={item.id: bank.id for item in bank.items},
    )
    edited = with_item(bank, replace(bank.items[0], stem="Another stem."))
    assert compare_banks([bank], [bank, over]) == ()
    assert compare_banks([bank, over], [edited, replace(over, items=edited.items)]) == (
        ItemChange(bank.items[0].id, bank.id, "reworded"),
    )
