"""Files to take away: rows for a spreadsheet that no cell can attack, and names for downloads."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from urllib.parse import quote

Cell = str | int | float | date | datetime | None

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection), also full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_A_CHUNK = 500


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

    `notes` say what a reader has to know beside it: the filters, the zone of its times, when it was
    made. `rows` may be made while they are read, so that a long table needs no memory.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]
    notes: tuple[str, ...] = ()


def as_csv(rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """Write rows for a spreadsheet (RFC 4180): UTF-8 with its mark, every cell quoted and safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def csv_stream(table: Table) -> Iterator[bytes]:
    """Write a table for a spreadsheet as it is read, some rows at a time.

    Headings first; notes and the meaning of the columns go into the workbook only, because a CSV
    file has one header and then data. Days and instants are written as ISO 8601, instants in UTC.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([harmless(column.label) for column in table.columns])
    yield "\ufeff".encode()
    for count, row in enumerate(table.rows, start=1):
        writer.writerow([harmless(_plain(cell)) for cell in row])
        if count % ROWS_A_CHUNK == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
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
