"""Workbooks: the first visible sheet of an .xlsx file, read as a stream of events.

A workbook is a ZIP file of XML (ECMA-376, part 1, section 18). Neither is trusted: only the parts
that are needed are unpacked, each up to a limit; a document type, an entity, a text longer than a
cell can hold or a part that grows without end is refused. No tree is ever built of a sheet, so that
the memory it takes does not depend on how it is written.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO
from xml.parsers import expat

from lms.services.rosters.sheets import MOST_COLUMNS, Line, Sheet, Unreadable, counted

MOST_SHEET_BYTES = 64_000_000
MOST_TEXT_BYTES = 48_000_000
MOST_SMALL_BYTES = 1_000_000
MOST_TEXTS = 600_000
MOST_ROWS_WRITTEN = 200_000
LONGEST_CELL = 32_767  # characters, Excel's own limit
LONGEST_TOKEN = 1_000_000  # bytes that the parser may hold back
_BLOCK = 1 << 16
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BROKEN = "The workbook is damaged. Open it in a spreadsheet and save it again as .xlsx."


def open_workbook(file: BinaryIO) -> Sheet:
    """Return the table in a workbook, or raise Unreadable."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unreadable(_BROKEN) from None
    title, part = _first_sheet(archive)
    return Sheet("xlsx", title, False, counted(_lines(archive, part)))


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Return the title and the part of the first sheet that is not hidden."""
    if "xl/workbook.xml" not in archive.namelist():
        raise Unreadable(
            "This is a ZIP file or a document of another program, and no Excel workbook. "
            "Save the table as .xlsx or as CSV."
        )
    targets = {
        each.get("Id"): each.get("Target") or ""
        for each in _small_tree(archive, "xl/_rels/workbook.xml.rels")
    }
    for sheet in _small_tree(archive, "xl/workbook.xml").iter():
        is_sheet = sheet.tag.rpartition("}")[2] == "sheet"
        if is_sheet and sheet.get("state", "visible") == "visible":
            target = targets.get(sheet.get(_RELATION), "")
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            if target and part in archive.namelist():
                return (sheet.get("name") or "")[:60], part
    raise Unreadable("The workbook has no visible sheet with a table.")


def _small_tree(archive: zipfile.ZipFile, part: str) -> Any:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        return ElementTree.fromstring(
            b"".join(_blocks(archive, part, MOST_SMALL_BYTES)), forbid_dtd=True
        )
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        raise Unreadable(_BROKEN) from None


def _blocks(archive: zipfile.ZipFile, part: str, most: int) -> Iterator[bytes]:
    """Unpack a part block by block, never more than `most` bytes of it."""
    try:
        if archive.getinfo(part).file_size > most:
            raise Unreadable(
                f"Unpacked, the workbook has more than {most // 1_000_000} MB. Copy the rows that "
                "are needed into a new workbook, or save them as CSV."
            )
        # No more than what it claims to hold ever comes out of it.
        with archive.open(part) as unpacked:
            while block := unpacked.read(_BLOCK):
                yield block
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError):
        # NotImplementedError for a method of packing nobody uses is a RuntimeError too.
        raise Unreadable(_BROKEN) from None


class _Events:
    """What the parsers of a sheet and of its texts share: the refusal of what they do not read."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self._parts: list[str] | None = None
        self._length = 0

    def feed(self, blocks: Iterator[bytes]) -> Iterator[None]:
        """Parse block by block; whoever asks for the next one may take what has come together."""
        fed = 0
        try:
            for block in blocks:
                self.parser.Parse(block, False)
                fed += len(block)
                if fed - self.parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise Unreadable(_BROKEN)
                yield
            self.parser.Parse(b"", True)
            yield
        except expat.ExpatError:
            raise Unreadable(_BROKEN) from None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the beginning of an element."""
        raise NotImplementedError

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        raise NotImplementedError

    def text(self, data: str) -> None:
        """Keep the text of the cell that is being read, within bounds."""
        if self._parts is not None:
            self._length += len(data)
            if self._length > LONGEST_CELL:
                raise Unreadable(f"A cell holds more than {LONGEST_CELL:,} characters.")
            self._parts.append(data)

    def begin_text(self) -> None:
        """Listen from here on."""
        self._parts, self._length = [], 0

    def taken_text(self) -> str:
        """Return what was heard, and listen no more."""
        found = "".join(self._parts or ())
        self._parts = None
        return found

    @staticmethod
    def _refuse(*_declared: object) -> None:
        raise Unreadable("The workbook declares entities, which no spreadsheet writes.")


class _Texts(_Events):
    """The table of texts: cells of the sheet point into it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._is_reading_aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a text, or one of the pieces that are formatted differently."""
        match name.rpartition(":")[2]:
            case "si":
                self._pieces = []
            case "rPh":
                self._is_reading_aid = True
            case "t" if not self._is_reading_aid:
                self.begin_text()

    def end(self, name: str) -> None:
        """Put the pieces of a text together."""
        match name.rpartition(":")[2]:
            case "rPh":
                self._is_reading_aid = False
            case "t" if not self._is_reading_aid:
                self._pieces.append(self.taken_text())
            case "si":
                if len(self.found) >= MOST_TEXTS:
                    raise Unreadable("The workbook holds more texts than a roster can have.")
                self.found.append("".join(self._pieces)[:LONGEST_CELL].strip())


class _Rows(_Events):
    """The rows of a sheet: `ready` holds those that are complete."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self.ready: list[Line] = []
        self._texts = texts
        self._count = self._number = self._column = 0
        self._kind = self._value = self._formula = ""
        self._cells: list[str] = []
        self._is_reading_aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell, or its value."""
        match name.rpartition(":")[2]:
            case "row":
                self._begin_row(attributes.get("r", ""))
            case "c":
                place = attributes.get("r", "")
                self._column = column_of(place) if place else self._column + 1
                self._kind = attributes.get("t", "n")
                self._value = self._formula = ""
            case "rPh":
                self._is_reading_aid = True
            case "v" | "t" | "f" if not self._is_reading_aid:
                self.begin_text()

    def end(self, name: str) -> None:
        """Keep what ends here."""
        match name.rpartition(":")[2]:
            case "rPh":
                self._is_reading_aid = False
            case "v" | "t" if not self._is_reading_aid:
                self._value += self.taken_text()
            case "f":
                self._formula = self.taken_text()
            case "c":
                self._keep_cell()
            case "row":
                if any(self._cells):
                    self.ready.append(Line(self._number, tuple(self._cells)))

    def _begin_row(self, number: str) -> None:
        self._count += 1
        if self._count > MOST_ROWS_WRITTEN:
            raise Unreadable(
                "The sheet has very many rows, most of them empty. Copy those with people into a "
                "new workbook."
            )
        next_one = int(number) if number.isdecimal() and len(number) < 8 else self._number + 1
        if next_one <= self._number:
            raise Unreadable(_BROKEN)
        self._number, self._column, self._cells = next_one, 0, []

    def _keep_cell(self) -> None:
        if not 1 <= self._column <= MOST_COLUMNS:
            return
        value = self._value.strip()
        if self._kind == "s":
            value = self._text_at(value)
        elif self._kind == "n":
            value = number_text(value)
        elif self._kind == "b":
            value = "TRUE" if value == "1" else "FALSE"
        if not value and self._formula:
            # Nobody has worked it out: shown as what it is, it is refused as a value.
            value = f"={self._formula}"
        if value:
            self._cells.extend([""] * (self._column - len(self._cells)))
            self._cells[self._column - 1] = value

    def _text_at(self, place: str) -> str:
        try:
            return self._texts[int(place)] if place.isdecimal() else ""
        except IndexError:
            raise Unreadable(_BROKEN) from None


def _lines(archive: zipfile.ZipFile, part: str) -> Iterator[Line]:
    texts = _Texts()
    if "xl/sharedStrings.xml" in archive.namelist():
        for _ in texts.feed(_blocks(archive, "xl/sharedStrings.xml", MOST_TEXT_BYTES)):
            pass
    rows = _Rows(texts.found)
    for _ in rows.feed(_blocks(archive, part, MOST_SHEET_BYTES)):
        yield from rows.ready
        rows.ready.clear()


def column_of(place: str) -> int:
    """Return the column of a cell such as “AB12”, counted from 1; 0 for what is no place."""
    column = 0
    for letter in place[:4]:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column


def number_text(text: str) -> str:
    """Return a number as people wrote it: whole ones without a point or an exponent."""
    if not text or text.isdecimal():
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if value.is_finite() and abs(value) < 10**15 and value == value.to_integral_value():
        return str(int(value))
    return text
