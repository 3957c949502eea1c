"""Reads a content folder into a library, and reports everything that is wrong with it at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from courses.checks import check_course, check_reviews
from courses.closing_files import (
    CODE_FILE,
    CONTRIBUTORS_FILE,
    EVALUATION_FILE,
    read_closing,
)
from courses.companions import read_glossary, read_job_aids
from courses.crosswalk import Crosswalk
from courses.drafts import CourseDraft, LessonDraft, ModuleDraft, course_of
from courses.evidence import Claim, Fact
from courses.figures import Drawing, read_drawing
from courses.files import Folder
from courses.frontmatter import report_rendered, split_front_matter
from courses.outline import Course
from courses.practice_files import CHECKLISTS, PRACTICE_FILE, read_practice
from courses.problems import Problem
from courses.prose import render_lesson
from courses.rulebooks import CROSSWALK, check_mapping, read_crosswalk
from courses.schemas import SLUG, CourseFile, LessonHeader, ModuleFile
from courses.sheet import CLAIMS, EVIDENCE, read_claims, read_facts
from courses.updates import read_updates
from courses.yamlfile import read_yaml, shaped_file

UPDATES = "updates"

_NUMBERED = re.compile(rf"([0-9]{{2}})-({SLUG})")
_NOT_MODULES = (
    *("course.yaml", UPDATES, CODE_FILE, EVALUATION_FILE, CONTRIBUTORS_FILE),
    *(PRACTICE_FILE, CHECKLISTS),
)
_NOT_LESSONS = ("module.yaml", "glossary.yaml", "figures", "job-aids")
_FIGURE_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that is taught: courses by slug, facts and claims in circulation by id.

    `areas` names the parts of the fact sheet by the letters their ids begin with; `crosswalk`
    holds what regulators and frameworks ask for.
    """

    courses: Mapping[str, Course]
    facts: Mapping[str, Fact]
    claims: Mapping[str, Claim]
    areas: Mapping[str, str]
    crosswalk: Crosswalk


@dataclass(frozen=True, slots=True)
class Known:
    """What the texts of a course may refer to."""

    facts: Mapping[str, Fact]
    claims: Mapping[str, Claim]
    crosswalk: Crosswalk


def read_library(
    root: Path,
    today: date | None = None,
    items_drawn: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Library, list[Problem]]:
    """All courses and facts under `root`, and all problems, sorted by file and line.

    With `today` it also warns of every fact past its review date, with what stands on it. With
    `items_drawn`, the length of the quizzes by bank, it estimates the minutes of these too.
    Nothing that stands in the files makes it raise. A course with an error is left out, and so
    is every course when the facts themselves have errors: its citations could mean anything.
    """
    folder = Folder(root)
    if not root.is_dir():
        problem = Problem(".", 1, "missing-folder", "there is no such content folder")
        nothing: Mapping[str, Any] = MappingProxyType({})
        return Library(nothing, nothing, nothing, nothing, Crosswalk()), [problem]
    sheet = read_facts(folder)
    facts = sheet.facts
    crosswalk = read_crosswalk(folder)
    known = Known(facts, read_claims(folder, facts), crosswalk)
    facts_hold = not any(problem.is_error for problem in folder.problems)
    courses: dict[str, Course] = {}
    drafts: list[CourseDraft] = []
    for path in folder.entries(root):
        if path.name in (EVIDENCE, CROSSWALK) or not folder.is_folder(path):
            continue
        before = len(folder.problems)
        draft = _read_course(folder, path, known)
        drafts.append(draft)
        check_course(folder, draft, facts, items_drawn)
        check_mapping(folder, draft, crosswalk)
        holds = not any(problem.is_error for problem in folder.problems[before:])
        if facts_hold and holds:
            courses[path.name] = course_of(draft)
    _check_claims_met(folder, known.claims, courses)
    if today is not None:
        check_reviews(folder, sheet, drafts, today)
    library = Library(
        MappingProxyType(courses),
        MappingProxyType(facts),
        MappingProxyType(known.claims),
        MappingProxyType(sheet.areas),
        crosswalk,
    )
    return library, sorted(set(folder.problems))


def _check_claims_met(
    folder: Folder, claims: Mapping[str, Claim], courses: Mapping[str, Course]
) -> None:
    met = {claim for course in courses.values() for each in course.lessons for claim in each.claims}
    for claim in claims:
        if claim not in met:
            message = f"no lesson has its readers judge {claim}"
            folder.report(folder.root / CLAIMS, 1, "claim-not-met", message, "warning")


def _read_course(folder: Folder, path: Path, known: Known) -> CourseDraft:
    if not re.fullmatch(SLUG, path.name):
        folder.report(path, 1, "folder-name", "a course folder is named like some-course")
    tree, header = read_yaml(folder, path / "course.yaml", CourseFile)
    draft = CourseDraft(path, tree, header)
    for entry in folder.entries(path):
        if entry.name in _NOT_MODULES:
            continue
        if not folder.is_folder(entry):
            folder.report(entry, 1, "stray-file", "this file belongs to nothing", "warning")
        elif name := _NUMBERED.fullmatch(entry.name):
            draft.modules.append(_read_module(folder, entry, name[2], known))
        else:
            folder.report(entry, 1, "folder-name", "a module folder is named like 01-some-module")
    draft.updates = read_updates(folder, path / UPDATES, known.facts)
    draft.closing = read_closing(folder, path, known.facts)
    draft.practice = read_practice(folder, path, known.facts, known.crosswalk)
    return draft


def _read_module(folder: Folder, path: Path, slug: str, known: Known) -> ModuleDraft:
    tree, header = read_yaml(folder, path / "module.yaml", ModuleFile)
    draft = ModuleDraft(path, slug, tree, header)
    drawings = _read_drawings(folder, path / "figures")
    used: set[str] = set()
    for entry in folder.entries(path):
        if entry.name in _NOT_LESSONS:
            continue
        name = _NUMBERED.fullmatch(entry.stem)
        if entry.suffix == ".md" and name:
            lesson = _read_lesson(folder, entry, name[2], known, drawings)
            if lesson is not None:
                draft.lessons.append(lesson)
                used.update(lesson.rendered.figures)
        elif entry.suffix == ".md":
            folder.report(entry, 1, "file-name", "a lesson file is named like 01-some-lesson.md")
        else:
            folder.report(entry, 1, "stray-file", "this file belongs to nothing", "warning")
    draft.job_aids = read_job_aids(folder, path / "job-aids", known.facts)
    if draft.glossary.exists():
        draft.terms = read_glossary(folder, draft.glossary, known.facts)
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
    known: Known,
    drawings: Mapping[str, Drawing | None],
) -> LessonDraft | None:
    parts = split_front_matter(folder, path, "a lesson")
    if parts is None:
        return None
    header = shaped_file(folder, path, parts.tree, LessonHeader)
    points = header.key_points if header else ()
    rendered = render_lesson(
        parts.body, parts.body_line, points, known.facts, drawings, known.claims
    )
    report_rendered(folder, path, parts, rendered)
    return LessonDraft(path, slug, parts.tree, header, rendered)
