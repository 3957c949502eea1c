"""What is stored keeps its meaning: hashes, documents and drawn papers of single-best items."""

import hashlib
import json
from datetime import date

from quizzes import (
    Bank,
    Cell,
    Item,
    Option,
    Specification,
    bank_to_document,
    draw_paper,
    item_to_document,
    paper_to_document,
)


def an_item(number: int) -> Item:
    return Item(
        id=f"SS-{number:03}",
        objective="M1-1" if number < 8 else "M1-2",
        level="recall",
        safety_critical=number % 2 == 0,
        stem="A guest.",
        lead_in="Who?",
        options=tuple(
            Option(letter, f"Text {letter}", letter == "b", "Because.[@SET-001]")
            for letter in "abcd"
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
        fixed_order=number == 4,
    )


BANK = Bank(
    "rooms",
    "Rooms",
    "en-GB",
    Specification((Cell("M1-1", 3), Cell("M1-2", 2)), 80, "Provisional."),
    tuple(an_item(number) for number in range(1, 13)),
)


def test_an_item_and_a_bank_of_the_first_kind_keep_their_hashes() -> None:
    """The digests were taken before there was any other kind; stored papers pin them."""
    assert BANK.items[0].content_hash == (
        "a913008bd2e1ed761af02dce3ec3f8541b14f6f939b6fbfa102bb346b64992a0"
    )
    assert BANK.content_hash == "2627d34e67c11d3438edaabd4f2ab7e789d389090cecb5bd6fb398c2d9b6cef4"


def test_a_key_at_its_default_is_not_written() -> None:
    assert {"kind", "details", "domain", "vignette", "stage"}.isdisjoint(
        item_to_document(BANK.items[0])
    )
    document = bank_to_document(BANK)
    assert set(document) == {"id", "title", "language", "specification", "items"}
    assert set(document["specification"]) == {"cells", "cut_percent", "cut_basis"}
    assert document["specification"]["cells"][0] == {"objective": "M1-1", "items": 3}


def test_a_seed_draws_the_paper_it_always_drew() -> None:
    paper = draw_paper(BANK, 7, {"SS-001": 1, "SS-009": 2})
    shown = [(slot.item_id, "".join(slot.option_order)) for slot in paper.slots]
    assert shown == [
        ("SS-002", "adbc"),
        ("SS-012", "bdca"),
        ("SS-003", "acbd"),
        ("SS-010", "bcad"),
        ("SS-004", "abcd"),
    ]
    text = json.dumps(paper_to_document(paper), sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest() == (
        "c30e0df90cb7ee5ec24173a9e9ee0e313029c1aa09da469f6d5ca3c29ca253ad"
    )
