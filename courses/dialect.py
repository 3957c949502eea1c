"""The Markdown this project speaks: no raw HTML, with citations and call-outs, cleaned at the end.

A fresh `markdown.Markdown` is made for every lesson, because call-outs and headings keep what they
saw; one for shorter texts, of which there are thousands, is used again in its thread.
"""

import html
import re
import threading
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import markdown
import nh3
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.toc import slugify_unicode
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksExtension
from pymdownx.blocks.block import Block

from courses.outline import Heading
from courses.schemas import FACT_ID

CALLOUTS = ("safety", "monday")
SLOT = "\ue000{}\ue000"

_SLOT = re.compile("\ue000(\\d+)\ue000")
_CITATION = r"\[@([^\]\n]*)\]"
_CITED = re.compile(rf"@({FACT_ID})")
_BARE = re.compile(rf"(?<![\w-]){FACT_ID}(?![\w-])")
_MOST_OPEN = 20
_WEB = re.compile(r"https://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a text: `needle` stands in the source where it is wrong."""

    code: str
    needle: str
    message: str
    severity: str = "error"


@dataclass(slots=True)
class Converted:
    """A text as safe html, with what was found on the way."""

    html: str = ""
    findings: list[Finding] = field(default_factory=list)
    headings: tuple[Heading, ...] = ()
    anchors: list[str] = field(default_factory=list)


class _Run:
    """What one text is converted into, and the facts that it may cite."""

    __slots__ = ("facts", "result")

    def __init__(self) -> None:
        self.result = Converted()
        self.facts: Container[str] = ()


class _Machines(threading.local):
    """The machines that a thread may use again, each with its run, by the kind of text."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Any, _Run]] = {}


_machines = _Machines()


def convert_lesson(text: str, facts: Container[str]) -> Converted:
    """The body of a lesson; `SLOT`s in it become empty `div` elements with `data-slot`."""
    return _convert(text, facts, "lesson")


def convert_block(text: str, facts: Container[str]) -> Converted:
    """A text of paragraphs, lists and tables, without headings and call-outs."""
    return _convert(text, facts, "block")


def convert_inline(text: str, facts: Container[str]) -> Converted:
    """A text within a line, such as a caption: emphasis, links and citations only."""
    converted = _convert(" ".join(text.split()), facts, "inline")
    converted.html = converted.html.removeprefix("<p>").removesuffix("</p>")
    return converted


def _convert(text: str, facts: Container[str], kind: str) -> Converted:
    result = Converted()
    if _is_tangled(text):
        message = f"more than {_MOST_OPEN} brackets of a paragraph are open at once"
        result.findings.append(Finding("markdown", "", message))
        return result
    md, run = _machines.kept.pop(kind) if kind in _machines.kept else _machine(kind)
    run.result, run.facts = result, facts
    try:
        raw = md.convert(text)
    except Exception as error:
        # Markdown's answer to text that nobody would write (depth, odd nesting) is whatever
        # broke inside it; the author needs to hear that the text is the reason.
        message = f"this text cannot be read as Markdown ({type(error).__name__})"
        result.findings.append(Finding("markdown", "", message))
        return result
    result.html = _CLEANER.clean(raw).strip()
    if kind == "lesson":
        result.headings = _headings(md.toc_tokens)
    else:
        # Kept only now: one that failed half-way may remember what it was at.
        _machines.kept[kind] = (md.reset(), run)
    return result


def _is_tangled(text: str) -> bool:
    """Whether brackets nest so deeply that Markdown would look for their ends for minutes."""
    for opening, closing in ("[]", "()"):
        for paragraph in text.split("\n\n"):
            depth = 0
            for character in paragraph:
                if character == opening:
                    depth += 1
                elif character == closing:
                    depth = max(0, depth - 1)
                if depth > _MOST_OPEN:
                    return True
    return False


def _machine(kind: str) -> tuple[Any, _Run]:
    run = _Run()
    extensions: list[Any] = ["smarty", _Dialect(run)]
    if kind != "inline":
        extensions += ["tables", "sane_lists"]
    if kind == "lesson":
        extensions += ["toc", _Callouts(), _Slots()]
    md = markdown.Markdown(
        extensions=extensions,
        extension_configs={
            "tables": {"use_align_attribute": True},
            "toc": {"marker": "", "slugify": _anchor},
            "smarty": {"smart_dashes": False, "smart_ellipses": False},
        },
    )
    # Raw HTML stays text. Code blocks, underlined headings, images and link definitions are
    # not part of the dialect: figures and self-checks have their own places.
    md.preprocessors.deregister("html_block")
    for name in ("html", "image_link", "image_reference", "short_image_ref"):
        md.inlinePatterns.deregister(name)
    for name in ("reference", "short_reference"):
        md.inlinePatterns.deregister(name)
    for name in ("code", "setextheader", "reference"):
        md.parser.blockprocessors.deregister(name)
    if kind != "lesson":
        md.parser.blockprocessors.deregister("hashheader")
    if kind == "inline":
        for name in ("indent", "hr", "olist", "ulist", "quote"):
            md.parser.blockprocessors.deregister(name)
    return md, run


def _anchor(text: str, separator: str) -> str:
    """Prefixed, so that no heading can take the id of something else on the page."""
    return f"s-{slugify_unicode(text, separator)}"


def _headings(tokens: list[dict[str, Any]]) -> tuple[Heading, ...]:
    headings: list[Heading] = []
    for token in tokens:
        headings.append(Heading(token["id"], token["level"], html.unescape(token["name"])))
        headings.extend(_headings(token["children"]))
    return tuple(headings)


class _Dialect(markdown.extensions.Extension):  # type: ignore[misc]
    """Citations and the last look at the tree."""

    def __init__(self, run: _Run) -> None:
        super().__init__()
        self._run = run

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802
        md.inlinePatterns.register(_Citation(md, self._run), "citation", 175)
        md.treeprocessors.register(_LastLook(md, self._run), "last_look", 1)


class _Citation(InlineProcessor):  # type: ignore[misc]
    """`[@SET-001; @SET-004]` becomes one superscript of links to the sources of the page."""

    def __init__(self, md: Any, run: _Run) -> None:
        super().__init__(_CITATION, md)
        self._run = run

    def handleMatch(  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        group = ElementTree.Element("sup", {"class": "cites"})
        for part in f"@{m.group(1)}".split(";"):
            cited = _CITED.fullmatch(part.strip())
            if cited is None:
                message = f'"{m.group()[:80]}" is not a citation: write [@SET-001; @SET-004]'
                self._run.result.findings.append(Finding("bad-citation", m.group(), message))
            elif cited.group(1) not in self._run.facts:
                message = f"there is no fact {cited.group(1)}"
                self._run.result.findings.append(Finding("unknown-fact", cited.group(1), message))
            else:
                self._add(group, cited.group(1))
        return group, m.start(0), m.end(0)

    @staticmethod
    def _add(group: ElementTree.Element, fact: str) -> None:
        if len(group):
            group[-1].tail = " "
        attributes = {"class": "cite", "href": f"#src-{fact}", "aria-label": f"Source {fact}"}
        link = ElementTree.SubElement(group, "a", attributes)
        link.text = markdown.util.AtomicString(fact)


class _Slot(BlockProcessor):  # type: ignore[misc]
    """A block that is nothing but a slot makes room for what is put there after cleaning."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return _SLOT.fullmatch(block.strip()) is not None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        number = blocks.pop(0).strip().strip("\ue000")
        ElementTree.SubElement(parent, "div", {"data-slot": number})


class _Slots(markdown.extensions.Extension):  # type: ignore[misc]
    def extendMarkdown(self, md: Any) -> None:  # noqa: N802
        md.parser.blockprocessors.register(_Slot(md.parser), "slot", 95)


class _LastLook(Treeprocessor):  # type: ignore[misc]
    """Looks over links and texts, and says in the tree what browsers must know."""

    def __init__(self, md: Any, run: _Run) -> None:
        super().__init__(md)
        self._run = run

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter():
            if element.tag == "a" and element.get("class") != "cite":
                self._link(element)
            elif element.tag == "th":
                self._head(element)
            for text in (element.text, element.tail):
                if element.get("class") != "cite" or text is not element.text:
                    self._bare(text or "")

    @staticmethod
    def _head(element: ElementTree.Element) -> None:
        """A cell without words heads nothing: a screen reader would announce an empty name."""
        if "".join(element.itertext()).strip():
            element.set("scope", "col")
        else:
            element.tag = "td"

    def _link(self, element: ElementTree.Element) -> None:
        # Markdown writes an address in angle brackets as character references in STX and ETX.
        target = html.unescape(element.get("href", ""))
        if target.startswith("#"):
            self._run.result.anchors.append(target[1:])
        elif _WEB.fullmatch(target):
            element.set("rel", "noreferrer noopener external")
        else:
            message = f'the link "{target[:80]}" must begin with https://'
            self._run.result.findings.append(Finding("bad-link", target, message))

    def _bare(self, text: str) -> None:
        for found in _BARE.findall(text):
            message = f"{found} stands in the text without [@...]: a citation, or a slip?"
            self._run.result.findings.append(Finding("bare-fact-id", found, message, "warning"))


class _Callout(Block):  # type: ignore[misc]
    """`/// safety | Title`, Markdown, `///`: an aside with its own label."""

    ARGUMENT = True

    def on_validate(self, parent: ElementTree.Element) -> bool:
        # The stock option would let a text set any attribute of the element.
        return not self.options["attrs"]

    def on_create(self, parent: ElementTree.Element) -> ElementTree.Element:
        count = self.tracker.setdefault("count", 0) + 1
        self.tracker["count"] = count
        label = f"{self.NAME}-{count}-title"
        attributes = {
            "class": f"callout callout-{self.NAME}",
            # Not a landmark: several call-outs may bear the same title.
            "role": "note",
            "aria-labelledby": label,
        }
        aside = ElementTree.SubElement(parent, "aside", attributes)
        title = ElementTree.SubElement(aside, "p", {"class": "callout-title", "id": label})
        title.text = self.argument
        return aside


class _Callouts(BlocksExtension):  # type: ignore[misc]
    def extendMarkdownBlocks(self, md: Any, block_mgr: Any) -> None:  # noqa: N802
        for name in CALLOUTS:
            block_mgr.register(type(name.title(), (_Callout,), {"NAME": name}), {})


_TAGS = {
    *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "br", "em"),
    *("strong", "code", "a", "sup", "aside", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=set(),
    attributes={
        # Without this, nh3 lets its own general attributes (title, lang) pass everywhere.
        "*": set(),
        **{tag: {"id"} for tag in ("p", "h2", "h3", "h4", "h5", "h6")},
        "a": {"href", "rel", "aria-label"},
        "aside": {"role", "aria-labelledby"},
        "div": {"data-slot"},
        "ol": {"start"},
        "th": {"align", "scope"},
        "td": {"align"},
    },
    allowed_classes={
        "a": {"cite"},
        "sup": {"cites"},
        "p": {"callout-title"},
        "aside": {"callout", *(f"callout-{name}" for name in CALLOUTS)},
    },
    url_schemes={"https"},
    link_rel=None,
)
