"""Claims that readers judge, job aids and glossaries: read, shown, and refused with their line."""

from pathlib import Path

import pytest

from courses import read_library
from tests.courses.course_samples import HEADER, problems, write_content

CLAIMS = """\
claims:
  - id: C-01
    claim: "It <always> works."
    corrected: "It sometimes does."
    facts: [SET-001]
"""
JUDGED = """
```claim
id: C-01
verdict: fails
reasoning: |
  It does not.[@SET-001]
```
"""
AID = """\
---
title: "On the wall"
summary: "What to do first."
reviewed_on: 2026-11-22
safety_critical: true
---
## First
Call somebody.[@SET-001]
"""
GLOSSARY = """\
terms:
  - term: "set"
    also: ["mindset"]
    definition: "What somebody brings along.[@SET-001]"
"""
BODY = "Text. " + "A word. " * 500
LESSON_FILE = "01-first/01-a-lesson.md"
AID_FILE = "01-first/job-aids/on-the-wall.md"
GLOSSARY_FILE = "01-first/glossary.yaml"


def lesson(*blocks: str) -> str:
    return HEADER + "\n" + BODY + "\n" + "".join(blocks)


def codes(root: Path, **changes: str) -> set[tuple[str, str]]:
    return {
        (problem.file.removeprefix("a-course/"), problem.code)
        for problem in problems(root, **changes)
    }


def test_a_judged_claim_takes_its_words_from_the_register(tmp_path: Path) -> None:
    changes = {"../claims.yaml": CLAIMS, LESSON_FILE: lesson(JUDGED)}
    library, found = read_library(write_content(tmp_path, **changes))
    assert [problem for problem in found if problem.is_error] == []
    read = library.courses["a-course"].lesson("first/a-lesson")
    assert read.claims == ("C-01",)
    assert "“It &lt;always&gt; works.”" in read.html
    assert read.html.rindex("It does not hold") > read.html.index("<summary>")
    assert "SET-001" in read.citations


def test_a_claim_outside_the_register_brings_its_own_words(tmp_path: Path) -> None:
    own = JUDGED.replace("id: C-01", 'text: "It holds."').replace("fails", "holds")
    library, _found = read_library(write_content(tmp_path, **{LESSON_FILE: lesson(own)}))
    read = library.courses["a-course"].lesson("first/a-lesson")
    assert read.claims == ()
    assert "“It holds.”" in read.html


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("id: C-01", "id: C-99"), "unknown-claim"),
        (("id: C-01", "colour: red"), "unknown-key"),
        (("id: C-01", 'id: C-01\ntext: "Both."'), "bad-value"),
        (("fails", "perhaps"), "bad-value"),
        (("SET-001", "SET-999"), "unknown-fact"),
    ],
)
def test_a_claim_that_cannot_be_shown_is_reported(
    tmp_path: Path, change: tuple[str, str], code: str
) -> None:
    changes = {"../claims.yaml": CLAIMS, LESSON_FILE: lesson(JUDGED.replace(*change))}
    assert (LESSON_FILE, code) in codes(tmp_path, **changes)


def test_a_registered_claim_that_nobody_judges_is_reported(tmp_path: Path) -> None:
    found = codes(tmp_path, **{"../claims.yaml": CLAIMS, LESSON_FILE: lesson()})
    assert ("claims.yaml", "claim-not-met") in found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("claims:\n", CLAIMS), "duplicate-claim"),
        (("SET-001", "SET-999"), "unknown-fact"),
        (("corrected", "mended"), "unknown-key"),
    ],
)  # fmt: skip
def test_a_faulty_register_is_reported(tmp_path: Path, change: tuple[str, str], code: str) -> None:
    assert ("claims.yaml", code) in codes(tmp_path, **{"../claims.yaml": CLAIMS.replace(*change)})


def test_job_aids_and_glossary_are_read_with_their_citations(tmp_path: Path) -> None:
    changes = {AID_FILE: AID, GLOSSARY_FILE: GLOSSARY}
    library, found = read_library(write_content(tmp_path, **changes))
    assert found == []
    module = library.courses["a-course"].module("first")
    (aid,) = module.job_aids
    assert (aid.slug, aid.safety_critical, aid.citations) == ("on-the-wall", True, ("SET-001",))
    (term,) = module.terms
    assert (term.term, term.also, term.citations) == ("set", ("mindset",), ("SET-001",))


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        (AID_FILE, AID.removeprefix("---\n"), "front-matter"),
        (AID_FILE, AID.replace("title", "name"), "unknown-key"),
        (AID_FILE, AID.replace("[@SET-001]", ""), "no-citation"),
        (AID_FILE, AID + "A word. " * 250, "length"),
        (AID_FILE, AID + JUDGED.replace("id: C-01", 'text: "It."'), "job-aid"),
        (AID_FILE, AID.replace("SET-001", "SET-999"), "unknown-fact"),
        ("01-first/job-aids/notes.txt", "x", "stray-file"),
        (GLOSSARY_FILE, GLOSSARY + GLOSSARY.removeprefix("terms:\n"), "duplicate-term"),
        (GLOSSARY_FILE, GLOSSARY.replace("SET-001", "SET-999"), "unknown-fact"),
        (GLOSSARY_FILE, GLOSSARY.replace("also", "alias"), "unknown-key"),
    ],
)
def test_a_faulty_companion_is_reported(tmp_path: Path, file: str, text: str, code: str) -> None:
    assert (file, code) in codes(tmp_path, **{file: text})
