"""Opening a file: what it is by its first bytes, whatever its name says."""

from typing import BinaryIO

from lms.services.rosters.sheets import MOST_BYTES, Knows, Sheet, Unreadable
from lms.services.rosters.text_sheets import open_text
from lms.services.rosters.workbooks import open_workbook

OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
NOT_SHEETS = (b"%PDF", b"<", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"7z\xbc\xaf")


def open_sheet(file: BinaryIO, knows: Knows) -> Sheet:
    """Return the table in a seekable file, or raise Unreadable, also while it is read.

    `knows` says of a text whether it is a heading that is looked for: it decides on the separator.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if size > MOST_BYTES:
        raise Unreadable(
            f"The file has {size // 1_000_000} MB; up to {MOST_BYTES // 1_000_000} MB are read. "
            "Split it, or leave out columns that are not needed."
        )
    start = file.read(8)
    file.seek(0)
    if not start.strip():
        raise Unreadable("The file is empty. Save it again and send the saved one.")
    if start.startswith(OLD_EXCEL):
        raise Unreadable(
            "This is a workbook of an older Excel, or one with a password. "
            "Save it as “Excel workbook (.xlsx)” without a password."
        )
    if start.startswith(ZIP):
        return open_workbook(file)
    if start.startswith(NOT_SHEETS):
        raise Unreadable("This is neither a CSV file nor an Excel workbook (.xlsx).")
    return open_text(file, knows)
