"""Figures: checks an SVG against a closed list and writes it anew, so that only drawing remains."""

import re
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from courses.yamltree import Fault

NAMESPACE = "http://www.w3.org/2000/svg"
WIDTHS = (360, 480)
_FILLS = (
    *("ink", "ink2", "paper", "surface", "sunken", "line", "spruce", "spruce-tint", "moss"),
    *("moss-tint", "amber", "amber-tint", "brick", "brick-tint", "slate", "slate-tint"),
)
_STROKES = ("ink", "line", "spruce", "moss", "amber", "brick", "slate")
CLASSES = frozenset(
    (
        *("t", "t-sm", "t-b", "t-mid", "t-end"),
        *(f"f-{colour}" for colour in _FILLS),
        *(f"s-{colour}" for colour in _STROKES),
    )
)

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_LENGTH = re.compile(rf"{_NUMBER}%?")
_LENGTHS = re.compile(rf"\s*{_NUMBER}%?(?:[\s,]+{_NUMBER}%?)*\s*")
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE+\-.,\s]*")
_TRANSFORM = re.compile(
    r"\s*(?:(?:translate|rotate|scale|skewX|skewY|matrix)\([-+0-9.eE,\s]*\)[\s,]*)+"
)
_ID = re.compile(r"[a-z][a-z0-9-]*")
_MARKER = re.compile(r"url\(#([a-z][a-z0-9-]*)\)")

_COMMON = {"id", "class", "transform", "opacity"}
_PEN = {"fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin"}
_ENDS = {"marker-start", "marker-mid", "marker-end"}
_SHAPE = _COMMON | _PEN
_WORDS = _SHAPE | {"x", "y", "dx", "dy", "text-anchor", "dominant-baseline"}
_ATTRIBUTES: dict[str, set[str]] = {
    "svg": {"xmlns", "viewBox", "id"},
    "g": _SHAPE,
    "path": _SHAPE | _ENDS | {"d"},
    "rect": _SHAPE | {"x", "y", "width", "height", "rx", "ry"},
    "circle": _SHAPE | {"cx", "cy", "r"},
    "ellipse": _SHAPE | {"cx", "cy", "rx", "ry"},
    "line": _SHAPE | _ENDS | {"x1", "y1", "x2", "y2"},
    "polyline": _SHAPE | _ENDS | {"points"},
    "polygon": _SHAPE | {"points"},
    "text": _WORDS,
    "tspan": _WORDS,
    "defs": {"id"},
    "marker": {
        *("id", "viewBox", "refX", "refY", "markerWidth", "markerHeight", "orient"),
        "markerUnits",
    },
    "title": {"id"},
    "desc": {"id"},
}
_VALUES: dict[str, re.Pattern[str]] = {
    "d": _PATH,
    "transform": _TRANSFORM,
    "points": _LENGTHS,
    "viewBox": _LENGTHS,
    "stroke-dasharray": _LENGTHS,
    "x": _LENGTHS,
    "y": _LENGTHS,
    "dx": _LENGTHS,
    "dy": _LENGTHS,
    "fill": re.compile("none"),
    "stroke": re.compile("none"),
    "stroke-linecap": re.compile("butt|round|square"),
    "stroke-linejoin": re.compile("miter|round|bevel"),
    "text-anchor": re.compile("start|middle|end"),
    "dominant-baseline": re.compile("auto|middle|central|hanging|alphabetic"),
    "orient": re.compile(rf"auto|auto-start-reverse|{_NUMBER}"),
    "markerUnits": re.compile("strokeWidth|userSpaceOnUse"),
    "xmlns": re.compile(re.escape(NAMESPACE)),
}
_WITH_TEXT = {"text", "tspan", "title", "desc"}
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Drawing:
    """A checked figure: its viewBox and its content, safe to stand inside an svg element."""

    view_box: str
    content: str

    def svg(self, alternative: str) -> str:
        """The inline svg element with its text alternative."""
        label = escape(alternative)
        return (
            f'<svg role="img" aria-label="{label}" class="figure-svg" '
            f'viewBox="{escape(self.view_box)}">{self.content}</svg>'
        )


