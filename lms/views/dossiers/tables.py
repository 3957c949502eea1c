"""How tables, days and instants of a dossier are printed."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from certificates import Cell, Column, PrintedTable
from lms.services.dossiers import Dossier


def table(
    title: str, columns: Iterable[tuple[str, int]], rows: Iterable[tuple[str | Cell, ...]]
) -> PrintedTable:
    """Return a table whose cells are one text each, or several paragraphs."""
    return PrintedTable(
        title=title,
        lead="",
        columns=tuple(Column(label, width) for label, width in columns),
        rows=tuple(
            tuple(cell if isinstance(cell, tuple) else (cell,) for cell in row) for row in rows
        ),
    )


def day(value: date | datetime | None) -> str:
    """Return “14 October 2026”, a dash without a day."""
    if value is None:
        return "–"
    return f"{value.day}\u00a0{value:%B %Y}"


def moment(dossier: Dossier, value: datetime | None) -> str:
    """Return “14 October 2026, 09:02 BST” on the programme's clocks, a dash without an instant."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(dossier.report.cohort.time_zone))
    return f"{local.day}\u00a0{local:%B %Y, %H:%M} {local:%Z}"


def local_day(dossier: Dossier, value: datetime | None) -> str:
    """Return the day of an instant on the programme's clocks."""
    zone = ZoneInfo(dossier.report.cohort.time_zone)
    return day(value.astimezone(zone) if value else None)
