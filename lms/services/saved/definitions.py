"""What a report shows of a table: which columns, which rows, in which order."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from lms.downloads import Cell, Table
from lms.errors import Refused

Operator = Literal["is", "is-not", "contains", "at-least", "at-most", "is-empty", "is-not-empty"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
MOST_CONDITIONS = 4
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """A row is shown if its cell in `column` is what `operator` says of `value`.

    Texts compare without regard to case; numbers as numbers, days as ISO 8601 texts.
    """

    column: str
    operator: Operator
    value: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """A report over the table of `source`; no `columns` means all, no `sort` the table's order."""

    source: str
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    descending: bool = False


def to_text(definition: Definition) -> str:
    """Return a definition as the JSON text under which it is kept and shown."""
    return json.dumps(asdict(definition), ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> Definition:
    """Read a definition back; Refused, saying what is wrong, for anything else."""
    try:
        found: dict[str, Any] = json.loads(text)
        conditions = tuple(
            Condition(str(each["column"]), each["operator"], str(each["value"])[:LONGEST_VALUE])
            for each in found["conditions"]
        )
        definition = Definition(
            str(found["source"]),
            tuple(map(str, found["columns"])),
            conditions,
            str(found["sort"]),
            found["descending"] is True,
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused("This is no definition of a report.") from error
    if len(conditions) > MOST_CONDITIONS:
        raise Refused(f"A report has at most {MOST_CONDITIONS} conditions.")
    for each in conditions:
        if each.operator not in OPERATORS:
            raise Refused(f"There is no condition “{each.operator}”.")
    return definition


def applied(table: Table, definition: Definition) -> Table:
    """Return what the definition shows of a table, with its conditions among the notes.

    Refused when it names a column that the table does not have. Without an order its rows are made
    while they are read, as the table's own.
    """
    places = {column.label: place for place, column in enumerate(table.columns)}
    for name in (*definition.columns, *(each.column for each in definition.conditions)):
        _refuse_unknown(places, name)
    rows = _local(table)
    for condition in definition.conditions:
        rows = filter(_keeps(condition, places[condition.column]), rows)
    if definition.sort:
        _refuse_unknown(places, definition.sort)
        place = places[definition.sort]
        rows = sorted(rows, key=lambda row: _rank(row[place]), reverse=definition.descending)
    shown = [places[name] for name in definition.columns] or list(range(len(table.columns)))
    return replace(
        table,
        columns=tuple(table.columns[place] for place in shown),
        rows=([row[place] for place in shown] for row in rows),
        notes=(*table.notes, *(_told(each) for each in definition.conditions)),
    )


def _local(table: Table) -> Iterable[Sequence[Cell]]:
    """Return the rows with their instants on the clocks of the table's zone."""
    moments = [place for place, column in enumerate(table.columns) if column.kind == "moment"]
    if not moments:
        return table.rows
    zone = ZoneInfo(table.zone)

    def local(row: Sequence[Cell]) -> Sequence[Cell]:
        cells = list(row)
        for place in moments:
            cell = cells[place]
            if isinstance(cell, datetime):
                cells[place] = cell.astimezone(zone)
        return cells

    return map(local, table.rows)


def _refuse_unknown(places: Mapping[str, int], name: str) -> None:
    if name not in places:
        raise Refused(
            f"The table has no column “{name}” any more. Change the report, or remove it."
        )


def _keeps(condition: Condition, place: int) -> Callable[[Sequence[Cell]], bool]:
    wanted = condition.value.strip().casefold()
    number = _as_number(wanted)

    def keeps(row: Sequence[Cell]) -> bool:
        cell = row[place]
        if condition.operator in ("is-empty", "is-not-empty"):
            return (cell is None or cell == "") == (condition.operator == "is-empty")
        text = as_text(cell).casefold()
        same = _as_number(text) == number if number is not None else text == wanted
        match condition.operator:
            case "is":
                return same
            case "is-not":
                return not same
            case "contains":
                return wanted in text
        return _is_beyond(condition.operator, text, wanted, number)

    return keeps


def _is_beyond(operator: str, text: str, wanted: str, number: float | None) -> bool:
    if not text:
        return False
    own = _as_number(text)
    if number is not None and own is not None:
        return own >= number if operator == "at-least" else own <= number
    return text >= wanted if operator == "at-least" else text <= wanted


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def as_text(cell: Cell) -> str:
    """Return a cell as conditions and pages see it: days and instants as ISO 8601, in its zone."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")[:16]
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _rank(cell: Cell) -> tuple[int, float, str]:
    """Empty cells first, then numbers, then the rest as text, so that any column has an order."""
    if cell is None or cell == "":
        return (0, 0.0, "")
    if isinstance(cell, int | float):
        return (1, float(cell), "")
    return (2, 0.0, as_text(cell).casefold())


def _told(condition: Condition) -> str:
    words = condition.operator.replace("-", " ")
    return f"Only rows where {condition.column} {words} {condition.value}".rstrip() + "."
