"""Reads the crosswalk: rulebooks and sources from their folder, and mappings checked by them."""

import re
from collections.abc import Iterator
from pathlib import Path

from courses.crosswalk import Crosswalk, Requirement, Rulebook, Source, basis_of, source_ids
from courses.drafts import CourseDraft
from courses.files import Folder
from courses.schemas import SLUG, RequirementEntry, RulebookFile, SourcesFile
from courses.yamlfile import read_yaml
from courses.yamltree import Tree

CROSSWALK = "crosswalk"
SOURCES = "sources.yaml"


def read_crosswalk(folder: Folder) -> Crosswalk:
    """The crosswalk below the content folder, empty where there is none; problems are reported."""
    path = folder.root / CROSSWALK
    if not path.exists() or not folder.is_folder(path):
        return Crosswalk()
    sources = _read_sources(folder, path / SOURCES)
    place: dict[str, str] = {}
    books = [
        _read_rulebook(folder, file, sources, place)
        for file in folder.entries(path)
        if file.name != SOURCES and _is_rulebook(folder, file)
    ]
    return Crosswalk(tuple(book for book in books if book is not None), tuple(sources.values()))


def _read_sources(folder: Folder, path: Path) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    tree, read = read_yaml(folder, path, SourcesFile)
    for number, entry in enumerate(read.sources if read else ()):
        if entry.id in sources:
            line = tree.line(("sources", number, "id"))
            message = f"the source {entry.id} stands here twice"
            folder.report(path, line, "duplicate-source", message)
        sources[entry.id] = Source(entry.id, entry.title, entry.issuer, entry.reference, entry.tier)
    return sources


def _is_rulebook(folder: Folder, file: Path) -> bool:
    if file.suffix == ".yaml" and re.fullmatch(SLUG, file.stem):
        return True
    message = "only files such as some-place.yaml belong here"
    folder.report(file, 1, "stray-file", message, "warning")
    return False


def _read_rulebook(
    folder: Folder, path: Path, sources: dict[str, Source], place: dict[str, str]
) -> Rulebook | None:
    tree, read = read_yaml(folder, path, RulebookFile)
    if read is None:
        return None
    totals = 0
    for number, entry in enumerate(read.requirements):
        where = ("requirements", number)
        line = tree.line((*where, "id"))
        if entry.id in place:
            message = f"the requirement {entry.id} stands already in {place[entry.id]}"
            folder.report(path, line, "duplicate-requirement", message)
        place[entry.id] = f"{folder.name(path)}:{line}"
        for name in source_ids(entry.reference):
            if name not in sources:
                message = f"there is no source {name} in {SOURCES}"
                folder.report(path, tree.line((*where, "reference")), "unknown-source", message)
        totals += entry.part == "total"
        if totals > 1 and entry.part == "total":
            folder.report(path, line, "two-totals", "a rulebook states one total of hours")
    return Rulebook(
        id=path.stem,
        title=read.title,
        issuer=read.issuer,
        kind=read.kind,
        as_of=read.as_of,
        requirements=tuple(_requirement(entry, sources) for entry in read.requirements),
    )


def _requirement(entry: RequirementEntry, sources: dict[str, Source]) -> Requirement:
    tiers = [sources[name].tier for name in source_ids(entry.reference) if name in sources]
    return Requirement(
        id=entry.id,
        topic=entry.topic,
        rule=entry.rule,
        reference=entry.reference,
        confidence=entry.confidence,
        basis=basis_of(entry.confidence, list(tiers)),
        part=entry.part,
        alternatives=tuple(entry.alternatives),
        evidenced_by=entry.evidenced_by,
        practice=entry.practice,
    )


def check_mapping(folder: Folder, draft: CourseDraft, crosswalk: Crosswalk) -> None:
    """Report what the lessons and quizzes of a course are mapped to and may not be."""
    for module in draft.modules:
        if module.header is not None:
            header = module.header
            place = _Mapping(folder, module.file, module.tree, crosswalk)
            place.check_minutes("quiz_crosswalk", header.quiz_crosswalk, header.quiz_minutes or 0)
            place.check_competencies("quiz_competencies", header.quiz_competencies)
        for lesson in module.lessons:
            if lesson.header is not None:
                place = _Mapping(folder, lesson.path, lesson.tree, crosswalk)
                place.check_minutes("crosswalk", lesson.header.crosswalk, lesson.header.minutes)
                place.check_competencies("competencies", lesson.header.competencies)


class _Mapping:
    """The mapping of one lesson or quiz under examination."""

    def __init__(self, folder: Folder, path: Path, tree: Tree, crosswalk: Crosswalk) -> None:
        self._folder = folder
        self._path = path
        self._tree = tree
        self._crosswalk = crosswalk

    def check_minutes(self, key: str, shares: dict[str, int], minutes: int) -> None:
        """Each id is a topic or a rule of content, and no minute counts twice in a jurisdiction."""
        sums: dict[str, int] = {}
        for name, share in shares.items():
            found = self._crosswalk.find(name)
            if found is None:
                self._report((key, name), "unknown-requirement", f"there is no requirement {name}")
                continue
            book, requirement = found
            for message in _misfits(book, requirement, share):
                self._report((key, name), "bad-mapping", message)
            before = sums.get(book.id, 0)
            sums[book.id] = before + share
            if before <= minutes < sums[book.id]:
                message = (
                    f"{sums[book.id]} minutes are mapped to {book.title}, but there are {minutes}:"
                    " a minute counts once within a jurisdiction"
                )
                self._report((key, name), "minutes-twice", message)

    def check_competencies(self, key: str, names: list[str]) -> None:
        """Each id is a competency that a course can evidence, named once."""
        for place, name in enumerate(names):
            found = self._crosswalk.find(name)
            if found is None or found[1].evidenced_by is None:
                message = f"there is no competency {name}"
                self._report((key, place), "unknown-competency", message)
            elif found[1].evidenced_by == "practice":
                message = f"no course evidences {name}: it has to be observed in practice"
                self._report((key, place), "bad-mapping", message)
            if name in names[:place]:
                self._report((key, place), "duplicate-competency", f"{name} is named twice")

    def _report(self, where: tuple[str | int, ...], code: str, message: str) -> None:
        self._folder.report(self._path, self._tree.line(where), code, message)


def _misfits(book: Rulebook, requirement: Requirement, minutes: int) -> Iterator[str]:
    name = requirement.id
    if book.kind != "jurisdiction" or requirement.part not in ("topic", None):
        yield f"{name} takes no minutes of a lesson: map topics and rules of content"
    elif requirement.part == "topic" and not minutes:
        yield f"{name} asks for hours: say how many minutes"
    elif requirement.part is None and minutes:
        yield f"{name} asks for no hours: map it with 0 minutes"
