"""The linter measured on a corpus of flawed and sound items, and on the banks we ship."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from quizzes import Item, Option, read_banks
from quizzes.flaws import CHECKS_OF, lint_items
from quizzes.kinds.documents import details_from_document

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "item-writing.md"
BANKS = ROOT / "quizzes" / "content"
PLAIN = ["*Dim the lamps", "Close the window", "Move the sofa", "Call the nurse"]
CORPUS: dict[str, dict[str, list[dict[str, Any]]]] = YAML(typ="safe").load(
    (Path(__file__).parent / "flaws_corpus.yaml").read_text()
)


def as_item(raw: dict[str, Any]) -> Item:
    kind = raw.get("kind", "single")
    default = PLAIN if kind in ("single", "multiple") else []
    stem = " ".join(["The lamp shines. "] * (raw.get("stem_words", 0) // 3))
    return Item(
        id="SS-001",
        objective="M1-1",
        level=raw.get("level", "application"),
        safety_critical=False,
        stem=raw.get("stem", stem or "A guest complains of glare."),
        lead_in=raw.get("lead_in", "Which step should she take first?"),
        options=tuple(
            Option(
                letter,
                text.removeprefix("*"),
                text.startswith("*"),
                raw.get("rationale", "Because it is so."),
            )
            for letter, text in zip("abcdefgh", raw.get("options", default), strict=False)
        ),
        facts=("SET-001",),
        author="Curriculum team",
        reviewed_on=date(2026, 11, 22),
        review_by=date(2027, 11, 22),
        fixed_order=raw.get("fixed_order", False),
        kind=kind,
        details=details_from_document(kind, raw.get("details")),
    )


def codes_of(item: Item) -> set[str]:
    return {p.code for p in lint_items("a.yaml", "en-GB", [item], {})}


def corpus() -> Iterator[tuple[str, set[str], set[str]]]:
    """Where an item is filed, the flaws it has, and the flaws the linter sees in it."""
    for code, group in CORPUS.items():
        for flawed, raws in ((True, group["flawed"]), (False, group["sound"])):
            for raw in raws:
                has = set(raw.get("also", [])) | ({code} if flawed else set())
                yield code, has, codes_of(as_item(raw))


def measured() -> dict[str, tuple[int, int, int, int]]:
    """For each flaw: flawed items, how many are seen, sound items beside them, false alarms.

    A false alarm is a finding of the flaw in any item of the corpus that does not have it.
    """
    judged = list(corpus())
    return {
        code: (
            sum(code in has for _, has, _ in judged),
            sum(code in has and code in seen for _, has, seen in judged),
            len(CORPUS[code]["sound"]),
            sum(code not in has and code in seen for _, has, seen in judged),
        )
        for code in CORPUS
    }


def written() -> dict[str, tuple[int, int, int, int]]:
    """The same figures as the guide states them."""
    row = re.compile(r"^\| `([\w-]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
    return {
        code: (int(a), int(b), int(c), int(d))
        for code, a, b, c, d in row.findall(DOCUMENT.read_text())
    }


@pytest.mark.parametrize("code", CORPUS)
def test_each_flaw_has_three_items_of_either_sort(code: str) -> None:
    assert len(CORPUS[code]["flawed"]) >= 3
    assert len(CORPUS[code]["sound"]) >= 3


def test_the_guide_states_what_is_measured() -> None:
    assert written() == measured()


def test_the_guide_states_precision_and_recall_over_all_flaws() -> None:
    figures = measured().values()
    flawed, seen = sum(f[0] for f in figures), sum(f[1] for f in figures)
    alarms = sum(f[3] for f in figures)
    stated = f"{seen} of {flawed} flaws are seen, with {alarms} false alarms"
    assert stated in " ".join(DOCUMENT.read_text().split())


def test_the_banks_we_ship_raise_nothing() -> None:
    banks, problems = read_banks(BANKS)
    assert sum(len(bank.items) for bank in banks.values() if not bank.draws_from) >= 318
    assert problems == []


@pytest.mark.parametrize("kind", CHECKS_OF)
def test_each_kind_is_read_for_the_flaws_of_language_and_dependence(kind: str) -> None:
    """One text with a flaw of each sort, put before an item of any kind."""
    raws = [raw for group in CORPUS.values() for raw in group["sound"]]
    raw = next(raw for raw in raws if raw.get("kind", "single") == kind)
    stem = "The addict of the previous question. Remember that glare tires the eyes."
    assert {"NB-D02", "NB-D06", "NB-O01"} <= codes_of(as_item({**raw, "stem": stem}))
