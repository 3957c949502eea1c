"""The QR code of a certificate, as the press takes it: a picture of one bit a dot."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import pydyf  # type: ignore[import-untyped]
import segno

_QUIET_ZONE = 4
"""Light modules around a code (ISO/IEC 18004)."""
_DOTS = 4
"""Dots a module on each side: readers of PDF files blur a picture of one dot a module."""
_MASK = 3
"""Any mask can be read; choosing the best one takes longer than the rest of the code."""
_PAIRS = tuple(
    bytes([0xF0 * (not left) | 0x0F * (not right)]) for left in (0, 1) for right in (0, 1)
)
"""The dots of two modules side by side, in one byte: 0 is dark."""


class CodePicture:
    """The QR code of an address, with the methods that WeasyPrint asks of a picture.

    It goes into the file as it is, without being packed as an image and unpacked again.
    """

    def __init__(self, address: str) -> None:
        rows = _modules(address)
        self.id = hashlib.sha256(address.encode()).hexdigest()[:16]
        self.dots = _DOTS * len(rows)
        self._packed = zlib.compress(b"".join(_dots(row) * _DOTS for row in rows), 1)

    def get_intrinsic_size(
        self, resolution: float, _font_size: float
    ) -> tuple[float, float, float]:
        """Return width and height in CSS pixels, and the ratio of the two."""
        return self.dots / resolution, self.dots / resolution, 1

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """Draw the code in a place of that size on a page."""
        name = stream.add_image(self, False, 1)
        stream.transform(width, 0, 0, -height, 0, height)
        stream.draw_x_object(name)

    def get_x_object(self, _interpolate: bool, _ratio: float) -> pydyf.Stream:
        """Return the code as a file holds it."""
        extra = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": self.dots,
            "Height": self.dots,
            "ColorSpace": "/DeviceGray",
            "BitsPerComponent": 1,
            "Filter": "/FlateDecode",
        }
        return pydyf.Stream([self._packed], pydyf.Dictionary(extra))


def _modules(address: str) -> list[bytes]:
    """Return the rows of the code with the light zone around it; 1 is dark."""
    code = segno.make(address, error="m", micro=False, mask=_MASK, boost_error=False)
    side = bytes(_QUIET_ZONE)
    above = [bytes(len(code.matrix) + 2 * _QUIET_ZONE)] * _QUIET_ZONE
    return [*above, *(side + bytes(row) + side for row in code.matrix), *above]


def _dots(row: bytes) -> bytes:
    """Return a line of dots, two modules a byte; a last byte is filled up with a light module."""
    row += bytes(len(row) % 2)
    return b"".join(
        _PAIRS[2 * left + right] for left, right in zip(row[::2], row[1::2], strict=True)
    )
