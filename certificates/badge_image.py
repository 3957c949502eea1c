"""The picture of a badge: drawn once as shapes and letters, written as PNG and as SVG.

It shows what was achieved and never who achieved it: one picture for all who did.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from certificates.fonts import FONTS, Face, drawable, faces_for
from certificates.lettering import Step, size_for

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIDE = 512
"""Width and height of the picture, in pixels of the PNG and in units of the SVG."""

_FINER = 4
"""The PNG is drawn so many times larger and then reduced, for smooth edges."""

_COLOURS = 24

_PAPER, _SPRUCE, _DEEP, _MIST = "#fbfaf7", "#14594f", "#0d4039", "#cfe3dd"
_MIDDLE = SIDE / 2
_TITLE = (Step(44, 2), Step(38, 3), Step(33, 4), Step(27, 5))
_TITLE_WIDTH = 368.0
_TITLE_MIDDLE = 276.0
_MARK_MIDDLE = 118.0
_LEADING = 1.18


@dataclass(frozen=True, slots=True)
class _Disc:
    """A circle about the middle of the picture, or about a height of its own."""

    radius: float
    fill: str | None = None
    line: str | None = None
    width: float = 0.0
    y: float = _MIDDLE


@dataclass(frozen=True, slots=True)
class _Arc:
    """A line bent upwards, symmetric about the middle (a quadratic curve).

    `reach` is half its width; `ends` and `top` are heights below the middle of the mark.
    """

    reach: float
    ends: float
    top: float


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter: its face, its size, where it stands on its line."""

    face: Face
    character: str
    size: float
    x: float
    y: float
    colour: str


_MARK = (_Arc(56, 9, -12), _Arc(53, 17, 0), _Arc(48, 27, 13), _Arc(41, 37, 26))
_RINGS = (
    _Disc(252, fill=_PAPER),
    _Disc(249, line=_SPRUCE, width=3),
    _Disc(234, fill=_DEEP),
    _Disc(226, line=_MIST, width=1),
)


def badge_svg(title: str, kind: str, programme: str) -> bytes:
    """Return the picture as SVG, its letters as outlines; the same words give the same bytes.

    A title in a script that needs shaping is left to the words around the picture.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" role="img">',
        f"<title>{escape(drawable(f'{kind}: {title}. {programme}'))}</title>",
        *(_svg_disc(disc) for disc in _discs()),
        f'<path d="{" ".join(_svg_arc(arc) for arc in _MARK)}" fill="none" stroke="{_MIST}" '
        'stroke-width="1.6" stroke-linecap="round"/>',
        *_svg_letters(tuple(_letters(title, kind, programme))),
        "</svg>",
    ]
    return "".join(parts).encode("utf-8")


def badge_png(title: str, kind: str, programme: str, side: int = SIDE) -> bytes:
    """Return the picture as PNG, `side` pixels wide and high, on a clear ground.

    The same words give the same bytes.
    """
    from PIL import Image, ImageDraw

    scale = _FINER * side / SIDE
    canvas = Image.new("RGBA", (_FINER * side, _FINER * side), (251, 250, 247, 0))
    pen = ImageDraw.Draw(canvas)
    for disc in _discs():
        _draw_disc(pen, disc, scale)
    for arc in _MARK:
        points = [(x * scale, y * scale) for x, y in _points(arc)]
        pen.line(points, fill=_MIST, width=round(1.6 * scale), joint="curve")
    for letter in _letters(title, kind, programme):
        font = _font(letter.face.file, letter.size * scale)
        place = (letter.x * scale, letter.y * scale)
        pen.text(place, letter.character, fill=letter.colour, font=font, anchor="ls")
    small = canvas.resize((side, side), Image.Resampling.LANCZOS)
    packed = small.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
    written = io.BytesIO()
    packed.save(written, "PNG", optimize=True)
    return written.getvalue()


def _discs() -> tuple[_Disc, ...]:
    """The seal, and the sun in the circle of the house's mark, over whose hills it stands."""
    mark = _Disc(62, line=_MIST, width=1.8, y=_MARK_MIDDLE)
    return (*_RINGS, mark, _Disc(9.5, fill=_PAPER, y=_MARK_MIDDLE - 32))


def _letters(title: str, kind: str, programme: str) -> Iterator[_Letter]:
    """The title in the middle; below it what kind of credential it is, and whose."""
    name = drawable(title)
    size = size_for(name, _TITLE, _TITLE_WIDTH)
    lines = _lines(name, size)
    top = _TITLE_MIDDLE - (len(lines) - 1) * size * _LEADING / 2 + size * 0.36
    for place, line in enumerate(lines):
        yield from _line(line, 600, size, top + place * size * _LEADING, _PAPER)
    yield from _line(drawable(kind), 400, 20, 390, _MIST)
    yield from _line(drawable(programme), 400, 16, 418, _MIST, widest=250)


