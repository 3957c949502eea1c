"""The colours a certificate is drawn in: a brand's one colour, made dark enough to be read."""

from __future__ import annotations

from dataclasses import dataclass

PAPER = "#fbfaf7"
INK = "#1d2321"
WHITE = "#ffffff"

TEXT_CONTRAST = 4.5
"""Least contrast of small text with its ground (WCAG 2.2, 1.4.3)."""
BAND_CONTRAST = 7.0
"""Least contrast of white text with the band: it is small, and printed (WCAG 2.2, 1.4.6)."""

_BAND_SHADE = 0.72
_DARKER = 0.94


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as `#rrggbb`: headings and frame, the band, and what stands on the band."""

    accent: str
    band: str
    on_band: str
    soft_on_band: str
    rule_on_band: str
    tint: str
    rule: str


def palette_of(primary: str) -> Palette:
    """Return the colours for a brand's primary colour.

    One too light to be read as text is darkened until it can be, and so is the band.
    """
    band = _darkened(_mixed(primary, "#000000", _BAND_SHADE), WHITE, BAND_CONTRAST)
    accent = accent_of(primary)
    return Palette(
        accent=accent,
        band=band,
        on_band=WHITE,
        soft_on_band=_mixed(WHITE, band, 0.86),
        rule_on_band=_mixed(WHITE, band, 0.48),
        tint=_mixed(accent, WHITE, 0.09),
        rule=_mixed(accent, WHITE, 0.32),
    )


def accent_of(primary: str) -> str:
    """Return the primary colour, darkened if need be until small text in it can be read."""
    return _darkened(primary, PAPER, TEXT_CONTRAST)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _darkened(colour: str, ground: str, least: float) -> str:
    while contrast(colour, ground) < least:
        colour = _mixed(colour, "#000000", _DARKER)
    return colour


def _mixed(colour: str, other: str, share: float) -> str:
    """Return the first colour with the second where its share ends."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
