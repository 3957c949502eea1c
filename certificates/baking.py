"""Baking: a badge put into its picture (PNG or SVG), as Open Badges 3.0, section 5.3, has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LARGEST_IMAGE = 2 * 1024 * 1024
"""Most bytes of a picture that a badge is looked for in."""

_PNG = b"\x89PNG\r\n\x1a\n"


class BakingError(ValueError):
    """A picture cannot take a badge, or holds none that can be read; the message says why."""


def bake_png(image: bytes, badge: Mapping[str, Any] | str) -> bytes:
    """Return the PNG with the badge (a signed document, or a token) in a text chunk of its own."""
    from openbadgeslib import baking

    if _png_badges(image):
        raise BakingError("the picture holds a badge already")
    baked: bytes = baking.bake_png(image, _text(badge), keyword=baking.ITXT_KEYWORD_OB3)
    return baked


def bake_svg(image: bytes, badge: Mapping[str, Any] | str) -> bytes:
    """Return the SVG with the badge (a signed document, or a token) in an element of its own."""
    from openbadgeslib import baking

    if _svg_badges(image):
        raise BakingError("the picture holds a badge already")
    baked: bytes = baking.bake_svg(
        image,
        _text(badge),
        element=baking.SVG_ELEMENT_OB3,
        namespace=baking.SVG_NS_OB3,
        as_text=not isinstance(badge, str),
    )
    return baked


def unbake(image: bytes) -> str:
    """Return the text of the badge that a PNG or SVG holds, unchecked.

    Raises `BakingError` for anything that does not hold exactly one.
    """
    if len(image) > LARGEST_IMAGE:
        raise BakingError(f"the picture is larger than {LARGEST_IMAGE} bytes")
    found = _png_badges(image) if image.startswith(_PNG) else _svg_badges(image)
    if len(found) != 1:
        raise BakingError("the picture does not hold exactly one badge")
    return found[0]


def _text(badge: Mapping[str, Any] | str) -> str:
    if isinstance(badge, str):
        return badge
    return json.dumps(badge, ensure_ascii=True, separators=(",", ":"))


def _png_badges(image: bytes) -> list[str]:
    """The text of every chunk that carries a badge; chunks are checked on the way."""
    import zlib

    import png

    try:
        chunks = list(png.Reader(bytes=image).chunks())
        return [
            _chunk_text(data)
            for kind, data in chunks
            if kind == b"iTXt" and data.startswith(b"openbadgecredential\0")
        ]
    except (png.Error, zlib.error, ValueError, IndexError) as error:
        raise BakingError("the picture is not a whole PNG") from error


def _chunk_text(data: bytes) -> str:
    """The text of an iTXt chunk: keyword, compression, language, keyword translated, text."""
    _keyword, rest = data.split(b"\0", 1)
    packed, method, rest = rest[0], rest[1], rest[2:]
    _language, _translated, body = rest.split(b"\0", 2)
    if packed:
        body = _unpacked(body, method)
    return body.decode("utf-8")


def _unpacked(body: bytes, method: int) -> bytes:
    import zlib

    from certificates.securing import LONGEST_DOCUMENT

    unpacker = zlib.decompressobj()
    text = unpacker.decompress(body, LONGEST_DOCUMENT)
    if method or not unpacker.eof:
        raise ValueError("the text is packed in no known way, or is too long")
    return text


def _svg_badges(image: bytes) -> list[str]:
    """The text of every element that carries a badge; no entity is resolved."""
    from xml.parsers.expat import ExpatError

    from defusedxml.common import DefusedXmlException
    from defusedxml.minidom import parseString
    from openbadgeslib import baking

    try:
        with parseString(image) as document:
            if document.documentElement.localName != "svg":
                raise BakingError("the file is neither PNG nor SVG")
            found = document.getElementsByTagNameNS(baking.SVG_NS_OB3, "credential")
            return [_element_text(element) for element in found]
    except (ExpatError, DefusedXmlException, ValueError, RecursionError) as error:
        raise BakingError("the file is neither PNG nor SVG") from error


def _element_text(element: Any) -> str:
    token = element.getAttribute("verify")
    if token:
        return str(token)
    return "".join(node.data for node in element.childNodes if node.nodeType in (3, 4)).strip()
