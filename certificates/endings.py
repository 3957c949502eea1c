"""Lets every stream of a file end so that no reader can mistake where its data ends.

A writer puts a line feed between a stream's data and the word `endstream`. Where the data itself
ends in a carriage return, as one in 256 packed ones does, the two look like one end of line; a
checker that counts back from the word then finds a byte less than the file says, and PDF/A asks for
the exact number (ISO 19005-3, 6.1.7.1). A carriage return and a line feed put there cannot be
mistaken.
"""

from __future__ import annotations

import io
from typing import Any

_RETURN = b"\r"
_WORD = b"\nendstream"
_END = _WORD + b"\nendobj"


def end_clearly(pdf: Any) -> None:
    """Let a file that pydyf is about to write end its streams clearly."""
    write_line = pdf.write_line

    def write(content: bytes, output: Any) -> None:
        if content.endswith(_RETURN + _END):
            content = content.removesuffix(_END) + _RETURN + _END
        write_line(content, output)

    pdf.write_line = write


class ClearEndings(io.BytesIO):
    """What pyHanko may extend a file in, so that the streams it adds end clearly."""

    _last = b""

    def write(self, data: Any, /) -> int:
        """Write, and set apart a word that ends a stream from a carriage return before it."""
        if data == _WORD and self._last == _RETURN:
            super().write(_RETURN)
        self._last = bytes(data[-1:])
        return super().write(data)
