"""Tables to take away, as CSV and as a workbook that no cell can attack; names for downloads."""

import csv
import io
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Response, stream_with_context

from lms.errors import NotFound, Refused

Cell = str | int | float | date | datetime | None

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection), also full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_A_CHUNK = 500
BYTES_A_CHUNK = 64 * 1024
# What a sheet holds (Excel specifications and limits), one row of it for the headings.
MOST_SHEET_ROWS = 1_048_575
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, what it means in a sentence, and what its cells hold.

    Cells of "day" are dates, of "moment" aware instants; "minutes" and "percent" are whole numbers.
    """

    label: str
    help: str = ""
    kind: Literal["text", "number", "day", "moment", "minutes", "percent"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table to take away, exactly as a page shows it: what it is called, and its rows.

    `notes` say what a reader has to know beside it: the filters, when it was made. Instants are
    written in `zone`, an IANA name. `rows` may be made while they are read, so that a long table
    needs no memory.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]
    notes: tuple[str, ...] = ()
    zone: str = "UTC"


def table_of(name: str, rows: Iterable[Sequence[Cell]], notes: tuple[str, ...] = ()) -> Table:
    """Return a table of rows of which the first holds the headings."""
    left = iter(rows)
    return Table(name, tuple(Column(str(label)) for label in next(left)), left, notes)


def as_csv(rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """Write rows for a spreadsheet (RFC 4180): UTF-8 with its mark, every cell quoted and safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def csv_stream(table: Table) -> Iterator[bytes]:
    """Write a table for a spreadsheet as it is read, some rows at a time.

    Headings first; notes and the meaning of the columns go into the workbook only, because a CSV
    file has one header and then data. Days and instants are written as ISO 8601, instants in the
    table's zone with their distance from UTC.
    """
    zone = ZoneInfo(table.zone)
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([harmless(column.label) for column in table.columns])
    yield "\ufeff".encode()
    for count, row in enumerate(table.rows, start=1):
        writer.writerow([harmless(_plain(cell, zone)) for cell in row])
        if count % ROWS_A_CHUNK == 0:
            yield _taken(text)
    yield _taken(text)


def xlsx_file(table: Table) -> IO[bytes]:
    """Write a table as a workbook into a file that vanishes when it is closed, and rewind it.

    The rows on one sheet; on another what the columns mean, and the notes. Every text is written
    as text, so that no cell is a formula or a link; instants in the table's zone, named beside
    each. It is written row by row and needs the memory of one. Raises Refused for more rows than a
    sheet holds.
    """
    # Loaded here: few requests make a workbook, and every start would pay for it.
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by whoever sends it
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    try:
        _write_rows(book, table)
        _write_meaning(book, table)
    except BaseException:
        # It holds files of its own, which only its end lets go.
        book.close()
        file.close()
        raise
    book.close()
    file.seek(0)
    return file


def _write_rows(book: Any, table: Table) -> None:
    sheet, bold = book.add_worksheet("Table"), book.add_format({"bold": True})
    write = _writer(book, sheet, ZoneInfo(table.zone))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, max(12, min(48, len(column.label) + 2)))
        sheet.write_string(0, place, column.label, bold)
    for number, row in enumerate(table.rows, start=1):
        if number > MOST_SHEET_ROWS:
            raise Refused("This table has more rows than a sheet can hold. Take it as CSV.")
        for place, (_column, cell) in enumerate(zip(table.columns, row, strict=True)):
            write(number, place, cell)


def _writer(book: Any, sheet: Any, zone: ZoneInfo) -> Callable[[int, int, Cell], None]:
    """Return what writes a cell; an instant beside the name that its zone has on that day."""
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moments: dict[str, Any] = {}

    def moment(name: str) -> Any:
        if name not in moments:
            moments[name] = book.add_format({"num_format": f'yyyy-mm-dd hh:mm" {name}"'})
        return moments[name]

    def write(row: int, place: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, datetime):
            local = cell.astimezone(zone)
            sheet.write_datetime(row, place, local, moment(local.tzname() or ""))
        elif isinstance(cell, date):
            sheet.write_datetime(row, place, cell, day)
        elif isinstance(cell, str):
            sheet.write_string(row, place, cell)
        else:
            sheet.write_number(row, place, cell)

    return write


def _write_meaning(book: Any, table: Table) -> None:
    sheet, bold = book.add_worksheet("About"), book.add_format({"bold": True})
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, table.name, bold)
    lines = [("", note) for note in table.notes]
    lines += [(column.label, column.help) for column in table.columns if column.help]
    for number, (label, text) in enumerate(lines, start=2):
        sheet.write_string(number, 0, label, bold)
        sheet.write_string(number, 1, text)


def handed_out(table: Table, form: str) -> Response:
    """Return a table as a download in one of `FORMATS`, streamed; NotFound for any other."""
    if form not in FORMATS:
        raise NotFound()
    if form == "csv":
        body = csv_stream(table)
        kind = "text/csv; charset=utf-8"
    else:
        # Made whole before the first byte leaves: what is refused is refused with its sentence.
        body = _chunks(xlsx_file(table))
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = Response(stream_with_context(body), content_type=kind)
    answer.headers["Content-Disposition"] = attachment(f"{table.name}.{form}")
    return answer


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(BYTES_A_CHUNK):
            yield chunk


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken


def _plain(cell: Cell, zone: ZoneInfo) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        written = cell.astimezone(zone).isoformat(timespec="seconds")
        return written.removesuffix("+00:00") + "Z" if zone.key == "UTC" else written
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def harmless(cell: str | int | float) -> str | int | float:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    if isinstance(cell, str) and cell.lstrip(" \u00a0").startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def attachment(name: str) -> str:
    """Return a Content-Disposition for a download: plain letters, and the true name (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.") or "table.csv"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