def read_drawing(text: str, name: str) -> tuple[Drawing | None, list[Fault], list[Fault]]:
    """Check the SVG text of the figure called `name`: the drawing, its errors and its warnings.

    The drawing is written anew from what the closed lists allow, and is None after any error.
    """
    copy = _Copy(name)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    copy.parser = parser
    parser.StartElementHandler = copy.start
    parser.EndElementHandler = copy.end
    parser.CharacterDataHandler = copy.characters
    parser.StartDoctypeDeclHandler = copy.refuse_doctype
    parser.ProcessingInstructionHandler = copy.refuse_instruction
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        copy.errors.append(Fault(error.lineno, "svg", f"this is not XML: {error}"))
    except _Refused:
        pass
    copy.finish()
    if copy.errors:
        return None, copy.errors, copy.warnings
    return Drawing(copy.view_box, "".join(copy.out)), [], copy.warnings


class _Refused(Exception):
    """Ends the parse: what follows could be anything, an entity bomb included."""


@dataclass(slots=True)
class _Copy:
    """Writes allowed elements and attributes anew while the parser reads."""

    name: str
    parser: expat.XMLParserType = field(init=False)
    out: list[str] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    markers: list[tuple[int, str]] = field(default_factory=list)
    view_box: str = ""

    def _error(self, message: str) -> None:
        self.errors.append(Fault(self.parser.CurrentLineNumber, "svg", message))

    def refuse_doctype(self, *_: object) -> None:
        self._error("a document type declaration is not allowed")
        raise _Refused

    def refuse_instruction(self, *_: object) -> None:
        self._error("a processing instruction is not allowed")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.open.append(tag)
        if len(self.open) > _DEEPEST:
            self._error(f"elements are nested deeper than {_DEEPEST}")
            raise _Refused
        is_root = len(self.open) == 1
        if tag not in _ATTRIBUTES or is_root != (tag == "svg"):
            self._error(f"the element {tag[:60]} is not allowed here")
            return
        kept = [
            (key, value) for key, value in attributes.items() if self._is_allowed(tag, key, value)
        ]
        if is_root:
            self._root(attributes)
            return
        written = "".join(f' {key}="{escape(value)}"' for key, value in kept)
        self.out.append(f"<{tag}{written}>")

    def end(self, tag: str) -> None:
        self.open.pop()
        if self.open:
            self.out.append(f"</{tag}>")

    def characters(self, text: str) -> None:
        if self.open and self.open[-1] in _WITH_TEXT:
            self.out.append(escape(text))
        elif text.strip():
            self._error("text may stand in text, tspan, title and desc only")

    def _root(self, attributes: dict[str, str]) -> None:
        self.view_box = attributes.get("viewBox", "")
        parts = self.view_box.replace(",", " ").split()
        if attributes.get("xmlns") != NAMESPACE:
            self._error(f'the svg element needs xmlns="{NAMESPACE}"')
        if len(parts) != 4 or parts[:2] != ["0", "0"] or not _LENGTHS.fullmatch(self.view_box):
            self._error('the svg element needs viewBox="0 0 W H"')
        elif not WIDTHS[0] <= float(parts[2].rstrip("%")) <= WIDTHS[1]:
            line = self.parser.CurrentLineNumber
            message = f"draw between {WIDTHS[0]} and {WIDTHS[1]} units wide, to fit a telephone"
            self.warnings.append(Fault(line, "svg-width", message))

    def _is_allowed(self, tag: str, key: str, value: str) -> bool:
        faults = len(self.errors)
        if key not in _ATTRIBUTES[tag]:
            self._error(f"the attribute {key[:60]} is not allowed on {tag}")
        elif key == "class":
            self._check_classes(value)
        elif key == "id":
            self._check_id(value)
        elif key.startswith("marker-"):
            self._check_marker(key, value)
        elif not _VALUES.get(key, _LENGTH).fullmatch(value):
            self._error(f'{key}="{value[:60]}" is not allowed')
        return len(self.errors) == faults

    def _check_classes(self, value: str) -> None:
        unknown = sorted(set(value.split()) - CLASSES)
        if unknown:
            self._error(f"unknown class: {' '.join(unknown)[:100]}")

    def _check_id(self, value: str) -> None:
        if not _ID.fullmatch(value) or not value.startswith(f"{self.name}-"):
            self._error(f'the id "{value[:60]}" must begin with "{self.name}-"')
        elif value in self.ids:
            self._error(f'the id "{value}" stands here twice')
        self.ids.add(value)

    def _check_marker(self, key: str, value: str) -> None:
        found = _MARKER.fullmatch(value)
        if found is None:
            self._error(f'{key}="{value[:60]}" must be url(#{self.name}-...)')
        else:
            self.markers.append((self.parser.CurrentLineNumber, found.group(1)))

    def finish(self) -> None:
        for line, marker in self.markers:
            if marker not in self.ids:
                self.errors.append(Fault(line, "svg", f'no element has the id "{marker}"'))
