"""Every number and flag is explained, once, in the same words everywhere."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from quizzes import FIGURES, FLAGS, Consistency, ItemStatistics, PaperStatistics
from quizzes.analysis import distractors, flags

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
SELF_EVIDENT = {"item", "items", "flags", "caution", "cut_percent", "effective_items"}
SAID_UNDER = {"reliability": "alpha"}


@pytest.mark.parametrize("kind", [ItemStatistics, PaperStatistics, Consistency])
def test_every_figure_has_an_explanation(kind: type) -> None:
    for field in fields(kind):
        name = SAID_UNDER.get(field.name, field.name)
        if name not in SELF_EVIDENT and not name.endswith("interval"):
            assert name in FIGURES, name


def test_the_flags_that_are_set_are_those_that_are_explained() -> None:
    sources = [Path(str(module.__file__)).read_text("utf-8") for module in (flags, distractors)]
    told = re.findall(r'"([a-z]+(?:-[a-z]+)*)"', "".join(sources))
    assert set(FLAGS) == set(told) - {"left", "right"}


@pytest.mark.parametrize("name", [*FIGURES, *FLAGS])
def test_an_explanation_is_one_sentence_and_the_documents_too(name: str) -> None:
    explanation = FIGURES.get(name) or FLAGS[name]
    assert explanation.sentence[-1] in ".?" and ". " not in explanation.sentence
    assert len(explanation.sentence) <= 180
    assert f"| {explanation.name} |" in TEXT and explanation.sentence in TEXT
