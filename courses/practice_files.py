"""The files in which a course says what it asks of practice: the rules of the log, checklists."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from courses.checklists import Checklist, ChecklistLine
from courses.crosswalk import Crosswalk
from courses.evidence import Fact
from courses.files import Folder
from courses.practice import Practice, PracticeRule, practice_faults
from courses.prose import render_inline
from courses.schemas import SLUG, ChecklistFile, ChecklistLineEntry, PracticeFile, RuleEntry
from courses.yamlfile import read_yaml
from courses.yamltree import Tree

PRACTICE_FILE = "practice.yaml"
CHECKLISTS = "checklists"

_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


def read_practice(
    folder: Folder, path: Path, facts: Mapping[str, Fact], crosswalk: Crosswalk
) -> Practice:
    """What a course folder asks of practice with people; problems are reported."""
    intro, is_demanded, rules = _read_rules(folder, path / PRACTICE_FILE, crosswalk)
    checklists = _read_checklists(folder, path / CHECKLISTS, facts)
    return Practice(intro, is_demanded, rules, checklists)


def _read_rules(
    folder: Folder, path: Path, crosswalk: Crosswalk
) -> tuple[str, bool, tuple[PracticeRule, ...]]:
    if not path.exists():
        return "", False, ()
    tree, read = read_yaml(folder, path, PracticeFile)
    if read is None:
        return "", False, ()
    for place, entry in enumerate(read.rules):
        _check_rows(folder, path, tree, place, entry, crosswalk)
    rules = tuple(
        PracticeRule(each.measure, each.amount, tuple(each.rests_on)) for each in read.rules
    )
    for place, fault in practice_faults(rules):
        folder.report(path, tree.line(("rules", place)), "practice-rule", fault)
    return read.intro, read.demanded, rules


def _check_rows(
    folder: Folder, path: Path, tree: Tree, place: int, entry: RuleEntry, crosswalk: Crosswalk
) -> None:
    """Each row that a rule rests on is one of practice, and one of them states its number."""
    stated = []
    for number, name in enumerate(entry.rests_on):
        line = tree.line(("rules", place, "rests_on", number))
        found = crosswalk.find(name)
        if found is None:
            folder.report(path, line, "unknown-requirement", f"there is no requirement {name}")
        elif found[1].part != "practice":
            folder.report(path, line, "practice-rule", f"{name} is no requirement of practice")
        else:
            stated += [found[1].rule, *found[1].alternatives]
    if stated and not any(_states(rule, entry.amount) for rule in stated):
        line = tree.line(("rules", place, "amount"))
        message = f"none of the rows it rests on states {entry.amount}"
        folder.report(path, line, "practice-rule", message)


def _states(rule: str, amount: int) -> bool:
    written = re.findall(r"[0-9]+|[a-z]+", rule.lower())
    word = _WORDS[amount] if amount < len(_WORDS) else ""
    return str(amount) in written or word in written


def _read_checklists(
    folder: Folder, path: Path, facts: Mapping[str, Fact]
) -> tuple[Checklist, ...]:
    if not path.exists() or not folder.is_folder(path):
        return ()
    met: dict[str, str] = {}
    found = []
    for file in folder.entries(path):
        if file.suffix != ".yaml" or not re.fullmatch(rf"[0-9]{{2}}-{SLUG}", file.stem):
            message = "only files such as 01-preparation.yaml belong here"
            folder.report(file, 1, "stray-file", message, "warning")
            continue
        tree, read = read_yaml(folder, file, ChecklistFile)
        if read is not None:
            found.append(_checklist(folder, file, tree, read, facts, met))
    return tuple(found)


def _checklist(
    folder: Folder,
    path: Path,
    tree: Tree,
    read: ChecklistFile,
    facts: Mapping[str, Fact],
    met: dict[str, str],
) -> Checklist:
    lines = []
    for place, entry in enumerate(read.lines):
        if entry.id in met:
            line = tree.line(("lines", place, "id"))
            message = f"the line {entry.id} stands already in {met[entry.id]}"
            folder.report(path, line, "duplicate-line", message)
        met[entry.id] = folder.name(path)
        lines.append(_line(folder, path, tree.line(("lines", place, "text")), entry, facts))
    reviewed: date = read.reviewed_on
    return Checklist(path.stem[3:], read.title, read.intro, reviewed, tuple(lines))


def _line(
    folder: Folder, path: Path, line: int, entry: ChecklistLineEntry, facts: Mapping[str, Fact]
) -> ChecklistLine:
    html, citations, findings = render_inline(entry.text, facts)
    for finding in findings:
        folder.report(path, line, finding.code, finding.message, finding.severity)
    if not citations and not findings:
        folder.report(path, line, "no-citation", "this line cites no fact")
    for name in citations:
        if facts[name].is_retracted or facts[name].is_uncertain:
            message = f"{name} is retracted or uncertain: nobody is judged by it"
            folder.report(path, line, "weak-fact", message)
    return ChecklistLine(entry.id, html, citations, entry.critical)
