"""Code of ethics and evaluation: read, checked line by line, frozen; answers read as they are."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import (
    LONGEST_WORDS,
    SCALE,
    Closing,
    CodeOfEthics,
    Evaluation,
    Question,
    UnreadableEvaluation,
    course_from_document,
    course_to_document,
    read_evaluation,
    read_library,
)
from tests.courses.course_samples import course, problems, write_content

CODE = """\
title: Code
intro: Read it.
commitments:
  - "I leave nobody alone.[@SET-001]"
"""
ASKED = """\
intro: Tell us.
questions:
  - {id: use, kind: scale, text: "Of use?", low: "No", high: "Yes"}
  - {id: bias, kind: choice, text: "Free of bias?", options: ["Yes", "No"]}
  - {id: more, kind: text, text: "What else?"}
"""
EVALUATION = Evaluation(
    "Tell us.",
    (
        Question("use", "scale", "Of use?", "No", "Yes"),
        Question("bias", "choice", "Free of bias?", options=("Yes", "No")),
        Question("more", "text", "What else?"),
    ),
)


def files(code: str = CODE, asked: str = ASKED) -> dict[str, str]:
    return {"code-of-ethics.yaml": code, "evaluation.yaml": asked}


def test_a_course_asks_nothing_unless_it_has_the_files(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path))
    assert found == [] and library.courses["a-course"].closing == Closing()
    assert not {"code_of_ethics", "evaluation"} & set(course_to_document(course()))


def test_both_files_are_read_and_frozen_with_the_course(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path, **files()))
    assert found == []
    made = library.courses["a-course"]
    assert made.closing.evaluation == EVALUATION
    assert made.closing.code is not None and made.closing.code.citations == ("SET-001",)
    assert "I leave nobody alone." in made.closing.code.commitments[0]
    assert course_from_document(course_to_document(made)) == made


@pytest.mark.parametrize(
    ("written", "code", "line"),
    [
        ({"code": CODE.replace("[@SET-001]", "")}, "no-citation", 4),
        ({"code": CODE.replace("SET-001", "SET-999")}, "unknown-fact", 4),
        ({"code": CODE + "colour: red\n"}, "unknown-key", 5),
        ({"asked": ASKED.replace("id: bias", "id: use")}, "evaluation", 4),
        ({"asked": ASKED.replace(', "No"]', "]")}, "evaluation", 4),
        ({"asked": ASKED.replace(', low: "No"', "")}, "evaluation", 3),
        ({"asked": ASKED.replace("kind: text", "kind: text, low: x")}, "evaluation", 5),
        ({"asked": ASKED.replace("kind: text", "kind: text, options: [x]")}, "evaluation", 5),
    ],
)
def test_each_fault_is_named_with_its_line(
    tmp_path: Path, written: dict[str, str], code: str, line: int
) -> None:
    found = problems(write_content(tmp_path, **files(**written)))
    assert [(each.code, each.line) for each in found if each.is_error] == [(code, line)]


def test_any_change_of_the_code_changes_what_is_attested() -> None:
    code = CodeOfEthics("Code", "Read it.", ("One.", "Two."))
    changed = [
        replace(code, title="Codes"),
        replace(code, intro="Read!"),
        replace(code, commitments=("Two.", "One.")),
        replace(code, citations=("SET-001",)),
    ]
    assert len({each.digest for each in (code, *changed)}) == 5


@given(
    use=st.sampled_from(SCALE),
    bias=st.sampled_from(["Yes", "No"]),
    more=st.text(max_size=60),
)
def test_what_is_answered_is_read_as_it_is(use: int, bias: str, more: str) -> None:
    answers = read_evaluation(EVALUATION, {"use": str(use), "bias": bias, "more": more})
    words = more.replace("\x00", "").strip()
    assert answers == {"use": use, "bias": bias} | ({"more": words} if words else {})


def test_every_fault_of_the_answers_is_named_at_once() -> None:
    given_words = {"use": "6", "bias": "Perhaps", "more": "x" * (LONGEST_WORDS + 1), "other": "1"}
    with pytest.raises(UnreadableEvaluation) as raised:
        read_evaluation(EVALUATION, given_words)
    assert set(raised.value.faults) == {"use", "bias", "more"}
    with pytest.raises(UnreadableEvaluation):
        read_evaluation(EVALUATION, {})
