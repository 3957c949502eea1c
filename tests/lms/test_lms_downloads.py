"""Tables taken away: what a spreadsheet reads back, and that no cell of it can act."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms import downloads
from lms.downloads import Column, Table
from lms.errors import NotFound, Refused

COLUMNS = (
    Column("Learner", "Name as on the certificate."),
    Column("Minutes", "Whole minutes credited.", "minutes"),
    Column("Due", "", "day"),
    Column("Seen", "", "moment"),
)
SEEN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
ROWS = [
    ("Lena Marković", 90, date(2026, 11, 30), SEEN),
    ('=HYPERLINK("https://evil.example","Leo")', 0, None, None),
]
TABLE = Table("Autumn 2026", COLUMNS, ROWS, ("Only learners behind pace.",))


def test_a_csv_file_holds_what_the_table_shows() -> None:
    text = b"".join(downloads.csv_stream(TABLE)).decode("utf-8-sig")
    head, lena, leo = csv.reader(io.StringIO(text, newline=""))
    assert head == ["Learner", "Minutes", "Due", "Seen"]
    assert lena == ["Lena Marković", "90", "2026-11-30", "2026-10-25T00:30:00Z"]
    assert leo == ['\'=HYPERLINK("https://evil.example","Leo")', "0", "", ""]


def test_a_workbook_holds_the_same_with_its_meaning_beside_it() -> None:
    with downloads.xlsx_file(TABLE) as file:
        book = openpyxl.load_workbook(file)
    rows = list(book["Table"].iter_rows(values_only=True))
    assert rows[0] == ("Learner", "Minutes", "Due", "Seen")
    assert rows[1] == ("Lena Marković", 90, datetime(2026, 11, 30), SEEN.replace(tzinfo=None))
    about = [cell for row in book["About"].iter_rows(values_only=True) for cell in row if cell]
    assert "Only learners behind pace." in about and "Whole minutes credited." in about


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"))))
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    """Whatever stands in a cell is text to whoever opens the file (OWASP, CSV Injection)."""
    table = Table("Attack", (Column("Name"),), [(text,)])
    with downloads.xlsx_file(table) as file:
        sheet = openpyxl.load_workbook(file)["Table"]
    cell = sheet.cell(2, 1)
    assert cell.data_type in ("s", "n") and cell.hyperlink is None
    assert (cell.value or "") == text
    read = b"".join(downloads.csv_stream(table)).decode("utf-8-sig")
    ((_head,), (written,)) = csv.reader(io.StringIO(read, newline=""))
    assert not written.lstrip(" \u00a0").startswith(downloads.FORMULA_STARTS)
    assert written.removeprefix("'") == text.removeprefix("'")


def test_a_table_too_long_for_a_sheet_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "MOST_SHEET_ROWS", 1)
    with pytest.raises(Refused, match="Take it as CSV"):
        downloads.xlsx_file(TABLE)


def test_an_unknown_format_is_not_there() -> None:
    with pytest.raises(NotFound):
        downloads.handed_out(TABLE, "exe")


def test_rows_are_read_while_they_are_sent() -> None:
    """A long table needs no memory: the first bytes leave before the last row is read."""
    read = []

    def rows() -> object:
        for number in range(2000):
            read.append(number)
            yield (f"row {number}",)

    stream = downloads.csv_stream(Table("Long", (Column("Name"),), rows()))
    next(stream), next(stream)
    assert len(read) == downloads.ROWS_A_CHUNK
