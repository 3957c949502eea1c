"""Reads a content folder into a library, and reports everything that is wrong with it at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from courses.checks import check_course
from courses.drafts import CourseDraft, LessonDraft, ModuleDraft, course_of
from courses.evidence import Fact
from courses.figures import Drawing, read_drawing
from courses.files import Folder
from courses.outline import Course
from courses.problems import Problem
from courses.prose import lines_of, render_lesson
from courses.schemas import (
    SLUG,
    CourseFile,
    FactEntry,
    FactsFile,
    LessonHeader,
    ModuleFile,
    Shape,
    shaped,
)
from courses.yamltree import Tree, read_tree

EVIDENCE = "evidence"

_NUMBERED = re.compile(rf"([0-9]{{2}})-({SLUG})")
_FIGURE_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that is taught: courses by slug, facts by id."""

    courses: Mapping[str, Course]
    facts: Mapping[str, Fact]


def read_library(root: Path) -> tuple[Library, list[Problem]]:
    """All courses and facts under `root`, and all problems, sorted by file and line.

    Nothing that stands in the files makes it raise. A course with an error is left out, and so
    is every course when the facts themselves have errors: its citations could mean anything.
    """
    folder = Folder(root)
    if not root.is_dir():
        problem = Problem(".", 1, "missing-folder", "there is no such content folder")
        return Library(MappingProxyType({}), MappingProxyType({})), [problem]
    facts = _read_facts(folder)
    facts_hold = not any(problem.is_error for problem in folder.problems)
    courses: dict[str, Course] = {}
    for path in folder.entries(root):
        if path.name == EVIDENCE or not folder.is_folder(path):
            continue
        before = len(folder.problems)
        draft = _read_course(folder, path, facts)
        check_course(folder, draft, facts)
        holds = not any(problem.is_error for problem in folder.problems[before:])
        if facts_hold and holds:
            courses[path.name] = course_of(draft)
    library = Library(MappingProxyType(courses), MappingProxyType(facts))
    return library, sorted(set(folder.problems))


def _read_facts(folder: Folder) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    place: dict[str, str] = {}
    path = folder.root / EVIDENCE
    if not path.exists():
        folder.report(path, 1, "missing-folder", "there is no folder of facts")
        return facts
    for file in folder.entries(path) if folder.is_folder(path) else []:
        if file.suffix != ".yaml":
            folder.report(file, 1, "stray-file", "only .yaml files belong here", "warning")
            continue
        tree, read = _read_yaml(folder, file, FactsFile)
        for number, entry in enumerate(read.facts if read else ()):
            line = tree.line(("facts", number, "id"))
            if entry.id in facts:
                message = f"the fact {entry.id} stands already in {place[entry.id]}"
                folder.report(file, line, "duplicate-fact", message)
                continue
            facts[entry.id] = _fact(entry)
            place[entry.id] = f"{folder.name(file)}:{line}"
    return facts


def _fact(entry: FactEntry) -> Fact:
    return Fact(
        id=entry.id,
        statement=entry.statement,
        source=entry.source,
        links=tuple(entry.links),
        strength=entry.strength,
        status=entry.status,
        as_of=entry.as_of,
        review_by=entry.review_by,
    )


def _read_yaml(folder: Folder, path: Path, shape: type[Shape]) -> tuple[Tree, Shape | None]:
    text = folder.text(path)
    if text is None:
        return Tree(), None
    tree = read_tree(text)
    return tree, _shaped(folder, path, tree, shape)


def _shaped(folder: Folder, path: Path, tree: Tree, shape: type[Shape]) -> Shape | None:
    read, faults = shaped(tree, shape)
    for fault in faults:
        folder.report(path, fault.line, fault.code, fault.message)
    return read


def _read_course(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> CourseDraft:
    if not re.fullmatch(SLUG, path.name):
        folder.report(path, 1, "folder-name", "a course folder is named like set-and-setting")
    tree, header = _read_yaml(folder, path / "course.yaml", CourseFile)
    draft = CourseDraft(path, tree, header)
    for entry in folder.entries(path):
        if entry.name == "course.yaml":
            continue
        if not folder.is_folder(entry):
            folder.report(entry, 1, "stray-file", "this file belongs to nothing", "warning")
        elif name := _NUMBERED.fullmatch(entry.name):
            draft.modules.append(_read_module(folder, entry, name[2], facts))
        else:
            folder.report(entry, 1, "folder-name", "a module folder is named like 01-some-module")
    return draft


def _read_module(folder: Folder, path: Path, slug: str, facts: Mapping[str, Fact]) -> ModuleDraft:
    tree, header = _read_yaml(folder, path / "module.yaml", ModuleFile)
    draft = ModuleDraft(path, slug, tree, header)
    drawings = _read_drawings(folder, path / "figures")
    used: set[str] = set()
    for entry in folder.entries(path):
        if entry.name in ("module.yaml", "figures"):
            continue
        name = _NUMBERED.fullmatch(entry.stem)
        if entry.suffix == ".md" and name:
            lesson = _read_lesson(folder, entry, name[2], facts, drawings)
            if lesson is not None:
                draft.lessons.append(lesson)
                used.update(lesson.rendered.figures)
        elif entry.suffix == ".md":
            folder.report(entry, 1, "file-name", "a lesson file is named like 01-some-lesson.md")
        else:
            folder.report(entry, 1, "stray-file", "this file belongs to nothing", "warning")
    for unused in sorted(set(drawings) - used):
        file = path / "figures" / f"{unused}.svg"
        folder.report(file, 1, "figure-unused", "no lesson shows this figure", "warning")
    return draft


def _read_drawings(folder: Folder, path: Path) -> dict[str, Drawing | None]:
    drawings: dict[str, Drawing | None] = {}
    if not path.exists() or not folder.is_folder(path):
        return drawings
    for file in folder.entries(path):
        if file.suffix != ".svg" or not _FIGURE_NAME.fullmatch(file.stem):
            message = "only files such as room-plan.svg belong here"
            folder.report(file, 1, "stray-file", message, "warning")
            continue
        drawings[file.stem] = None
        text = folder.text(file)
        if text is None:
            continue
        drawings[file.stem], errors, warnings = read_drawing(text, file.stem)
        for fault in errors:
            folder.report(file, fault.line, fault.code, fault.message)
        for fault in warnings:
            folder.report(file, fault.line, fault.code, fault.message, "warning")
    return drawings


def _read_lesson(
    folder: Folder,
    path: Path,
    slug: str,
    facts: Mapping[str, Fact],
    drawings: Mapping[str, Drawing | None],
) -> LessonDraft | None:
    text = folder.text(path)
    if text is None:
        return None
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    if len(fences) < 2 or fences[0] != 0:
        message = "a lesson begins with front matter between two lines of ---"
        folder.report(path, 1, "front-matter", message)
        return None
    end = fences[1]
    tree = read_tree("\n".join(lines[1:end]), first_line=2)
    header = _shaped(folder, path, tree, LessonHeader)
    body = "\n".join(lines[end + 1 :])
    points = header.key_points if header else ()
    rendered = render_lesson(body, end + 2, points, facts, drawings)
    for fault in rendered.faults:
        folder.report(path, fault.line, fault.code, fault.message)
    for finding in rendered.findings:
        for line in lines_of(finding, lines):
            folder.report(path, line, finding.code, finding.message, finding.severity)
    return LessonDraft(path, slug, tree, header, rendered)
