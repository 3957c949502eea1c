"""Files of rosters: whatever a spreadsheet writes is read alike, whatever attacks is refused."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.services.rosters import sheets, text_sheets, workbooks
from lms.services.rosters.columns import Headings, find_headings, is_heading
from lms.services.rosters.opening import open_sheet
from lms.services.rosters.people import Note, normal_address, read_person
from lms.services.rosters.sheets import Line, Unreadable

HEADINGS = ["Staff number", "E-mail", "Name"]
ROWS = [["N-1", "lena@example.org", "Lena Marković"], ["007", "leo@example.org", "Leo, Ferreira"]]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def table(data: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in open_sheet(io.BytesIO(data), is_heading).lines]


def as_text(rows: list[list[str]], separator: str = ",") -> str:
    quoted = ([f'"{cell.replace(chr(34), 2 * chr(34))}"' for cell in row] for row in rows)
    return "".join(separator.join(row) + "\r\n" for row in quoted)


def workbook(rows: list[list[object]], **titles: str) -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(data)
    return data.getvalue()


def with_part(part: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a good workbook in which one part is another."""
    made, data = workbook([HEADINGS, *ROWS]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(data, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return data.getvalue()


# --- whatever a spreadsheet writes ----------------------------------------------------------


@pytest.mark.parametrize("separator", text_sheets.SEPARATORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_every_encoding_and_separator_gives_the_same_table(encoding: str, separator: str) -> None:
    rows = [HEADINGS, ["N-1", "renee@example.org", "Renée Müller"]]
    data = as_text(rows, separator).encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    found = open_sheet(io.BytesIO(data), is_heading)
    assert [list(line.cells) for line in found.lines] == rows
    assert found.is_guess == (encoding == "cp1252")


def test_the_first_line_of_excel_that_names_the_separator_is_obeyed() -> None:
    assert table(b"sep=|\r\nE-mail|Name\r\na@example.org|A;B,C\r\n")[1] == (
        "a@example.org",
        "A;B,C",
    )


def test_a_workbook_is_read_as_it_looks() -> None:
    rows = [HEADINGS, [1042, "a@example.org", "Ana"], [7.0, "b@example.org", True]]
    assert table(workbook(rows)) == [
        tuple(HEADINGS),
        ("1042", "a@example.org", "Ana"),
        ("7", "b@example.org", "TRUE"),
    ]


def test_a_formula_without_its_result_is_shown_as_a_formula() -> None:
    found = table(workbook([HEADINGS, ["1", "a@example.org", '=A1&"x"']]))
    assert found[1][2].startswith("=")


texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\r\n", exclude_categories=["Cc", "Cs"]),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts, texts), max_size=8))
def test_what_is_written_is_what_is_read(rows: list[tuple[str, str, str]]) -> None:
    """A law of both kinds of file: all rows that are not empty, trimmed, in their order."""
    kept = [tuple(cell.strip() for cell in row) for row in rows]
    wanted = [tuple(HEADINGS), *(row for row in kept if any(row))]
    data = as_text([HEADINGS, *map(list, rows)]).encode("utf-8-sig")
    assert table(data) == wanted


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(texts, texts, texts), max_size=6))
def test_a_workbook_gives_back_its_texts(rows: list[tuple[str, str, str]]) -> None:
    import xlsxwriter

    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADINGS, *rows]):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)

    def stripped(row: tuple[str, ...]) -> tuple[str, ...]:
        while row and not row[-1]:
            row = row[:-1]
        return row

    # A spreadsheet ends its lines within a cell alike, and leaves signs out that XML cannot hold.
    wanted = [stripped(tuple(cell.strip() for cell in row)) for row in rows]
    found = [stripped(row) for row in table(data.getvalue())[1:]]
    assert found == [row for row in wanted if row]


# --- whatever attacks -----------------------------------------------------------------------


def entities() -> bytes:
    dtd = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return with_part("xl/worksheets/sheet1.xml", dtd + b"<worksheet>&b;</worksheet>")


def claims_more() -> bytes:
    """A part that says it is larger than the limit: nothing of it is unpacked."""
    return with_part("xl/worksheets/sheet1.xml", b" " * (workbooks.MOST_SHEET_BYTES + 1))


def endless_cell() -> bytes:
    cell = b'<c t="inlineStr"><is><t>' + b"a" * 200_000 + b"</t></is></c>"
    xml = f'<worksheet xmlns="{MAIN}"><sheetData><row>'.encode() + cell + b"</row>"
    return with_part("xl/worksheets/sheet1.xml", xml + b"</sheetData></worksheet>")


def endless_token() -> bytes:
    xml = b'<worksheet a="' + b"a" * 4_000_000 + b'"></worksheet>'
    return with_part("xl/worksheets/sheet1.xml", xml)


def endless_rows() -> bytes:
    rows = b"<row/>" * (workbooks.MOST_ROWS_WRITTEN + 1)
    return with_part("xl/worksheets/sheet1.xml", b"<w><sheetData>" + rows + b"</sheetData></w>")


def cut_off() -> bytes:
    return workbook([HEADINGS, *ROWS])[:-200]


def damaged() -> bytes:
    data = bytearray(workbook([HEADINGS, *ROWS]))
    place = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[place : place + 40] = bytes(40)
    return bytes(data)


