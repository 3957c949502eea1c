"""Sheets: a file that somebody sent, read row by row whatever wrote it, or refused in words.

Nothing here knows what the columns mean, and nothing holds more than a row and, of a workbook, the
table of its texts: what a file claims about itself is checked before it is believed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lms.errors import Refused

MOST_BYTES = 12_000_000
MOST_ROWS = 50_000
MOST_COLUMNS = 60

Form = Literal["csv", "xlsx"]
Knows = Callable[[str], bool]


class Unreadable(Refused):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not empty: its number as a spreadsheet shows it, and its texts, trimmed."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file turned out to be, and its rows, to be read once.

    `detail` names the encoding and the separator of a text file, or the sheet of a workbook;
    `is_guess` says that the encoding is likely, not certain.
    """

    form: Form
    detail: str
    is_guess: bool
    lines: Iterator[Line]


def counted(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the rows, as long as there are not too many."""
    for count, line in enumerate(lines, start=1):
        # One more for the headings.
        if count > MOST_ROWS + 1:
            raise Unreadable(
                f"The file has more than {MOST_ROWS:,} rows. Split it into several files."
            )
        yield line
