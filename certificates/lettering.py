"""How large a text is set: the first size of a ladder at which it takes few enough lines."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_NARROW = frozenset("ijlItf.,;:!|'()[]-·’‘")
_WIDE = frozenset("mwMWQ@%&—ŵẁẃẅŴ")


@dataclass(frozen=True, slots=True)
class Step:
    """One size of type in points, and the most lines a text may take to be set in it."""

    size: float
    lines: int


def size_for(text: str, ladder: tuple[Step, ...], width: float) -> float:
    """Return the size in points for the text in a column `width` points wide.

    The last step of the ladder takes whatever the others could not.
    """
    for step in ladder[:-1]:
        if lines_of(text, width / step.size) <= step.lines:
            return step.size
    return ladder[-1].size


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
    if character == " ":
        return 0.26
    if character in _NARROW:
        return 0.38
    if character in _WIDE:
        return 1.0
    if character.isupper():
        return 0.75
    if character.isascii() or character.islower():
        return 0.6
    return 0.85
