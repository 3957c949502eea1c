"""Which of the certificate's faces draw a text, and the text as they can draw it."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

FONTS = Path(__file__).parent / "design" / "fonts"

Voice = Literal["serif", "sans"]

REPLACEMENT = "\u25a1"
"""An empty box, where a letter is that no face draws; the credential itself keeps the letter."""

_SANS = "atkinson-hyperlegible-next"
_SERIF = "literata"
_CHINESE, _JAPANESE, _KOREAN = "noto-serif-sc", "noto-serif-jp", "noto-serif-kr"
_SLICED = (_CHINESE, _JAPANESE, _KOREAN)
_JOINERS = {"\u200c", "\u200d"}  # Persian and the scripts of India spell with them.
_SPACING = {"\n", "\t"}
"""What stands between lines and columns; no face draws it, and none has to be looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One font file: its family name in the style sheet, its weight, what it draws."""

    family: str
    package: str
    weight: int
    file: str
    starts: Sequence[int]
    ends: Sequence[int]

    def draws(self, character: str) -> bool:
        """Say whether the face has a glyph for the character."""
        place = bisect_right(self.starts, ord(character)) - 1
        return place >= 0 and ord(character) <= self.ends[place]


@lru_cache(maxsize=1024)
def drawable(text: str) -> str:
    """Return the text as the certificate draws it.

    White space becomes single spaces; control, formatting and bidirectional characters go, so
    that a text cannot rearrange its surroundings; Arabic presentation forms become the letters
    they show. A letter or digit that no face draws becomes an empty box, any other sign goes.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) or REPLACEMENT
    letters = unicodedata.normalize("NFC", "".join(_plain(character) for character in text))
    kept = "".join(_drawn(character) for character in letters)
    return " ".join(kept.split()) or REPLACEMENT


def undrawable(text: str) -> tuple[str, ...]:
    """Return the letters and digits of the text that would be drawn as a box, each once."""
    letters = unicodedata.normalize("NFC", "".join(_plain(character) for character in text))
    return tuple(dict.fromkeys(one for one in letters if _drawn(one) == REPLACEMENT != one))


def faces_for(text: str) -> tuple[Face, ...]:
    """Return the faces that draw the text between them, in the order of their stack.

    The Latin faces are always among them. A text in Han characters alone takes the Chinese
    face, one with kana the Japanese, one with hangul the Korean, as far as that face reaches.
    """
    faces, drawn = _latin()
    missing = set(text) - drawn
    if not missing:
        return faces
    families = {face.family for face in faces}
    for face in _faces():
        found = {one for one in missing if face.draws(one)}
        if found:
            families.add(face.family)
            missing -= found
    chosen = tuple(face for face in _faces() if face.family in families)
    return chosen + _slices_for(missing) if missing else chosen


def _slices_for(missing: set[str]) -> tuple[Face, ...]:
    chosen = []
    for face in _ordered(_preference(missing)):
        found = {one for one in missing if face.draws(one)}
        if found:
            chosen.append(face)
            missing = missing - found
    return tuple(chosen)


def stack(faces: tuple[Face, ...], voice: Voice) -> tuple[str, ...]:
    """Return the family names of the faces as the voice tries them, first choice first."""
    skipped = _SANS if voice == "serif" else None
    names = dict.fromkeys(face.family for face in faces if face.package != skipped)
    return tuple(sorted(names, key=lambda name: voice == "sans" and not name.startswith(_SANS)))


def is_right_to_left(text: str) -> bool:
    """Say whether the first letter with a direction runs from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def _plain(character: str) -> str:
    """Return the character without what could disturb its neighbours."""
    if character.isspace():
        return " "
    if character in _JOINERS:
        return character
    if "\ufb1d" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc":
        return unicodedata.normalize("NFKC", character)
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return ""  # Variation selectors: the faces know no variants.
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def _drawn(character: str) -> str:
    if character == " " or character in _JOINERS or _is_covered(character):
        return character
    return REPLACEMENT if unicodedata.category(character)[0] in "LN" else ""


@cache
def _faces() -> tuple[Face, ...]:
    """Return the faces that are one file for a script, in the order of their stack."""
    return _listed("faces.json")


@cache
def _slices() -> tuple[Face, ...]:
    """Return the many faces of Han, kana and hangul; their list is long, so read when needed."""
    return _listed("slices.json")


def _listed(name: str) -> tuple[Face, ...]:
    entries = json.loads((FONTS / name).read_text(encoding="ascii"))
    return tuple(_face(entry) for entry in entries)


def _face(entry: dict[str, Any]) -> Face:
    starts, ends = entry["draws"]
    return Face(
        family=entry["family"],
        package=entry["package"],
        weight=entry["weight"],
        file=entry["file"],
        starts=starts,
        ends=ends,
    )


@cache
def _latin() -> tuple[tuple[Face, ...], frozenset[str]]:
    """Return the faces that every certificate is set in, and what the serif ones draw."""
    faces = tuple(face for face in _faces() if face.family.endswith(" latin"))
    drawn = {
        chr(point)
        for face in faces
        if face.package == _SERIF
        for start, end in zip(face.starts, face.ends, strict=True)
        for point in range(start, end + 1)
    }
    return faces, frozenset(drawn | _JOINERS | _SPACING)


@lru_cache(maxsize=4096)
def _is_covered(character: str) -> bool:
    if any(face.draws(character) for face in _faces() if face.package != _SANS):
        return True
    return any(face.draws(character) for face in _slices())


def _preference(characters: set[str]) -> tuple[str, ...]:
    """Return the packages of Han characters in the order in which a text should try them."""
    if any("\u3040" <= one <= "\u30ff" for one in characters):
        return (_JAPANESE, _CHINESE, _KOREAN)
    if any("\uac00" <= one <= "\ud7a3" or "\u1100" <= one <= "\u11ff" for one in characters):
        return (_KOREAN, _JAPANESE, _CHINESE)
    return _SLICED


@cache
def _ordered(preference: tuple[str, ...]) -> tuple[Face, ...]:
    return tuple(face for name in preference for face in _slices() if face.package == name)
