"""A file of marks, as spreadsheets and examination offices write it, into a table of marks.

docs/statistics.md states the format. All problems are reported together, each with its row and
column, and none of the file is used when there is one.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quizzes.analysis.marks import MarkTable, UnusableMarks, mark_table

LARGEST_MARKS_FILE = 50_000_000
MOST_ROWS, MOST_ITEMS, MOST_CELLS = 200_000, 1_000, 5_000_000
LONGEST_NAME = 200
MOST_PROBLEMS = 20

GAPS = frozenset({"", "-", "–", "na", "n/a"})
MAXIMA = frozenset(
    {"max", "max.", "maximum", "maxima", "max mark", "max marks", "maximal mark", "maximal marks"}
    | {"maximum mark", "maximum marks", "out of"}
)
_WHO = re.compile(
    r"\b(learner|student|candidate|participant|person|examinee|attempt|name|surname|e-?mail|user"
    r"|username|id|number|no|nr|code)s?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(\d{1,9}([.,]\d{0,15})?|[.,]\d{1,15})")
Maxima = Literal["given", "one", "largest seen"]


@dataclass(frozen=True, slots=True)
class MarksProblem:
    """What is wrong and where; row and column count from 1 as in a spreadsheet, 0 is the whole."""

    row: int
    column: int
    message: str


class UnreadableMarks(Exception):
    """The file is no table of marks; `problems` are the first of them, `more` how many follow."""

    def __init__(self, problems: Sequence[MarksProblem], more: int = 0) -> None:
        super().__init__(problems[0].message)
        self.problems = tuple(problems)
        self.more = more


@dataclass(frozen=True, slots=True)
class MarksFile:
    """A file as it was understood: its table, and what was taken for granted.

    `delimiter` parts the cells. `names_learners` says whether the first column is taken for the
    learners' names. `maxima` are "given" in a row, "one" mark each, or the "largest seen" in each
    column. `remarks` are sentences about what the reader ought to know.
    """

    table: MarkTable
    delimiter: str
    names_learners: bool
    maxima: Maxima
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of a row, and where it stands in the file (rows from 1)."""

    number: int
    cells: list[str]


def read_marks(data: bytes, *, maxima_first: bool = False) -> MarksFile:
    """Read a CSV file of marks: UTF-8, a header row of item ids, a row a learner.

    `maxima_first` says that the row below the header holds the maximal marks though it does not
    say so itself. Raises UnreadableMarks with every problem, up to twenty.
    """
    delimiter, rows = _rows(_text(data))
    if not rows:
        raise UnreadableMarks([MarksProblem(0, 0, "The file is empty.")])
    header, *body = _without_empty_columns(rows)
    names_learners = _names_learners(header, body)
    first = int(names_learners)
    _check_shape(header, body, first)
    maxima_row, body = _part_maxima(body, names_learners, maxima_first)
    if not body:
        raise UnreadableMarks([MarksProblem(0, 0, "There is no row with a learner's marks.")])
    faults = _Faults()
    values = np.array([[faults.mark(row, n) for n in _columns(header, first)] for row in body])
    given = None
    if maxima_row is not None:
        given = [faults.maximum(maxima_row, n) for n in _columns(header, first)]
    faults.raise_any()
    maxima, how = _maxima(given, values)
    _check_marks(body, values, maxima, first)
    items = [cell.strip() for cell in header.cells[first:]]
    try:
        table = mark_table(items, values, list(maxima))
    except UnusableMarks as error:
        raise UnreadableMarks([MarksProblem(0, 0, str(error))]) from error
    return MarksFile(table, delimiter, names_learners, how, _remarks(body, how, first))


