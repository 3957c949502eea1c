"""SVG drawings that people hand in, rebuilt from shapes and colours alone, or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element


class PictureError(ValueError):
    """A picture cannot be used; the message says why, to whoever handed it in."""


_SVG = "{http://www.w3.org/2000/svg}"
_MOST_BYTES = 64 * 1024
_MOST_ELEMENTS = 600
_DEEPEST = 24


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHAPES = _names("svg g path rect circle ellipse line polyline polygon")
_LEFT_OUT = _names("title desc metadata")
_PAINT = _names(
    "fill fill-rule fill-opacity stroke stroke-width stroke-opacity stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-dasharray opacity"
)
_GEOMETRY = _names(
    "d x y x1 y1 x2 y2 cx cy r rx ry width height points transform viewBox preserveAspectRatio"
)
_PLAIN = re.compile(r"[\w\s.,:#%()+\-]*", re.ASCII)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)(px|pt)?\s*")
_REFUSED = "Draw it with shapes in plain colours (text as paths), or hand in a PNG."


def clean_drawing(data: bytes) -> bytes:
    """Return the drawing rebuilt: its shapes and colours, and nothing else.

    Names, comments, handlers and foreign attributes go. Whatever would draw something else or
    from elsewhere (text, pictures, styles, scripts, reuse, filters, links) is refused with
    `PictureError`, for without it the drawing would not be the one handed in. So are gradients:
    WeasyPrint leaves some out, depending on where on the page they stand.
    """
    if len(data) > _MOST_BYTES:
        raise PictureError(f"The drawing is larger than {_MOST_BYTES // 1024} KiB.")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data:
        raise PictureError("The drawing declares a document type; save it as plain SVG.")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  No document type, hence no entities.
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise PictureError("The drawing is not well-formed SVG.") from error
    if root.tag != f"{_SVG}svg":
        raise PictureError("The file is not an SVG drawing.")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise PictureError(f"The drawing has more than {_MOST_ELEMENTS} parts.")
    clean = _rebuilt(root, 0)
    _size(clean)
    drawn: bytes = ElementTree.tostring(clean, encoding="utf-8")
    return drawn


def _rebuilt(element: Element, depth: int) -> Element:
    if depth > _DEEPEST:
        raise PictureError("The drawing nests its parts too deeply.")
    copy = Element(_name_of(element), dict(_attributes(element)))
    for child in element:
        if isinstance(child.tag, str) and _is_drawn(child):
            copy.append(_rebuilt(child, depth + 1))
    return copy


def _is_drawn(element: Element) -> bool:
    """Say whether the part is drawn; foreign parts and descriptions are not."""
    if not element.tag.startswith(_SVG):
        return False
    return element.tag.removeprefix(_SVG) not in _LEFT_OUT


def _name_of(element: Element) -> str:
    name = element.tag.removeprefix(_SVG)
    if name not in _SHAPES:
        raise PictureError(f"The drawing holds a part of the kind “{name[:40]}”. {_REFUSED}")
    return name


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    if element.tag == f"{_SVG}svg":
        yield "xmlns", _SVG.strip("{}")
    given = dict(element.attrib)
    for rule in given.pop("style", "").split(";"):
        name, _, value = rule.partition(":")
        given[name.strip()] = value.strip()
    for name, value in given.items():
        if (name in _PAINT or name in _GEOMETRY) and _is_plain(value):
            yield name, value


def _is_plain(value: str) -> bool:
    """Refuse a value that points elsewhere; say whether it can be kept as it is."""
    if "url" in value.lower() or "\\" in value:
        raise PictureError(f"The drawing points to something else. {_REFUSED}")
    return _PLAIN.fullmatch(value) is not None


def _size(root: Element) -> None:
    """Give the drawing a size and a view, so that it keeps its shape at any size."""
    try:
        box = [float(part) for part in re.split(r"[\s,]+", root.attrib.get("viewBox", "").strip())]
    except ValueError:
        box = []
    if len(box) != 4:
        sides = [_LENGTH.fullmatch(root.attrib.get(name, "")) for name in ("width", "height")]
        box = [0.0, 0.0, *(float(side[1]) for side in sides if side)]
    if len(box) != 4 or not (0 < box[2] < 1e6 and 0 < box[3] < 1e6):
        raise PictureError("The drawing does not say how large it is (viewBox).")
    root.attrib["viewBox"] = " ".join(f"{part:g}" for part in box)
    root.attrib["width"], root.attrib["height"] = (f"{part:g}" for part in box[2:])
