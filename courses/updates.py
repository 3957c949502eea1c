"""Updates: the short lessons that tell people already certified what has changed since."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from courses.evidence import Fact
from courses.files import Folder
from courses.frontmatter import Parts, report_rendered, split_front_matter
from courses.outline import Update
from courses.prose import RenderedLesson, render_lesson
from courses.schemas import SLUG, UpdateHeader
from courses.yamlfile import shaped_file

# An update is read between two patients: one change, its reason, what to do from now on.
LONGEST_UPDATE = 700

_NAME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})-({SLUG})")


def read_updates(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> list[Update]:
    """The updates of a course, the oldest first; problems are reported."""
    if not path.exists() or not folder.is_folder(path):
        return []
    updates = [_read_update(folder, file, facts) for file in folder.entries(path)]
    return [update for update in updates if update is not None]


def _read_update(folder: Folder, path: Path, facts: Mapping[str, Fact]) -> Update | None:
    dated_on = _date_of(path)
    if dated_on is None:
        message = "an update is named like 2026-12-01-lithium-and-psilocybin.md"
        folder.report(path, 1, "file-name", message)
        return None
    parts = split_front_matter(folder, path, "an update")
    if parts is None:
        return None
    header = shaped_file(folder, path, parts.tree, UpdateHeader)
    rendered = render_lesson(parts.body, parts.body_line, (), facts, {})
    report_rendered(folder, path, parts, rendered)
    if rendered.words > LONGEST_UPDATE:
        message = f"this update has {rendered.words} words: {LONGEST_UPDATE} are enough"
        folder.report(path, 1, "length", message, "warning")
    if header is None:
        return None
    _check_facts(folder, path, parts, header, rendered, facts)
    return Update(
        slug=path.stem,
        dated_on=dated_on,
        title=header.title,
        summary=header.summary,
        minutes=header.minutes,
        kind=header.kind,
        facts=tuple(header.facts),
        html=rendered.html,
        headings=rendered.headings,
        citations=rendered.citations,
        words=rendered.words,
    )


def _date_of(path: Path) -> date | None:
    name = _NAME.fullmatch(path.stem)
    if path.suffix != ".md" or name is None:
        return None
    try:
        return date.fromisoformat(name[1])
    except ValueError:
        return None


def _check_facts(
    folder: Folder,
    path: Path,
    parts: Parts,
    header: UpdateHeader,
    rendered: RenderedLesson,
    facts: Mapping[str, Fact],
) -> None:
    """What an update is about, its text must cite; only a withdrawn fact cannot be cited."""
    for place, fact in enumerate(header.facts):
        line = parts.tree.line(("facts", place))
        if fact not in facts:
            message = f"there is no fact {fact}: right only if it was withdrawn"
            folder.report(path, line, "unknown-fact", message, "warning")
        elif fact not in rendered.citations:
            message = f"this update is about {fact}, but never cites it"
            folder.report(path, line, "no-citation", message)
