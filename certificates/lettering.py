"""How large a text is set: the first size of a ladder at which it takes few enough lines."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_MEASURED = (
    (0.21, " "),
    (0.36, "ijlI.,;:'|!()[]-·’‘"),
    (0.43, "ftJ1"),
    (0.56, "acegkorsvxyz023456789"),
    (0.98, "mwMQ@%&—ŵẁẃẅ"),
    (1.1, "WŴẀẂẄ"),
)
"""Widths in ems of the Latin characters that differ most from the rest, as Literata has them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One size of type in points, and the most lines a text may take to be set in it."""

    size: float
    lines: int


@dataclass(frozen=True, slots=True)
class Block:
    """A text in a column: its ladder, its line height in ems, the space above it in points."""

    text: str
    ladder: tuple[Step, ...]
    leading: float
    above: float


def sizes_that_fit(blocks: tuple[Block, ...], width: float, room: float) -> tuple[float, ...]:
    """Return a size in points for each block of a column, so that all take at most `room` points.

    Each block takes the first size of its ladder that suits it. While the column is too high,
    all ladders lose their first step; where none is left, the smallest sizes stand.
    """
    sizes: tuple[float, ...] = ()
    for lost in range(max(len(block.ladder) for block in blocks)):
        sizes = tuple(
            size_for(block.text, block.ladder[lost:] or block.ladder[-1:], width)
            for block in blocks
        )
        if _height(blocks, sizes, width) <= room:
            break
    return sizes


def _height(blocks: tuple[Block, ...], sizes: tuple[float, ...], width: float) -> float:
    return sum(
        block.above + lines_of(block.text, width / size) * size * block.leading
        for block, size in zip(blocks, sizes, strict=True)
        if block.text
    )


def size_for(text: str, ladder: tuple[Step, ...], width: float) -> float:
    """Return the size in points for the text in a column `width` points wide.

    The last step of the ladder takes whatever the others could not.
    """
    for step in ladder[:-1]:
        if lines_of(text, width / step.size) <= step.lines:
            return step.size
    return ladder[-1].size


@lru_cache(maxsize=1024)
def lines_of(text: str, width: float) -> int:
    """Return how many lines of `width` ems the text takes, by estimate, erring upwards.

    Lines break at spaces, and inside a word only when the word is longer than a line.
    """
    lines, used = 1, 0.0
    space = _width(" ")
    for word in text.split(" "):
        length = sum(_width(character) for character in word)
        if used and used + space + length <= width:
            used += space + length
            continue
        lines += 1 if used else 0
        extra = int(length / width)
        lines += extra
        used = length - extra * width
    return lines


@lru_cache(maxsize=4096)
def _width(character: str) -> float:
    """Return the width of a character in ems: an upper middle of what the faces really have."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.0
    for width, characters in _MEASURED:
        if character in characters:
            return width
    if character.isupper():
        return 0.77
    if character.isascii() or "\u0590" <= character <= "\u097f":
        return 0.64
    return 0.7 if character.islower() else 0.85
