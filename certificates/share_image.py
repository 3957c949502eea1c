"""The picture that a shared link to a certificate shows: what it is for, and nobody's name."""

from __future__ import annotations

import functools
import io
import threading
from typing import TYPE_CHECKING

from certificates.fonts import FONTS, Face, drawable, faces_for

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630
"""Pixels, in the proportion that previews of links are cut to."""

_BAND, _ON_BAND, _ON_BAND_2 = "#0d4039", "#fbfaf7", "#cfe3dd"
_MARGIN = 90
_TITLE_SIZES = (66, 60, 54, 48, 42)
_MARK = 64
_MOST_LINES = 3
# A font file that is open serves one thread at a time.
_DRAWING = threading.Lock()


@functools.lru_cache(maxsize=256)
def render_share_image(title: str, programme: str) -> bytes:
    """Return a PNG of 1200 by 630 pixels with a title and a programme.

    It says nothing of a holder or of what the certificate is worth: pictures are kept by others
    long after either has changed. Equal input gives equal bytes.
    """
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), _BAND)
    image.paste(_mark(), (_MARGIN, 84))
    with _DRAWING:
        _draw(ImageDraw.Draw(image), title, programme)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(draw: ImageDraw, title: str, programme: str) -> None:
    _write(draw, _MARGIN + 92, 92, "Certificate", 40, _ON_BAND_2)
    size, lines = _title_lines(drawable(title))
    top = 205
    for line in lines:
        _write(draw, _MARGIN, top, line, size, _ON_BAND)
        top += round(size * 1.25)
    programme_size, programme_lines = _fitted(drawable(programme), (40, 34, 28), 1)
    _write(draw, _MARGIN, HEIGHT - 116, programme_lines[0], programme_size, _ON_BAND_2)


def _mark() -> Image.Image:
    """The mark of the site, a light over two waves in a ring; drawn large, so that it is smooth."""
    from PIL import Image, ImageDraw

    unit = 16  # pixels to one unit of the drawing, which measures 32
    large = Image.new("RGB", (32 * unit, 32 * unit), _BAND)
    draw = ImageDraw.Draw(large)
    draw.ellipse([unit / 2, unit / 2, 31.5 * unit, 31.5 * unit], outline=_ON_BAND, width=2 * unit)
    draw.ellipse([13 * unit, 8 * unit, 19 * unit, 14 * unit], fill=_ON_BAND)
    draw.arc([-2 * unit, 14 * unit, 34 * unit, 50 * unit], 232, 308, _ON_BAND, 2 * unit)
    draw.arc([2 * unit, 19.5 * unit, 30 * unit, 45 * unit], 232, 308, _ON_BAND, 2 * unit)
    return large.resize((_MARK, _MARK), Image.Resampling.LANCZOS)


def _title_lines(title: str) -> tuple[int, list[str]]:
    return _fitted(title, _TITLE_SIZES, _MOST_LINES)


def _fitted(text: str, sizes: tuple[int, ...], most: int) -> tuple[int, list[str]]:
    """Return the largest size at which the text fits, with its lines; cut at the smallest."""
    for size in sizes:
        lines = _wrapped(text, size)
        if len(lines) <= most and all(_length(line, size) <= _room() for line in lines):
            return size, lines
    lines = _wrapped(text, sizes[-1])
    kept = lines[:most]
    if len(lines) > most or _length(kept[-1], sizes[-1]) > _room():
        kept[-1] = _cut(kept[-1], sizes[-1])
    return sizes[-1], [_cut(line, sizes[-1], "") for line in kept]


def _wrapped(text: str, size: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, size) <= _room():
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]


def _cut(line: str, size: int, sign: str = "…") -> str:
    while line and _length(line + sign, size) > _room():
        line = line[:-1]
    return line.rstrip() + sign


def _room() -> int:
    return WIDTH - 2 * _MARGIN


def _write(draw: ImageDraw, left: float, top: float, text: str, size: int, colour: str) -> None:
    # One baseline, whichever face a run takes.
    for run, face in _runs(text):
        font = _font(face, size)
        draw.text((left, top + size), run, font=font, fill=colour, anchor="ls")
        left += font.getlength(run)


def _length(text: str, size: int) -> float:
    return sum(_font(face, size).getlength(run) for run, face in _runs(text))


def _runs(text: str) -> list[tuple[str, Face]]:
    """Return the text in runs, each with a face that draws it, semibold where there is one."""
    faces = sorted(faces_for(text), key=lambda face: (face.package != "literata", -face.weight))
    runs: list[tuple[str, Face]] = []
    for character in text:
        last = runs[-1][1] if runs else None
        if last is not None and (character == " " or last.draws(character)):
            runs[-1] = (runs[-1][0] + character, last)
        else:
            face = next((face for face in faces if face.draws(character)), last or faces[0])
            runs.append((character, face))
    return runs


@functools.lru_cache(maxsize=64)
def _font(face: Face, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / face.file), size)
