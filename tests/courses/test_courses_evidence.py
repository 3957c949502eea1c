"""The bundled evidence base: complete, well formed and dated."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import courses
from courses import Library, Problem, read_library

CONTENT = Path(courses.__file__).parent / "content"


@pytest.fixture(scope="module")
def bundled() -> tuple[Library, list[Problem]]:
    return read_library(CONTENT)


def test_the_evidence_base_has_no_problems(bundled: tuple[Library, list[Problem]]) -> None:
    assert [str(found) for found in bundled[1] if found.file.startswith("evidence")] == []


def test_every_section_of_the_evidence_base_is_there(
    bundled: tuple[Library, list[Problem]],
) -> None:
    sections = Counter(name.split("-")[0] for name in bundled[0].facts)
    assert sections == {
        "FND": 29,
        "CMP": 68,
        "SET": 43,
        "SCR": 60,
        "ADV": 57,
        "INT": 42,
        "ETH": 39,
        "PRG": 11,
    }


def test_law_and_approvals_are_reviewed_sooner(bundled: tuple[Library, list[Problem]]) -> None:
    for fact in bundled[0].facts.values():
        assert fact.as_of == date(2026, 6, 30)
        is_law = fact.strength == "regulatory"
        assert fact.review_by == (date(2026, 12, 31) if is_law else date(2028, 6, 30))


def test_every_identifier_in_a_source_is_a_link(bundled: tuple[Library, list[Problem]]) -> None:
    for fact in bundled[0].facts.values():
        joined = " ".join(fact.links)
        assert fact.source.count("doi:") == joined.count("https://doi.org/10.")
        for word in fact.source.replace("(", " ").replace(")", " ").replace(";", " ").split():
            if word.startswith(("NCT0", "PMC")):
                assert word in joined
        assert fact.source.count("PMID ") == joined.count("pubmed")
