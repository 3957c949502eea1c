"""What a course asks before its credential: its code of ethics attested, the course evaluated."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from courses.contributors import (
    Contributor,
    contributors_from_document,
    contributors_to_document,
)

QuestionKind = Literal["scale", "choice", "text"]

SCALE = (1, 2, 3, 4, 5)
LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class CodeOfEthics:
    """The commitments that a learner attests with their typed name before the credential.

    `commitments` are safe HTML of one sentence or two each, `citations` the facts they stand on.
    """

    title: str
    intro: str
    commitments: tuple[str, ...]
    citations: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of what is attested, so that a changed code is attested anew."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an evaluation.

    A "scale" runs from 1 to 5 between the words `low` and `high`, a "choice" offers `options`, a
    "text" takes words of the learner's own and may always be left empty.
    """

    id: str
    kind: QuestionKind
    text: str
    low: str = ""
    high: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What learners are asked about the course, without anybody learning who answered what."""

    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """What stands between a completed course and its credential; by default nothing.

    `contributors` are those who control what it says and are named in its own file: their
    disclosures are shown to learners beside those of the programme.
    """

    code: CodeOfEthics | None = None
    evaluation: Evaluation | None = None
    contributors: tuple[Contributor, ...] = ()


NOTHING_ASKED = Closing()


class UnreadableEvaluation(ValueError):
    """An evaluation cannot be taken; `faults` names each question with what to do."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


def read_evaluation(evaluation: Evaluation, given: Mapping[str, str]) -> dict[str, int | str]:
    """Return the answers by question: a number of the scale, an option's text, or words.

    Words may be empty, and are then left out. Raises `UnreadableEvaluation` with every fault.
    """
    answers: dict[str, int | str] = {}
    faults: dict[str, str] = {}
    for question in evaluation.questions:
        text = given.get(question.id, "").replace("\x00", "").strip()
        fault = _fault(question, text)
        if fault:
            faults[question.id] = fault
        elif text:
            answers[question.id] = int(text) if question.kind == "scale" else text
    if faults:
        raise UnreadableEvaluation(faults)
    return answers


def _fault(question: Question, text: str) -> str:
    if question.kind == "scale" and text not in map(str, SCALE):
        return "Choose a number from 1 to 5."
    if question.kind == "choice" and text not in question.options:
        return "Choose one of the answers."
    if len(text) > LONGEST_WORDS:
        return f"Shorten this to {LONGEST_WORDS} characters; it has {len(text)}."
    return ""


def evaluation_faults(questions: tuple[Question, ...]) -> Iterator[tuple[int, str]]:
    """What is wrong with the questions of an evaluation: each fault with its question's place."""
    met: set[str] = set()
    for place, question in enumerate(questions):
        if question.id in met:
            yield place, f"two questions have the id {question.id}"
        met.add(question.id)
        if question.kind == "choice" and len(set(question.options)) < 2:
            yield place, "a choice needs two or more different options"
        if question.kind != "choice" and question.options:
            yield place, f"a question of kind {question.kind} has no options"
        has_ends = bool(question.low and question.high)
        if question.kind == "scale" and not has_ends:
            yield place, "a scale needs words for its ends: low and high"
        if question.kind != "scale" and (question.low or question.high):
            yield place, f"a question of kind {question.kind} has no ends"


def closing_to_document(closing: Closing) -> dict[str, Any]:
    """What is asked as JSON-able values; nothing asked is not written, so older hashes hold."""
    document: dict[str, Any] = {}
    if closing.code is not None:
        document["code_of_ethics"] = asdict(closing.code)
    if closing.evaluation is not None:
        document["evaluation"] = asdict(closing.evaluation)
    if closing.contributors:
        document["contributors"] = contributors_to_document(closing.contributors)
    return document


def closing_from_document(document: Mapping[str, Any]) -> Closing:
    """What `closing_to_document` wrote into the document of a course."""
    code, asked = document.get("code_of_ethics"), document.get("evaluation")
    return Closing(
        code=None if code is None else _code(code),
        evaluation=None if asked is None else _evaluation(asked),
        contributors=contributors_from_document(document.get("contributors", [])),
    )


def _code(values: Mapping[str, Any]) -> CodeOfEthics:
    commitments, citations = tuple(values["commitments"]), tuple(values["citations"])
    return CodeOfEthics(values["title"], values["intro"], commitments, citations)


def _evaluation(values: Mapping[str, Any]) -> Evaluation:
    questions = (
        Question(**{**each, "options": tuple(each["options"])}) for each in values["questions"]
    )
    return Evaluation(values["intro"], tuple(questions))
