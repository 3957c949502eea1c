"""Tables as text: CSV in whatever encoding and with whatever separator a spreadsheet saved it.

A byte order mark is believed; without one the text is UTF-8 if all of it is, else Windows-1252,
which Excel writes on Windows. Excel's own first line “sep=;” is obeyed.
"""

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from typing import BinaryIO

from lms.services.rosters.sheets import MOST_COLUMNS, Knows, Line, Sheet, Unreadable, counted

SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_BLOCK = 1 << 16
_ROWS_LOOKED_AT = 20
_LONGEST_START = 1 << 16


def open_text(file: BinaryIO, knows: Knows) -> Sheet:
    """Return the table in a text file, or raise Unreadable."""
    encoding, name, is_guess = _encoding_of(file)
    separator, is_told = _separator_of(file, encoding, knows)
    detail = f"{name}, {SEPARATOR_WORDS.get(separator, separator)}"
    lines = counted(_lines(file, encoding, separator, skip=is_told))
    return Sheet("csv", detail, is_guess, lines)


def _encoding_of(file: BinaryIO) -> tuple[str, str, bool]:
    """Return the codec, its name for people, and whether it is a guess; the whole file is tried."""
    start = file.read(4)
    for mark, codec, name in MARKS:
        if start.startswith(mark):
            _decode_all(file, codec, "The file is damaged: it is not the text it says it is.")
            return codec, name, False
    try:
        _decode_all(file, "utf-8", "")
    except UnicodeDecodeError:
        _decode_all(file, "cp1252", "The file is no text. Save it as CSV (UTF-8) or as .xlsx.")
        return "cp1252", "Windows-1252", True
    return "utf-8", "UTF-8", False


def _decode_all(file: BinaryIO, codec: str, problem: str) -> None:
    """Decode the file without keeping it; with a `problem`, say that instead of failing."""
    decoder = codecs.getincrementaldecoder(codec)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            if "\0" in decoder.decode(block):
                raise Unreadable(
                    "The file holds NUL characters: it is damaged, or no table. "
                    "Save it as CSV (UTF-8) or as .xlsx."
                )
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if problem:
            raise Unreadable(problem) from None
        raise


def _text_of(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, newline="")


def _separator_of(file: BinaryIO, encoding: str, knows: Knows) -> tuple[str, bool]:
    """Return the separator, and whether the first line of the file is only there to name it."""
    text = _text_of(file, encoding)
    start = text.read(_LONGEST_START)
    text.detach()
    first = start.split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], True
    return max(SEPARATORS, key=lambda separator: _known_headings(start, separator, knows)), False


def _known_headings(start: str, separator: str, knows: Knows) -> tuple[int, int]:
    """Return how many headings of one row are known, and how many cells the first row has."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    try:
        rows = list(itertools.islice(reader, _ROWS_LOOKED_AT))
    except csv.Error:
        return 0, 0
    known = (sum(knows(cell) for cell in row[:MOST_COLUMNS]) for row in rows)
    return max(known, default=0), len(rows[0]) if rows else 0


def _lines(file: BinaryIO, encoding: str, separator: str, *, skip: bool) -> Iterator[Line]:
    text = _text_of(file, encoding)
    reader = csv.reader(text, delimiter=separator)
    number = 0
    try:
        if skip:
            next(reader, None)
        for number, row in enumerate(reader, start=1):
            cells = tuple(cell.strip() for cell in row[:MOST_COLUMNS])
            if any(cells):
                yield Line(number, cells)
    except csv.Error:
        raise Unreadable(
            f"After row {number} a cell is longer than any cell can be: most likely a quotation "
            "mark is opened there and never closed."
        ) from None
    finally:
        # The file belongs to whoever opened it, and is closed by them alone.
        if not file.closed:
            text.detach()
