"""The files in which a course says what it asks before its credential."""

from collections.abc import Mapping
from pathlib import Path

from courses.closing import (
    Closing,
    CodeOfEthics,
    Evaluation,
    Question,
    evaluation_faults,
)
from courses.contributors import Contributor, Relationship
from courses.evidence import Fact
from courses.files import Folder
from courses.prose import render_inline
from courses.schemas import CodeFile, ContributorsFile, EvaluationFile
from courses.yamlfile import read_yaml

CODE_FILE = "code-of-ethics.yaml"
EVALUATION_FILE = "evaluation.yaml"
CONTRIBUTORS_FILE = "contributors.yaml"


def read_closing(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> Closing:
    """What a course folder asks before the credential; problems are reported."""
    return Closing(
        code=_read_code(folder, path / CODE_FILE, facts),
        evaluation=_read_questions(folder, path / EVALUATION_FILE),
        contributors=_read_contributors(folder, path / CONTRIBUTORS_FILE),
    )


def _read_code(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> CodeOfEthics | None:
    if not path.exists():
        return None
    tree, read = read_yaml(folder, path, CodeFile)
    if read is None:
        return None
    commitments, cited = [], []
    for number, text in enumerate(read.commitments):
        line = tree.line(("commitments", number))
        html, citations, findings = render_inline(text, facts)
        for finding in findings:
            folder.report(path, line, finding.code, finding.message, finding.severity)
        if not citations and not findings:
            folder.report(path, line, "no-citation", "this commitment cites no fact")
        commitments.append(html)
        cited += [fact for fact in citations if fact not in cited]
    return CodeOfEthics(read.title, read.intro, tuple(commitments), tuple(cited))


def _read_questions(folder: Folder, path: Path) -> Evaluation | None:
    if not path.exists():
        return None
    tree, read = read_yaml(folder, path, EvaluationFile)
    if read is None:
        return None
    questions = tuple(
        Question(each.id, each.kind, each.text, each.low, each.high, tuple(each.options))
        for each in read.questions
    )
    for place, fault in evaluation_faults(questions):
        folder.report(path, tree.line(("questions", place)), "evaluation", fault)
    return Evaluation(read.intro, questions)


def _read_contributors(folder: Folder, path: Path) -> tuple[Contributor, ...]:
    if not path.exists():
        return ()
    tree, read = read_yaml(folder, path, ContributorsFile)
    if read is None:
        return ()
    met: set[str] = set()
    for place, each in enumerate(read.contributors):
        line = tree.line(("contributors", place))
        if each.name in met:
            folder.report(path, line, "contributor", f"{each.name} is named twice")
        if each.relationships and each.disclosed_on is None:
            folder.report(path, line, "contributor", f"say when {each.name} disclosed this")
        met.add(each.name)
    return tuple(
        Contributor(
            each.name,
            each.role,
            each.disclosed_on,
            tuple(Relationship(**one.model_dump()) for one in each.relationships),
        )
        for each in read.contributors
    )
