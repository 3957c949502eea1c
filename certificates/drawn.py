"""Draws a kept block as it was drawn before, instead of going through its letters again.

What draws a text, or a picture made of strokes, tells the stream of the page a list of things.
Those of a kept block are written down the first time and told again from then on: the same
things, so the same bytes. WeasyPrint 70 draws every text by one function and has no place to step
in, so that function is replaced; texts outside of kept blocks go on to it. An upgrade has to look
at it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import draw
from weasyprint.draw.text import draw_first_line, draw_text
from weasyprint.formatting_structure.boxes import ReplacedBox, TextBox
from weasyprint.images import SVGImage
from weasyprint.matrix import Matrix
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import ffi
from weasyprint.text.fonts import get_pango_font_key

Call = tuple[str, tuple[Any, ...], dict[str, Any]]
"""A method of a stream, and what it was given."""
Strokes = list[bytes | Call]
"""What goes into a stream as it is, and calls whose outcome rests on what was drawn before."""

_FONT = "add_font"


def remember(boxes: Iterable[Any]) -> None:
    """Let each of the boxes be drawn by repetition once it has been drawn again."""
    for box in boxes:
        if isinstance(box, TextBox):
            box.drawing = _TextDrawing()
        elif isinstance(box, ReplacedBox) and isinstance(box.replacement, SVGImage):
            box.replacement = _Picture(box.replacement)


class _TextDrawing:
    """How a text is drawn, from its second drawing on; None where that cannot be repeated."""

    def __init__(self) -> None:
        self._is_known = False
        self._layout: Any = None
        self._strokes: Strokes | None = None

    def strokes(self, box: Any) -> Strokes | None:
        if not self._is_known:
            self._is_known = True
            self._layout, self._strokes = _recorded(box)
        return self._strokes


class _Pen(pydyf.Stream):  # type: ignore[misc]
    """Takes the place of a page's stream while a line is drawn, with fonts of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.fonts: dict[Any, Any] = {}
        self.ink_rect = ffi.new("PangoRectangle *")
        self.logical_rect = ffi.new("PangoRectangle *")

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        key, description, size = get_pango_font_key(pango_font)
        if key not in self.fonts:
            self.fonts[key] = Font(pango_font, description, size)
        font = self.fonts[key]
        self.stream.append((_FONT, (key, pango_font, font.to_unicode, font.widths), {}))
        return font, size

    def set_font_size(self, font: str, size: float) -> None:
        self.stream.append(("set_font_size", (font, size), {}))


def _recorded(box: Any) -> tuple[Any, Strokes | None]:
    """Return what has to live for as long as the drawing of a text is repeated, and the drawing."""
    style, layout, pen = box.style, box.pango_layout, _Pen()
    if style["visibility"] != "visible" or style["text_decoration_line"] != "none":
        return None, None
    layout.reactivate(style)
    place = Matrix(d=-1, e=box.position_x, f=box.position_y + box.baseline)
    emojis = draw_first_line(pen, box, "clip", "none", place)
    holds_fonts = layout.layout
    layout.deactivate()
    is_plain = not emojis and not any(font.missing for font in pen.fonts.values())
    return holds_fonts, pen.stream if is_plain else None


def _draw_text(
    stream: Any, box: Any, offset_x: float, text_overflow: str, block_ellipsis: str
) -> None:
    drawing = box.__dict__.get("drawing")
    strokes = drawing.strokes(box) if drawing and text_overflow == "clip" else None
    if strokes is None or block_ellipsis != "none":
        draw_text(stream, box, offset_x, text_overflow, block_ellipsis)
        return
    stream.set_color(box.style["color"])
    stream.begin_text()
    _repeat(strokes, stream)
    stream.end_text()


def _repeat(strokes: Strokes, stream: Any) -> None:
    for stroke in strokes:
        if isinstance(stroke, bytes):
            stream.stream.append(stroke)
            continue
        name, given, named = stroke
        if name == _FONT:
            _add_font(stream, *given)
        else:
            getattr(stream, name)(*given, **named)


def _add_font(
    stream: Any, key: Any, pango_font: Any, letters: dict[int, str], widths: dict[int, int]
) -> None:
    """Let the file have the letters of a line in this font."""
    font = stream._fonts.get(key) or stream.add_font(pango_font)[0]
    for glyph, text in letters.items():
        font.to_unicode.setdefault(glyph, text)
    for glyph, width in widths.items():
        font.widths.setdefault(glyph, width)


class _Tracing:
    """Passes everything on to a page's stream, and writes down what it is told."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.strokes: Strokes = []
        self.is_repeatable = True

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, name)
        if not callable(found):
            self.is_repeatable = False
            return found

        def told(*given: Any, **named: Any) -> Any:
            already = len(self._stream.stream)
            answer = found(*given, **named)
            if answer is not None:
                self.is_repeatable = False
            if getattr(type(self._stream), name) is getattr(pydyf.Stream, name, None):
                self.strokes += self._stream.stream[already:]
            else:
                self.strokes.append((name, given, named))
            return answer

        return told


class _Picture:
    """A picture made of strokes that rest on nothing but its size."""

    def __init__(self, picture: SVGImage) -> None:
        self._picture = picture
        self._drawings: dict[tuple[float, float], Strokes | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._picture, name)

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        size = (width, height)
        strokes = self._drawings.get(size)
        if strokes is not None:
            _repeat(strokes, stream)
        elif size in self._drawings:
            self._picture.draw(stream, width, height, style)
        else:
            tracing = _Tracing(stream)
            self._picture.draw(tracing, width, height, style)
            self._drawings[size] = tracing.strokes if tracing.is_repeatable else None


draw.draw_text = _draw_text
