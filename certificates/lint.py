"""What is amiss with a certificate before anybody is given one: findings, by measuring its page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from certificates.brand import Brand, Paper
from certificates.credential import Credential
from certificates.fonts import undrawable
from certificates.look import look_of, particulars_of
from certificates.page import page_for
from certificates.palette import PAPER, TEXT_CONTRAST, WHITE, accent_of, contrast

Kind = Literal["overflow", "overlap", "small", "glyph", "contrast", "logo", "weight"]

SMALLEST = 6.0
"""Points below which type is too small to be read on paper."""
HEAVIEST = 64 * 1024
"""Bytes that a certificate without attachments should not exceed."""

_POINTS = 0.75
_SLACK = 1.5
_FAINT = 1.4


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing amiss: of what kind, and a sentence that says where and what it is."""

    kind: Kind
    message: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of type as it was set: its words, place, size; whose box and within what."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    group: int
    limit: float
    is_placed: bool


def lint_certificate(
    credential: Credential,
    verify_url: str,
    *,
    brand: Brand | None = None,
    paper: Paper | None = None,
) -> tuple[Finding, ...]:
    """Return what is amiss with the certificate: nothing if all is well.

    Equal input gives equal findings. Lines are measured on the page as set, not estimated: those
    that leave their place, that overlap others, or that are too small. Letters without a glyph,
    colours that are too light and are drawn darker, a logo too faint for its plate, and a heavy
    file are told too.
    """
    from certificates.pdf import measured

    page = page_for(credential, verify_url, brand, paper)
    look = look_of(credential, brand, paper)
    lines, size = measured(page, verify_url, lambda document: tuple(_lines(document)))
    return (
        *_glyphs(credential, look.brand),
        *_places(lines),
        *_overlaps(lines),
        *_small(lines),
        *_colours(look.brand),
        *_logo(look.brand),
        *_weight(size),
    )


def _lines(document: Any) -> Iterator[_Line]:
    """Yield every line of type on the front."""
    page = document.pages[0]._page_box
    yield from _within(page, group=0, limit=page.margin_width(), is_placed=False)


def _within(box: Any, group: int, limit: float, *, is_placed: bool) -> Iterator[_Line]:
    style = box.style
    if style["position"] in ("absolute", "relative"):
        group, is_placed = id(box), True
    if box.element is not None and hasattr(box, "content_box_x") and style["display"][0] == "block":
        limit = box.content_box_x() + box.width
        if box.element.get("class") == "serial":
            limit -= min(0.0, box.margin_right)
    if hasattr(box, "text"):
        yield _Line(
            text=box.text.strip(),
            left=box.position_x,
            top=box.position_y,
            right=box.position_x + box.width,
            bottom=box.position_y + box.height,
            size=style["font_size"] * _POINTS,
            group=group,
            limit=limit,
            is_placed=is_placed,
        )
    for child in getattr(box, "children", ()):
        yield from _within(child, group, limit, is_placed=is_placed)


def _places(lines: tuple[_Line, ...]) -> Iterator[Finding]:
    for line in lines:
        if line.text and line.right > line.limit + _SLACK:
            yield Finding("overflow", f"“{line.text[:60]}” is wider than its place.")


def _overlaps(lines: tuple[_Line, ...]) -> Iterator[Finding]:
    """Yield one finding for each two groups of lines of which some lie over one another."""
    told = set()
    for number, one in enumerate(lines):
        for other in lines[number + 1 :]:
            pair = frozenset((one.group, other.group))
            if len(pair) == 2 and pair not in told and _meet(one, other):
                told.add(pair)
                yield Finding(
                    "overlap", f"“{one.text[:40]}” and “{other.text[:40]}” lie over one another."
                )


def _meet(one: _Line, other: _Line) -> bool:
    return bool(
        one.text
        and other.text
        and one.left < other.right - _SLACK
        and other.left < one.right - _SLACK
        and one.top < other.bottom - _SLACK
        and other.top < one.bottom - _SLACK
    )


def _small(lines: tuple[_Line, ...]) -> Iterator[Finding]:
    smallest = min((line for line in lines if line.text), key=lambda line: line.size)
    if smallest.size < SMALLEST:
        yield Finding(
            "small",
            f"“{smallest.text[:60]}” had to be set in {smallest.size:g} points; "
            "shorten what stands there.",
        )


def _glyphs(credential: Credential, brand: Brand) -> Iterator[Finding]:
    told = particulars_of(credential)
    texts = {
        "name": credential.holder_name,
        "profession": credential.holder_profession or "",
        "title": credential.title,
        "programme": credential.programme,
        "assessment": f"{credential.certifies} {credential.assessment} {credential.notice}",
        "hours": " ".join(line.title for line in credential.hours),
        "signatories": " ".join(_words(credential, brand)),
        "statement": brand.statement,
        "particulars": " ".join(
            (told.format, told.place, told.provider_address, *told.instructors)
        ),
    }
    for place, text in texts.items():
        if missing := undrawable(text):
            yield Finding(
                "glyph",
                f"No face draws {' '.join(missing[:8])} of the {place}: a box stands there.",
            )


def _words(credential: Credential, brand: Brand) -> Iterator[str]:
    for person in credential.signatories:
        yield from (person.name, person.role)
    for signing in brand.signatories:
        yield from (signing.name, signing.role)


def _colours(brand: Brand) -> Iterator[Finding]:
    accent = accent_of(brand.primary)
    if accent != brand.primary:
        yield Finding(
            "contrast",
            f"{brand.primary} has a contrast of only {contrast(brand.primary, PAPER):.1f} : 1 "
            f"with the paper, and text needs {TEXT_CONTRAST:g} : 1. {accent} is used instead.",
        )


def _logo(brand: Brand) -> Iterator[Finding]:
    """Find a raster logo that can hardly be told from the white plate it stands on."""
    if brand.logo is None or not brand.logo.startswith(b"\x89PNG"):
        return
    from PIL import Image

    with Image.open(io.BytesIO(brand.logo)) as picture:
        plate = Image.new("RGBA", picture.size, WHITE)
        plate.alpha_composite(picture.convert("RGBA"))
    darkest = plate.convert("L").getextrema()[0]
    shade = f"#{darkest:02x}{darkest:02x}{darkest:02x}"
    if contrast(shade, WHITE) < _FAINT:
        yield Finding("logo", "The logo is nearly white, and stands on a white plate.")


def _weight(size: int) -> Iterator[Finding]:
    if size > HEAVIEST:
        yield Finding(
            "weight",
            f"The file takes {size / 1024:.0f} KiB, more than {HEAVIEST // 1024}; "
            "hand in simpler pictures.",
        )
