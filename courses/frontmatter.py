"""A Markdown file as its front matter and its body, each with the line it begins at."""

from dataclasses import dataclass
from pathlib import Path

from courses.files import Folder
from courses.prose import RenderedLesson, lines_of
from courses.yamltree import Tree, read_tree


@dataclass(frozen=True, slots=True)
class Parts:
    """The two halves of a file; `lines` are all of them, `body_line` counts from 1."""

    tree: Tree
    body: str
    body_line: int
    lines: list[str]


def split_front_matter(folder: Folder, path: Path, kind: str) -> Parts | None:
    """The file in its two halves; None after reporting why it cannot be split.

    `kind` is what such a file is called in the report: "a lesson", "a job aid".
    """
    text = folder.text(path)
    if text is None:
        return None
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    if len(fences) < 2 or fences[0] != 0:
        message = f"{kind} begins with front matter between two lines of ---"
        folder.report(path, 1, "front-matter", message)
        return None
    end = fences[1]
    tree = read_tree("\n".join(lines[1:end]), first_line=2)
    return Parts(tree, "\n".join(lines[end + 1 :]), end + 2, lines)


def report_rendered(folder: Folder, path: Path, parts: Parts, rendered: RenderedLesson) -> None:
    """Report what rendering the body of a file found, each finding at its lines in the file."""
    for fault in rendered.faults:
        folder.report(path, fault.line, fault.code, fault.message)
    for finding in rendered.findings:
        for line in lines_of(finding, parts.lines):
            folder.report(path, line, finding.code, finding.message, finding.severity)
