"""Looks through a lesson's text line by line: figures, self-checks, call-outs and headings."""

import re
from dataclasses import dataclass, field

from courses.dialect import CALLOUTS, SLOT
from courses.yamltree import Fault

BLOCKS = ("check", "claim")

_FENCE = re.compile(r"( *)(`{3,}|~{3,})\s*([^`]*)")
_CALLOUT = re.compile(r"( *)(/{3,}) *(?:([\w-]+) *(?:\| *(.*?))?)? *")
_HEADING = re.compile(r"(#{1,6})(.*?)#*")
_FIGURE = re.compile(
    r"!\[(?P<alternative>[^\]]*)\]\(\s*(?P<path>[^\s)]+)"
    r"(?:\s+\"(?P<caption>(?:[^\"\\]|\\.)*)\")?\s*\)"
)
_FIGURE_PATH = re.compile(r"figures/([a-z][a-z0-9-]*)\.svg")
_CITATION = re.compile(r"\[@[^\]]*\]")


@dataclass(frozen=True, slots=True)
class BlockSource:
    """A self-check or a claim as written: YAML, with the line of the fence that opens it."""

    kind: str
    line: int
    text: str
    heading_level: int


@dataclass(frozen=True, slots=True)
class FigureSource:
    """A figure as written; `name` is the file's name without folder and ending."""

    line: int
    name: str
    alternative: str
    caption: str


@dataclass(slots=True)
class Scanned:
    """The text with a numbered slot in place of every figure and self-check."""

    text: str = ""
    slots: list[BlockSource | FigureSource] = field(default_factory=list)
    headings: int = 0
    faults: list[Fault] = field(default_factory=list)


def scan(text: str, first_line: int) -> Scanned:
    """Take figures and self-checks out of a body and report what is wrong in its outline."""
    # A slot of the author's own would show something twice, or nothing.
    return _Scanner(text.replace(SLOT[0], "").split("\n"), first_line).run()


class _Scanner:
    def __init__(self, lines: list[str], first_line: int) -> None:
        self.lines = lines
        self.first_line = first_line
        self.at = 0
        self.level = 1
        self.callout: int | None = None
        self.out: list[str] = []
        self.found = Scanned()

    def run(self) -> Scanned:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if fence := _FENCE.fullmatch(line):
                self._fence(fence)
            elif callout := _CALLOUT.fullmatch(line):
                self._callout(callout)
            elif line.startswith("#"):
                self._heading(line)
            elif "![" in line:
                self._figure()
            else:
                self.out.append(line)
                self.at += 1
        if self.callout is not None:
            self._fault("unclosed", "this call-out is never closed with ///", self.callout)
        self.found.text = "\n".join(self.out)
        return self.found

    def _fault(self, code: str, message: str, at: int | None = None) -> None:
        line = self.first_line + (self.at if at is None else at)
        self.found.faults.append(Fault(line, code, message))

    def _slot(self, source: BlockSource | FigureSource) -> None:
        self.out += ["", SLOT.format(len(self.found.slots)), ""]
        self.found.slots.append(source)

    def _fence(self, fence: re.Match[str]) -> None:
        indent, mark, kind = fence.groups()
        opened = self.at
        body: list[str] = []
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at].rstrip()
            self.at += 1
            closing = line.removeprefix(indent)
            if closing.startswith(mark) and not closing.strip(mark[0]):
                break
            body.append(line)
        else:
            self._fault("unclosed", f"this block is never closed with {mark}", opened)
            return
        kind = kind.strip()
        if kind not in BLOCKS or indent:
            message = "fenced blocks are ```check and ```claim, at the beginning of the line"
            self._fault("unknown-block", message, opened)
            return
        level = 3 if self.level >= 2 else 2
        self._slot(BlockSource(kind, self.first_line + opened, "\n".join(body), level))

    def _callout(self, callout: re.Match[str]) -> None:
        indent, slashes, kind, title = callout.groups()
        if indent or slashes != "///":
            self._fault("callout", "a call-out begins with /// at the beginning of the line")
        elif kind is None:
            if self.callout is None:
                self._fault("callout", "this /// closes no call-out")
            self.callout = None
        elif self.callout is not None:
            self._fault("callout", "a call-out may not stand inside another one")
        else:
            if kind not in CALLOUTS:
                known = ", ".join(CALLOUTS)
                self._fault("callout", f'unknown call-out "{kind[:40]}": there are {known}')
            elif not title:
                self._fault("callout", "this call-out needs a title: /// safety | Title")
            self.callout = self.at
            self._refuse_options()
            # A blank line on both sides keeps Markdown from reading it as part of a paragraph.
            self.out.append("")
        self.out.append(self.lines[self.at])
        self.at += 1

    def _refuse_options(self) -> None:
        following = self.lines[self.at + 1 : self.at + 2]
        if following and following[0].startswith("    "):
            message = "the text of a call-out begins at the beginning of the line"
            self._fault("callout", message, self.at + 1)

    def _heading(self, line: str) -> None:
        found = _HEADING.fullmatch(line)
        level, title = (len(found.group(1)), found.group(2)) if found else (1, "")
        if level == 1:
            self._fault("heading", "the title is the only h1: begin headings with ##")
        elif level > self.level + 1:
            message = f"a heading of level {level} may not follow one of level {self.level}"
            self._fault("heading", message)
        if not title.strip():
            self._fault("heading", "this heading is empty")
        if _CITATION.search(title):
            self._fault("heading", "a citation belongs into the text, not into a heading")
        self.level = max(level, 2)
        self.found.headings += 1
        self.out.append(line)
        self.at += 1

    def _figure(self) -> None:
        opened = self.at
        before = self.lines[opened - 1].strip() if opened else ""
        paragraph: list[str] = []
        while self.at < len(self.lines) and self.lines[self.at].strip(" /"):
            paragraph.append(self.lines[self.at].strip())
            self.at += 1
        figure = _FIGURE.fullmatch(" ".join(paragraph))
        if figure is None or (before and not before.startswith("///")):
            message = (
                'write a figure as a paragraph of its own: ![text](figures/name.svg "Caption")'
            )
            self._fault("figure", message, opened)
            return
        path = _FIGURE_PATH.fullmatch(figure["path"])
        if path is None:
            self._fault("figure", "a figure is a file such as figures/room-plan.svg", opened)
            return
        alternative = " ".join(figure["alternative"].split())
        if not alternative:
            message = "this figure has no alternative text for those who cannot see it"
            self._fault("figure-alt", message, opened)
            alternative = path.group(1)
        caption = re.sub(r"\\(.)", r"\1", figure["caption"] or "")
        line = self.first_line + opened
        self._slot(FigureSource(line, path.group(1), alternative, caption))
