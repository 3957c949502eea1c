"""docs/assessment.md: its examples are items a bank takes, its schemes the ones in the code."""

import re
from fractions import Fraction
from pathlib import Path
from textwrap import indent

import pytest

from quizzes import CERTAINTY_MARKS, KINDS, Bank, Rules, read_banks

DOCS = Path(__file__).parents[2] / "docs" / "assessment.md"
TEXT = DOCS.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
ITEMS = [block for block in BLOCKS if block.startswith("- ")]
COMMON = """\
  id: RM-00{number}
  objective: M1-1
  level: recall
  safety_critical: false
  facts: [SET-001]
  author: "Curriculum team"
  reviewed_on: 2026-11-22
  review_by: 2027-11-22
"""
HEAD = """\
title: "Rooms"
language: en-GB
specification:
  cut_percent: 80
  cut_basis: "Provisional."
  cells:
    - {objective: M1-1, items: 1}
items:
"""


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setattr("quizzes.banks.lint_items", lambda *_: [])
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "room-plan.svg").write_text("<svg/>")
    first, *others = ITEMS
    whole = [block + COMMON.format(number=n) for n, block in enumerate(others, start=2)]
    text = HEAD + "".join(indent(block, "  ") for block in [first, *whole])
    (tmp_path / "rooms.yaml").write_text(text, encoding="utf-8")
    banks, problems = read_banks(tmp_path)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return banks["rooms"]


def test_there_is_an_example_of_every_kind_that_a_bank_takes(bank: Bank) -> None:
    assert tuple(item.kind for item in bank.items) == KINDS


def test_the_certainty_scheme_is_the_one_that_marks() -> None:
    rows = re.findall(r"^\| ([123]), [^|]*\| ([^|]+) \| ([^|]+) \|$", TEXT, flags=re.MULTILINE)
    told = {
        int(stated): (Fraction(right), Fraction(wrong.replace("−", "-")))
        for stated, right, wrong in rows
    }
    assert told == CERTAINTY_MARKS


def test_every_rule_is_told() -> None:
    for name in Rules.__dataclass_fields__:
        assert f"| `{name}` |" in TEXT
