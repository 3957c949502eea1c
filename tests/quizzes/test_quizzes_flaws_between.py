"""The linter over whole banks: near-duplicates, coverage, and the cases that items share."""

import dataclasses
from datetime import date

import pytest

from quizzes import Bank, Cell, Item, Option, Rules, Specification, Vignette
from quizzes.flaws import lint_between
from quizzes.kinds.details import Matching, Prompt

STEM = (
    "A guest sits in the western corner of the library. She complains of glare from the brass lamp "
    "above her table. She asks the porter for a thicker shade before the evening lecture begins."
)
REWORDED = (
    "Before the evening lecture begins, a visitor in the western corner of the library asks the "
    "porter for a thicker shade: she complains of glare from the brass lamp above her chair."
)
OTHER = (
    "Two gardeners carry seedlings through the conservatory, where the heating failed overnight "
    "and frost has blackened every tomato near the broken northern panes."
)
KEY = "Fetch the spare shade from the cellar cupboard"


def an_item(
    number: int,
    stem: str = STEM,
    lead_in: str = "What should the porter do first?",
    key: str = KEY,
    **changes: object,
) -> Item:
    item = Item(
        id=f"SS-{number:03}",
        objective="M1-1",
        level="application",
        safety_critical=False,
        stem=stem,
        lead_in=lead_in,
        options=(
            Option("a", "Close the window", False, "So."),
            Option("b", key, True, "So."),
            Option("c", "Move the sofa", False, "So."),
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
    )
    return dataclasses.replace(item, **changes)  # type: ignore[arg-type]


def a_bank(name: str, *items: Item, **changes: object) -> Bank:
    specification = Specification((Cell("M1-1", 1),), 80, "Provisional.")
    lines = {item.id: 10 * place for place, item in enumerate(items, start=1)}
    bank = Bank(name, "A bank", "en-GB", specification, items, lines)
    return dataclasses.replace(bank, **changes)  # type: ignore[arg-type]


def between(*banks: Bank) -> list[tuple[str, int, str, str]]:
    problems = lint_between({bank.id: bank for bank in banks})
    return [(p.file, p.line, p.code, p.message) for p in problems]


def test_a_near_duplicate_names_both_items_with_their_places() -> None:
    found = between(a_bank("rooms", an_item(1), an_item(2, OTHER, "Why?", "Frost"), an_item(3)))
    (file, line, code, message) = found[0]
    assert len(found) == 1
    assert (file, line, code) == ("rooms.yaml", 30, "near-duplicate")
    assert message.startswith("SS-003 is nearly SS-001 (rooms.yaml:10): ")


def test_it_is_seen_across_banks_and_in_another_wording() -> None:
    first = a_bank("halls", an_item(1, OTHER, "Why?", "Frost"), an_item(2))
    second = a_bank("rooms", an_item(3, REWORDED, "What is his first step?"))
    ((file, line, code, message),) = between(first, second)
    assert (file, line, code) == ("rooms.yaml", 10, "near-duplicate")
    assert "SS-002 (halls.yaml:20)" in message


@pytest.mark.parametrize(
    "other",
    [
        an_item(2, OTHER, "What should they save first?", "The cuttings on the bench"),
        an_item(2, OTHER, "What should the porter do next?", "Open it"),
    ],
)
def test_items_with_little_in_common_are_no_duplicates(other: Item) -> None:
    assert between(a_bank("rooms", an_item(1), other)) == []


def test_the_same_question_and_key_after_another_case_is_a_duplicate() -> None:
    ((*_, message),) = between(a_bank("rooms", an_item(1), an_item(2, OTHER)))
    assert "same question" in message
    assert between(a_bank("rooms", an_item(1, key="A"), an_item(2, OTHER, key="A"))) == []


def test_items_of_one_case_may_share_it_but_not_the_question() -> None:
    vignette = Vignette("case-1", "A guest", (STEM,))
    shared = {"vignette": "case-1", "stage": 1}
    asks = an_item(1, "", **shared)
    later = an_item(2, "", "What does he write down?", "The hour, in the book", **shared)
    assert between(a_bank("rooms", asks, later, vignettes=(vignette,))) == []
    again = an_item(3, "", **shared)
    found = between(a_bank("rooms", asks, again, vignettes=(vignette,)))
    assert [code for _, _, code, _ in found] == ["near-duplicate"]


def test_a_case_told_again_in_a_stem_is_a_duplicate_of_its_set() -> None:
    vignette = Vignette("case-1", "A guest", (STEM,))
    asks = an_item(1, "", vignette="case-1", stage=1)
    found = between(a_bank("rooms", asks, vignettes=(vignette,)), a_bank("halls", an_item(2)))
    assert [code for _, _, code, _ in found] == ["near-duplicate"]


def test_a_key_of_another_kind_counts_by_its_words() -> None:
    prompts = (Prompt("1", "The lamp", "b", "So."), Prompt("2", "The chair", "a", "So."))
    matching = an_item(2, REWORDED, kind="matching", details=Matching(prompts))
    found = between(a_bank("rooms", an_item(1), matching))
    assert [code for _, _, code, _ in found] == ["near-duplicate"]


def test_an_examination_is_not_compared_with_the_banks_it_draws_from() -> None:
    rooms = a_bank("rooms", an_item(1))
    assert between(rooms, dataclasses.replace(rooms, id="final", draws_from=("rooms",))) == []


@pytest.mark.parametrize(("count", "seen"), [(4, []), (5, ["coverage"])])
def test_an_objective_tested_by_recall_alone_shows(count: int, seen: list[str]) -> None:
    texts = ["cellar", "garden", "terrace", "library", "kitchen"]
    items = [
        an_item(n, f"In the {texts[n]}.", f"Why {texts[n]}?", f"The {texts[n]}", level="recall")
        for n in range(count)
    ]
    assert [code for _, _, code, _ in between(a_bank("rooms", *items))] == seen
    mixed = [dataclasses.replace(items[0], level="analysis"), *items[1:]]
    assert between(a_bank("rooms", *mixed)) == []


@pytest.mark.parametrize(
    ("cell", "critical", "seen"),
    [
        (Cell("M1-1", 1), 1, True),
        (Cell("M1-1", 2), 1, False),
        (Cell("M1-1", 1), 2, False),
        (Cell("M1-1", 1, safety_critical=True), 1, False),
        (Cell("M1-1", 1, safety_critical=False), 1, True),
    ],
)
def test_safety_must_not_be_left_to_chance(cell: Cell, critical: int, seen: bool) -> None:
    """Of two items so many are safety-critical; is one sure to be on each paper?"""
    items = [
        an_item(1, safety_critical=True),
        an_item(2, OTHER, "Why?", "Frost", safety_critical=critical == 2),
    ]
    rules = Rules(safety="must-resolve")
    asked = Specification((cell,), 80, "Provisional.", rules)
    found = between(a_bank("rooms", *items, specification=asked))
    assert [code for _, _, code, _ in found] == (["coverage"] if seen else [])
    free = Specification((cell,), 80, "Provisional.")
    assert between(a_bank("rooms", *items, specification=free)) == []


def test_a_flaw_in_a_case_is_seen_at_the_first_item_of_its_set() -> None:
    vignette = Vignette("case-1", "A guest", (STEM, "Remember that the the glare tires her."))
    alone = an_item(1, OTHER, "Why?", "Frost")
    asks = an_item(2, "", vignette="case-1", stage=1)
    found = between(a_bank("rooms", alone, asks, vignettes=(vignette,)))
    assert [(line, code) for _, line, code, _ in found] == [(20, "NB-D06"), (20, "NB-O01")]
    assert found[0][3].startswith("Vignette case-1, stage 2: the stem teaches")
