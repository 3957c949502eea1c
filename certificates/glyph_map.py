"""Gives every glyph of a file a character, as PDF/UA and PDF/A ask."""

from __future__ import annotations

from typing import Any

import pydyf  # type: ignore[import-untyped]

_NOTHING = b"> <>"
_WORD_JOINER = b"> <2060>"


def map_every_glyph(pdf: Any) -> None:
    """Map a glyph that stands for no letter of its own to one that shows and parts nothing.

    The scripts of India write some letters with several glyphs. WeasyPrint maps one of them to
    the letter and the others to an empty text, which neither standard knows.
    """
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream) and b"begincmap" in thing.stream:
            thing.stream = [_mapped(part) for part in thing.stream]


def _mapped(part: bytes) -> bytes:
    return part[: -len(_NOTHING)] + _WORD_JOINER if part.endswith(_NOTHING) else part