def _text(data: bytes) -> str:
    if len(data) > LARGEST_MARKS_FILE:
        size = LARGEST_MARKS_FILE // 1_000_000
        raise UnreadableMarks([MarksProblem(0, 0, f"The file is larger than {size} MB.")])
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableMarks([MarksProblem(0, 0, "The file is UTF-16; save it as CSV UTF-8.")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        problem = MarksProblem(row, 0, "This is not UTF-8 text; save the file as CSV UTF-8.")
        raise UnreadableMarks([problem]) from error
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise UnreadableMarks([MarksProblem(row, 0, "This is no text file: it holds a zero byte.")])
    return text


def _rows(text: str) -> tuple[str, list[_Row]]:
    """The delimiter and every row that is not blank, read no further than the limits."""
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = next((each for each in "\t;" if each in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    cells = 0
    try:
        # Rows are counted, not lines: a quoted cell may hold a line break.
        for number, row in enumerate(reader, start=1):
            if not any(cell.strip() for cell in row):
                continue
            rows.append(_Row(number, row))
            cells += len(row)
            if len(row) > MOST_ITEMS + 1:
                raise UnreadableMarks([_too_much(number, f"{MOST_ITEMS:,} items")])
            if len(rows) > MOST_ROWS + 2:
                raise UnreadableMarks([_too_much(number, f"{MOST_ROWS:,} learners")])
            if cells > MOST_CELLS:
                raise UnreadableMarks([_too_much(number, f"{MOST_CELLS:,} cells")])
    except csv.Error as error:
        problem = MarksProblem(reader.line_num, 0, f"This is not CSV: {error}.")
        raise UnreadableMarks([problem]) from error
    return delimiter, rows


def _without_empty_columns(rows: Sequence[_Row]) -> list[_Row]:
    """The rows without the empty columns that spreadsheets leave at the right."""
    width = max(n for n, cell in enumerate(rows[0].cells, start=1) if cell.strip())
    return [
        row
        if any(cell.strip() for cell in row.cells[width:])
        else _Row(row.number, row.cells[:width])
        for row in rows
    ]


def _too_much(row: int, what: str) -> MarksProblem:
    return MarksProblem(row, 0, f"The table has more than {what}.")


def _names_learners(header: _Row, body: Sequence[_Row]) -> bool:
    """Whether the first column names learners: by its heading, or because it holds no numbers."""
    heading = header.cells[0].strip()
    if not heading or _WHO.search(heading):
        return True
    cells = [row.cells[0].strip() for row in body]
    return any(cell.lower() not in GAPS and not _NUMBER.fullmatch(cell) for cell in cells)


def _check_shape(header: _Row, body: Sequence[_Row], first: int) -> None:
    faults = _Faults()
    seen: dict[str, int] = {}
    for column, cell in enumerate(header.cells[first:], start=first + 1):
        name = cell.strip()
        if not name:
            faults.add(header.number, column, "This column has no item id.")
        elif len(name) > LONGEST_NAME or not name.isprintable():
            message = f"An item id is at most {LONGEST_NAME} printable characters."
            faults.add(header.number, column, message)
        elif name in seen:
            faults.add(header.number, column, f"Item {name} is in column {seen[name]} already.")
        seen.setdefault(name, column)
    if not header.cells[first:]:
        faults.add(header.number, 1, "The header names no item.")
    for row in body:
        if len(row.cells) != len(header.cells):
            message = f"This row has {len(row.cells)} cells, the header has {len(header.cells)}."
            faults.add(row.number, 0, message)
    faults.raise_any()


def _part_maxima(
    body: Sequence[_Row], names_learners: bool, maxima_first: bool
) -> tuple[_Row | None, list[_Row]]:
    """The row of maximal marks, if there is one, and the learners' rows."""
    if maxima_first:
        return (body[0], list(body[1:])) if body else (None, [])
    named = [row for row in body if names_learners and row.cells[0].strip().lower() in MAXIMA]
    if len(named) > 1:
        message = f"Maximal marks stand in row {named[0].number} already."
        raise UnreadableMarks([MarksProblem(named[1].number, 1, message)])
    return (named[0] if named else None), [row for row in body if row not in named]


def _columns(header: _Row, first: int) -> range:
    return range(first, len(header.cells))


class _Faults:
    """The problems found so far; cells are read through it, so that reading goes on after one."""

    def __init__(self) -> None:
        self.found: list[MarksProblem] = []
        self.more = 0

    def add(self, row: int, column: int, message: str) -> None:
        """Keep a problem, or count it when there are enough."""
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(MarksProblem(row, column, message))
        else:
            self.more += 1

    def raise_any(self) -> None:
        """Raise what was found."""
        if self.found:
            raise UnreadableMarks(self.found, self.more)

    def mark(self, row: _Row, column: int) -> float:
        """The mark in a cell, NaN for a gap."""
        cell = row.cells[column].strip()
        if _NUMBER.fullmatch(cell):
            return float(cell.replace(",", "."))
        if cell.lower() not in GAPS:
            self.add(row.number, column + 1, f"{_shown(cell)} is not a mark.")
        return float("nan")

    def maximum(self, row: _Row, column: int) -> float:
        """The maximal mark in a cell."""
        value = self.mark(row, column)
        if not value > 0:
            self.add(row.number, column + 1, "A maximal mark is a number above 0.")
        return value


def _shown(cell: str) -> str:
    """The start of a stranger's text, with nothing in it that could steer a terminal."""
    return repr(cell if len(cell) <= 30 else cell[:30] + "…")


def _maxima(
    given: list[float] | None, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], Maxima]:
    if given:
        return np.array(given), "given"
    largest = np.where(np.isnan(values), 0.0, values).max(axis=0)
    if (largest <= 1).all():
        return np.ones(values.shape[1]), "one"
    return np.where(largest > 0, largest, 1.0), "largest seen"


def _check_marks(
    body: Sequence[_Row],
    values: NDArray[np.float64],
    maxima: NDArray[np.float64],
    first: int,
) -> None:
    faults = _Faults()
    with np.errstate(invalid="ignore"):
        above = np.argwhere(values > maxima)
    for row, column in above:
        message = f"{values[row, column]:g} is above the maximal mark of {maxima[column]:g}."
        faults.add(body[row].number, int(column) + first + 1, message)
    for empty in np.flatnonzero(np.isnan(values).all(axis=1)):
        faults.add(body[int(empty)].number, 0, "This learner has no mark at all.")
    faults.raise_any()


def _remarks(body: Sequence[_Row], how: Maxima, first: int) -> tuple[str, ...]:
    said = []
    if how == "largest seen":
        said.append(
            "No row gives the maximal marks: the largest mark seen in each column stands for it, "
            "which makes hard items look easier than they are."
        )
    if first:
        names = [row.cells[0].strip() for row in body if row.cells[0].strip()]
        if twice := len(names) - len(set(names)):
            said.append(
                f"{twice} rows repeat a learner's name. Figures assume one row a learner, best "
                "the first attempt."
            )
    return tuple(said)
