"""From Markdown to safe, accessible HTML with citations, for lessons and for short texts."""

import html
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from courses.claims import JudgedClaim
from courses.dialect import Converted, Finding, convert_block, convert_inline, convert_lesson
from courses.evidence import Claim, Fact
from courses.figures import Drawing
from courses.outline import Heading
from courses.scan import BlockSource, FigureSource, scan
from courses.selfchecks import SelfCheck, count_words
from courses.yamltree import Fault

LONGEST_BODY = 64 * 1024
NO_CLAIMS: Mapping[str, Claim] = MappingProxyType({})

_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_HEADER_CELL = re.compile(r"<th(?: [^>]*)?>(.*?)</th>", re.DOTALL)
_SLOT = re.compile(r'<div data-slot="(\d+)"></div>')
_CITE = re.compile(r'<a (?=[^>]*class="cite")[^>]*href="#src-([A-Z]+-[0-9]+)"[^>]*>')
_SUPERSCRIPT = re.compile(r"<sup class=\"cites\">.*?</sup>", re.DOTALL)
_BRACKET = re.compile(r"\[@[^\]]*\]")
_MARKUP = re.compile(r"<[^>]*>")


class ProseError(ValueError):
    """A text that may not be shown; `line` counts from 1 within the text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class RenderedLesson:
    """A lesson's body and key points as html, and everything that is wrong with them.

    `findings` name what to look for in the file, `faults` and `warnings` know their line.
    """

    html: str = ""
    key_points: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    citations: tuple[str, ...] = ()
    words: int = 0
    checks: int = 0
    claims: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def render_fragment(
    text: str,
    facts: Mapping[str, Fact],
    *,
    inline: bool = False,
    cite_ids: str | None = None,
) -> tuple[str, tuple[str, ...]]:
    """Safe html of a short text and the ids of the facts it cites, in order of appearance.

    `inline` gives html to stand within a line. Citations get ids (`{cite_ids}1`, ...) only when
    asked for, because a page shows many fragments and an id may stand on it once. Raises
    ProseError for an unknown fact, a malformed citation and a link that is not https.
    """
    if len(text) > LONGEST_BODY:
        raise ProseError("this text is too long", 1)
    converted = convert_inline(text, facts) if inline else convert_block(text, facts)
    for finding in converted.findings:
        if finding.severity == "error":
            raise ProseError(finding.message, lines_of(finding, text.split("\n"))[0])
    numbering = _Numbering(cite_ids)
    return numbering.apply(_wrap_tables(converted.html)), numbering.cited


def render_inline(
    text: str, facts: Mapping[str, Fact]
) -> tuple[str, tuple[str, ...], list[Finding]]:
    """Safe html to stand within a line, the ids of the facts it cites, and what is wrong."""
    converted = convert_inline(text, facts)
    numbering = _Numbering(None)
    return numbering.apply(converted.html), numbering.cited, converted.findings


def render_lesson(
    body: str,
    first_line: int,
    key_points: Iterable[str],
    facts: Container[str],
    drawings: Mapping[str, Drawing | None],
    register: Mapping[str, Claim] = NO_CLAIMS,
) -> RenderedLesson:
    """The body that begins at `first_line` of its file, and its key points; never raises.

    `drawings` are the module's figures by name, None for one that is there but broken;
    `register` holds the claims that a lesson may have its readers judge.
    """
    lesson = RenderedLesson()
    if len(body) > LONGEST_BODY:
        lesson.faults.append(Fault(first_line, "too-large", "this lesson is longer than 64 KiB"))
        return lesson
    scanned = scan(body, first_line)
    lesson.faults += scanned.faults
    converted = convert_lesson(scanned.text, facts)
    lesson.findings += converted.findings
    lesson.headings = converted.headings
    lesson.words = count_words(_plain(converted.html))
    _check_outline(lesson, converted, scanned.headings, first_line)
    slots = _Slots(lesson, facts, drawings, register)
    blocks = [slots.render(source) for source in scanned.slots]
    placed = [int(number) for number in _SLOT.findall(converted.html)]
    for number, source in enumerate(scanned.slots):
        if number not in placed and not lesson.faults:
            message = "a figure, self-check or claim cannot stand here"
            lesson.faults.append(Fault(source.line, "misplaced", message))
    numbering = _Numbering("cite-")
    filled = _SLOT.sub(lambda found: blocks[int(found[1])], converted.html)
    lesson.html = numbering.apply(_wrap_tables(filled))
    points = [convert_inline(point, facts) for point in key_points]
    lesson.findings += [finding for point in points for finding in point.findings]
    lesson.key_points = tuple(numbering.apply(point.html) for point in points)
    lesson.citations = numbering.cited
    return lesson


def lines_of(finding: Finding, lines: list[str]) -> list[int]:
    """Where in the source the finding stands, counted from 1; line 1 when it cannot be told."""
    if not finding.needle:
        return [1]
    if finding.code == "bare-fact-id":
        lines = [_BRACKET.sub("", line) for line in lines]
    return [number for number, line in enumerate(lines, 1) if finding.needle in line] or [1]


def _check_outline(
    lesson: RenderedLesson, converted: Converted, scanned: int, first_line: int
) -> None:
    if len(converted.headings) != scanned and not converted.findings:
        message = "a heading may not stand inside a list, a quotation or a table"
        lesson.faults.append(Fault(first_line, "heading", message))
    known = {heading.id for heading in converted.headings}
    for anchor in converted.anchors:
        if anchor not in known:
            message = f'no heading of this lesson has the anchor "#{anchor[:80]}"'
            lesson.findings.append(Finding("bad-link", f"#{anchor}", message))


class _Slots:
    """Renders what the scan took out of a lesson."""

    def __init__(
        self,
        lesson: RenderedLesson,
        facts: Container[str],
        drawings: Mapping[str, Drawing | None],
        register: Mapping[str, Claim],
    ) -> None:
        self.register = register
        self.lesson = lesson
        self.facts = facts
        self.drawings = drawings

    def render(self, source: BlockSource | FigureSource) -> str:
        if isinstance(source, FigureSource):
            return self._figure(source)
        self.lesson.checks += 1
        if source.kind == "claim":
            return self._claim(source)
        check = SelfCheck(source, self.lesson.checks, self.facts)
        self.lesson.findings += check.findings
        self.lesson.faults += check.faults
        self.lesson.words += check.words
        return check.html

    def _claim(self, source: BlockSource) -> str:
        claim = JudgedClaim(source, self.lesson.checks, self.facts, self.register)
        self.lesson.findings += claim.findings
        self.lesson.faults += claim.faults
        self.lesson.words += claim.words
        if claim.claim_id is not None:
            self.lesson.claims += (claim.claim_id,)
        return claim.html

    def _figure(self, source: FigureSource) -> str:
        if source.name in self.lesson.figures:
            message = f"the figure {source.name} stands in this lesson twice"
            self.lesson.faults.append(Fault(source.line, "figure", message))
            return ""
        self.lesson.figures += (source.name,)
        if source.name not in self.drawings:
            message = f"there is no file figures/{source.name}.svg"
            self.lesson.faults.append(Fault(source.line, "figure-missing", message))
        drawing = self.drawings.get(source.name)
        if drawing is None:
            return ""
        caption = convert_inline(source.caption, self.facts)
        self.lesson.findings += caption.findings
        words = _plain(caption.html)
        self.lesson.words += count_words(words)
        label = html.escape(f"Figure: {words or source.alternative}")
        figcaption = f"<figcaption>{caption.html}</figcaption>" if words else ""
        return (
            f'<figure class="figure" id="fig-{source.name}">'
            f'<div class="figure-scroll" tabindex="0" role="region" aria-label="{label}">'
            f"{drawing.svg(source.alternative)}</div>{figcaption}</figure>"
        )


class _Numbering:
    """Gives the citations of one page their ids and keeps what was cited, in order."""

    def __init__(self, prefix: str | None) -> None:
        self._prefix = prefix
        self._count = 0
        self._cited: dict[str, None] = {}

    @property
    def cited(self) -> tuple[str, ...]:
        return tuple(self._cited)

    def apply(self, text: str) -> str:
        return _CITE.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        fact = found[1]
        self._cited[fact] = None
        self._count += 1
        name = f' id="{self._prefix}{self._count}"' if self._prefix is not None else ""
        return f'<a class="cite" href="#src-{fact}"{name} aria-label="Source {fact}">'


def _wrap_tables(text: str) -> str:
    """Give every table a frame that scrolls by itself, named by the heads of its columns."""
    met: dict[str, int] = {}

    def wrap(found: re.Match[str]) -> str:
        heads = [_plain(cell) for cell in _HEADER_CELL.findall(found[1])]
        label = f"Table: {', '.join(head for head in heads if head)}"
        met[label] = met.get(label, 0) + 1
        # Two regions of a page may not bear the same name.
        name = html.escape(label if met[label] == 1 else f"{label} ({met[label]})")
        return (
            f'<div class="table-scroll" tabindex="0" role="region" aria-label="{name}">'
            f"{found[0]}</div>"
        )

    return _TABLE.sub(wrap, text)


def _plain(text: str) -> str:
    """The words of a piece of html, without its citations."""
    return " ".join(html.unescape(_MARKUP.sub(" ", _SUPERSCRIPT.sub("", text))).split())
