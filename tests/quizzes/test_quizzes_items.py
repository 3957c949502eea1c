"""Items and banks: their hashes, their documents, and the facts they name."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes import (
    Bank,
    Cell,
    Item,
    Option,
    Specification,
    bank_from_document,
    bank_to_document,
    cited_facts,
    item_from_document,
    item_to_document,
)
from quizzes.citations import broken_citations, citations_in, without_citations

OPTION = st.builds(Option, st.sampled_from("abcde"), st.text(), st.booleans(), st.text())
ITEM = st.builds(
    Item,
    id=st.text(),
    objective=st.text(),
    level=st.sampled_from(["recall", "application", "analysis"]),
    safety_critical=st.booleans(),
    stem=st.text(),
    lead_in=st.text(),
    options=st.lists(OPTION, max_size=5).map(tuple),
    facts=st.lists(st.text(), max_size=3).map(tuple),
    author=st.text(),
    reviewed_on=st.dates(),
    review_by=st.dates(),
    fixed_order=st.booleans(),
)
BANK = st.builds(
    Bank,
    id=st.text(),
    title=st.text(),
    language=st.text(),
    specification=st.builds(
        Specification,
        st.lists(st.builds(Cell, st.text(), st.integers(1, 9)), max_size=3).map(tuple),
        st.integers(1, 100),
        st.text(),
    ),
    items=st.lists(ITEM, max_size=3).map(tuple),
    lines=st.dictionaries(st.text(), st.integers(1), max_size=2),
)


def an_item() -> Item:
    return Item(
        id="SS-001",
        objective="M1-1",
        level="recall",
        safety_critical=False,
        stem="",
        lead_in="Who said so?",
        options=(
            Option("a", "One", False, "No.[@SET-003; @SET-001]"),
            Option("b", "Two", True, "Yes.[@SET-002] And again.[@SET-003]"),
            Option("c", "Three", False, "No."),
        ),
        facts=("SET-002",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
    )


@given(ITEM)
def test_an_item_survives_its_document(item: Item) -> None:
    again = item_from_document(item_to_document(item))
    assert again == item
    assert again.content_hash == item.content_hash


@given(BANK)
def test_a_bank_survives_its_document_except_for_its_lines(bank: Bank) -> None:
    again = bank_from_document(bank_to_document(bank))
    assert again == bank
    assert again.content_hash == bank.content_hash
    assert again.lines == {}


@pytest.mark.parametrize(
    "change",
    [
        {"id": "SS-002"},
        {"objective": "M1-2"},
        {"level": "analysis"},
        {"safety_critical": True},
        {"stem": "A stem."},
        {"lead_in": "Who said that?"},
        {"options": an_item().options[::-1]},
        {"facts": ("SET-003",)},
        {"author": "Another team"},
        {"reviewed_on": date(2026, 11, 23)},
        {"review_by": date(2027, 11, 23)},
        {"fixed_order": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_content_changes_the_hash(change: dict[str, object]) -> None:
    changed = dataclasses.replace(an_item(), **change)
    assert changed.content_hash != an_item().content_hash


def test_the_hash_of_an_item_never_changes_by_itself() -> None:
    """Stored papers rest on it: if this fails, every open attempt would be refused."""
    assert an_item().content_hash == (
        "64b1141f80d85f129a1c6cf801878b16b4e48663c063748133984cd01a688cb3"
    )


def test_the_key_is_the_one_option_marked_so() -> None:
    assert an_item().key.id == "b"
    without = dataclasses.replace(an_item(), options=an_item().options[:1])
    with pytest.raises(ValueError, match="0 keys"):
        _ = without.key


def test_cited_facts_are_those_of_the_key_and_of_the_texts_each_once() -> None:
    assert cited_facts(an_item()) == ("SET-002", "SET-003", "SET-001")


def test_a_bank_finds_its_items_and_knows_the_length_of_its_papers() -> None:
    specification = Specification((Cell("M1-1", 2), Cell("M1-2", 3)), 80, "Provisional.")
    bank = Bank("a-bank", "A bank", "en-GB", specification, (an_item(),))
    assert specification.length == 5
    assert bank.item("SS-001") == an_item()
    with pytest.raises(KeyError):
        bank.item("SS-009")


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("So it is.[@SET-001]", ("SET-001",)),
        ("So.[@SET-001; @SET-004] And.[@SET-001]", ("SET-001", "SET-004")),
        ("So.[@SET-001;@ETH-004]", ("SET-001", "ETH-004")),
        ("None [here](https://example.org) @ all", ()),
    ],
)
def test_citations_are_read(text: str, facts: tuple[str, ...]) -> None:
    assert citations_in(text) == facts
    assert broken_citations(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "So.[@SET-001",
        "So.[@SET-001, @SET-002]",
        "So.[@SET-001; SET-002]",
        "So.[@set-001]",
        "So.[@]",
        "So.[SET-001]",
        "So (SET-001).",
        "So @SET-001.",
        "So.[@SET-001;]",
    ],
)
def test_what_looks_like_a_citation_and_is_none_is_found(text: str) -> None:
    assert broken_citations(text)


@pytest.mark.parametrize(
    "text",
    ["Scores on the scale (PHQ-9) fell.", "MDMA-AT (CAPS-5) [sic]", "Write to jo@example.org."],
)
def test_clinical_text_is_not_taken_for_a_broken_citation(text: str) -> None:
    assert broken_citations(text) == ()


def test_citations_can_be_taken_out() -> None:
    assert without_citations("So.[@SET-001] And.[@SET-002; @SET-003]") == "So. And."