def _line(
    text: str, weight: int, size: float, y: float, colour: str, widest: float = 420
) -> Iterator[_Letter]:
    """The letters of a line about the middle; none of one that cannot be set letter by letter."""
    faces = _simple_faces(text, weight)
    if faces is None:
        return
    widths = [_advance(face, one) * size for face, one in zip(faces, text, strict=True)]
    if sum(widths) > widest:
        return
    x = _MIDDLE - sum(widths) / 2
    for face, one, width in zip(faces, text, widths, strict=True):
        if one != " ":
            yield _Letter(face, one, size, x, y, colour)
        x += width


def _lines(text: str, size: float) -> list[str]:
    """The words in lines of nearly one width, as few as the size allows; at most five."""
    faces = _simple_faces(text, 600)
    if faces is None:
        return []
    room = _TITLE_WIDTH
    fewest = len(_wrapped(text, size, room))
    while room > 120 and len(_wrapped(text, size, room - 8)) == fewest:
        room -= 8
    lines = _wrapped(text, size, room)
    most = _TITLE[-1].lines
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"]


def _wrapped(text: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer) * size <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width(text: str) -> float:
    faces = _simple_faces(text, 600) or ()
    return sum(_advance(face, one) for face, one in zip(faces, text, strict=True))


def _simple_faces(text: str, weight: int) -> tuple[Face, ...] | None:
    """A face of the serif for each letter; None where one would need another or be shaped."""
    faces = [
        face for face in faces_for(text) if face.package == "literata" and face.weight == weight
    ]
    chosen = [next((face for face in faces if face.draws(one)), None) for one in text]
    found = tuple(face for face in chosen if face is not None)
    return found if len(found) == len(text) else None


@cache
def _glyphs(file: str) -> tuple[Any, dict[int, str], float]:
    """The outlines of a face, the glyph of each character, and units of an em."""
    from fontTools.ttLib import TTFont

    font = TTFont(FONTS / file)
    return font.getGlyphSet(), font.getBestCmap(), float(font["head"].unitsPerEm)


def _advance(face: Face, character: str) -> float:
    """The width of a letter, in ems."""
    glyphs, names, units = _glyphs(face.file)
    return float(glyphs[names[ord(character)]].width) / units


def _font(file: str, size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / file), size, layout_engine=ImageFont.Layout.BASIC)


def _draw_disc(pen: ImageDraw, disc: _Disc, scale: float) -> None:
    across = (_MIDDLE - disc.radius) * scale, (_MIDDLE + disc.radius) * scale
    down = (disc.y - disc.radius) * scale, (disc.y + disc.radius) * scale
    box = (across[0], down[0], across[1], down[1])
    width = round(disc.width * scale) or 1
    pen.ellipse(box, fill=disc.fill, outline=disc.line, width=width)


def _points(arc: _Arc) -> list[tuple[float, float]]:
    """Points along the curve, close enough that it looks round."""
    steps = [step / 32 for step in range(33)]
    return [
        (
            _MIDDLE + arc.reach * (2 * t - 1),
            _MARK_MIDDLE + arc.ends + 4 * t * (1 - t) * (arc.top - arc.ends),
        )
        for t in steps
    ]


def _svg_arc(arc: _Arc) -> str:
    start, end = _MIDDLE - arc.reach, _MIDDLE + arc.reach
    foot, bend = _MARK_MIDDLE + arc.ends, _MARK_MIDDLE + 2 * arc.top - arc.ends
    return f"M{start:g} {foot:g}Q{_MIDDLE:g} {bend:g} {end:g} {foot:g}"


def _svg_disc(disc: _Disc) -> str:
    radius = disc.radius - disc.width / 2
    line = f' stroke="{disc.line}" stroke-width="{disc.width:g}"' if disc.line else ""
    fill = disc.fill or "none"
    return f'<circle cx="{_MIDDLE:g}" cy="{disc.y:g}" r="{radius:g}" fill="{fill}"{line}/>'


def _svg_letters(letters: tuple[_Letter, ...]) -> Iterator[str]:
    """Each outline once, in units of its face; then each letter that uses it."""
    outlines = dict.fromkeys((letter.face.file, letter.character) for letter in letters)
    names = {outline: f"g{place}" for place, outline in enumerate(outlines)}
    yield "<defs>"
    for (file, character), name in names.items():
        yield f'<path id="{name}" d="{_outline(file, character)}"/>'
    yield "</defs>"
    for letter in letters:
        scale = letter.size / _glyphs(letter.face.file)[2]
        yield (
            f'<use href="#{names[letter.face.file, letter.character]}" fill="{letter.colour}" '
            f'transform="matrix({scale:.5f} 0 0 {-scale:.5f} {letter.x:.2f} {letter.y:.2f})"/>'
        )


@cache
def _outline(file: str, character: str) -> str:
    from fontTools.pens.svgPathPen import SVGPathPen

    glyphs, names, _units = _glyphs(file)
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.0f}")
    glyphs[names[ord(character)]].draw(pen)
    return str(pen.getCommands())