def encrypted_flag() -> bytes:
    data = bytearray(workbook([HEADINGS, *ROWS]))
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data[place + 8 : place + 10] = struct.pack("<H", 1)
        place += 4
    return bytes(data)


def another_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    return data.getvalue()


def up_and_out() -> bytes:
    rels = b'<Relationships><Relationship Id="rId1" Target="../../../etc/passwd"/></Relationships>'
    return with_part("xl/_rels/workbook.xml.rels", rels)


def too_many_rows() -> bytes:
    return b"E-mail,Name\n" + b"a@b.org,A\n" * (sheets.MOST_ROWS + 1)


@pytest.mark.parametrize(
    "made",
    [
        *(entities, claims_more, endless_cell, endless_token, endless_rows, cut_off, damaged),
        *(encrypted_flag, another_zip, up_and_out, too_many_rows),
        lambda: b"",
        lambda: b"E-mail,Name\na@b.org,A\0B\n",
        lambda: b'E-mail,Name\n"' + b"x" * 200_000,
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old",
        lambda: b"%PDF-1.7",
        lambda: b"<html><table>",
        lambda: b"\xff\xfea",
        lambda: b"E-mail,Name\n\x81\x8d\xff\n",
        lambda: b"x" * (sheets.MOST_BYTES + 1),
    ],
    ids=lambda made: getattr(made, "__name__", "other"),
)
def test_what_is_no_roster_is_refused_in_words_and_little_memory(
    made: Callable[[], bytes],
) -> None:
    data = made()
    tracemalloc.start()
    with pytest.raises(Unreadable) as refusal:
        for _ in open_sheet(io.BytesIO(data), is_heading).lines:
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.message.endswith((".", "!")) and refusal.value.status == 422
    assert peak < 20_000_000


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    """A row may say that its cell stands in the last column of all."""
    xml = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>E-mail</v></c>'
        '<c r="XFD1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>5</v></c></row>'
        "</sheetData></worksheet>"
    )
    data = with_part("xl/worksheets/sheet1.xml", xml.encode())
    found = list(open_sheet(io.BytesIO(data), is_heading).lines)
    assert [(line.number, line.cells) for line in found] == [(1, ("E-mail",)), (1048576, ("5",))]


# --- headings and people --------------------------------------------------------------------


def headings_of(*rows: list[str]) -> Headings:
    return find_headings(Line(number, tuple(row)) for number, row in enumerate(rows, start=1))


def test_titles_may_stand_above_the_headings_and_headings_be_merged() -> None:
    found = headings_of(["Spring intake", ""], ["EMPLOYEE ID", "e-mail Address", "Name", "", "Age"])
    assert (found.row, found.places) == (2, {"external_id": 0, "email": 1, "full_name": 2})
    assert found.ignored == ("Age",)


@pytest.mark.parametrize(
    "rows",
    [
        [["Name", "Phone"]],
        [["E-mail", "First name"]],
        [["E-mail", "Email address", "Name"]],
        [["E-mail"], ["x"]],
    ],
)
def test_headings_that_do_not_do_are_told(rows: list[list[str]]) -> None:
    with pytest.raises(Unreadable):
        headings_of(*rows)


def person(**cells: str) -> tuple[str, tuple[Note, ...]]:
    places = {key: place for place, key in enumerate(cells)}
    found, notes = read_person(Line(2, tuple(cells.values())), Headings(1, places, ()))
    return found.email, notes


def test_a_person_in_two_columns_of_names() -> None:
    line = Line(2, ("Amara", "Singh", " Amara.Singh@Hospital.Example "))
    found, notes = read_person(line, Headings(1, {"first_name": 0, "last_name": 1, "email": 2}, ()))
    assert (found.full_name, found.email, notes) == (
        "Amara Singh",
        "amara.singh@hospital.example",
        (),
    )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"email": "", "full_name": "A"}, "missing"),
        ({"email": "a@b.org", "full_name": ""}, "missing"),
        ({"email": "no address", "full_name": "A"}, "no-address"),
        ({"email": "a@localhost", "full_name": "A"}, "no-address"),
        ({"email": "а@b.org", "full_name": "A"}, "no-address"),
        ({"email": "a@b.org", "full_name": "=HYPERLINK(1)"}, "formula"),
        ({"email": "a@b.org", "full_name": "#REF!"}, "spreadsheet-error"),
        ({"email": "a@b.org", "full_name": "A\u202eB"}, "unprintable"),
        ({"email": "a@b.org", "full_name": "12"}, "no-name"),
        ({"email": "a@b.org", "full_name": "A" * 121}, "too-long"),
        ({"email": "a@b.org", "full_name": "A", "external_id": "@SUM(1)"}, "formula"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(cells: dict[str, str], code: str) -> None:
    assert [note.code for note in person(**cells)[1]] == [code]


local_parts = st.text("az0+._'-", max_size=8)
domains = st.text("az0.-", max_size=10) | st.sampled_from(["b.org", "ä.org", "b.test", "[1.2.3.4]"])


@settings(max_examples=200, deadline=None)
@given(st.builds("{}@{}".format, local_parts, domains) | st.text(max_size=20))
def test_an_address_is_judged_as_registration_judges_it(address: str) -> None:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(
            address.lower(), allow_smtputf8=False, check_deliverability=False
        ).normalized.lower()
    except EmailNotValidError:
        found = None
    assert normal_address(address.lower()) == found
