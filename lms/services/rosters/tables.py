"""Rosters as tables to take away: the template, and the rows with what happens to each."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from lms.downloads import Cell, Column, Table
from lms.services.rosters.columns import TEMPLATE_COLUMNS
from lms.services.rosters.listing import RosterLine, RosterRowLine, every_row
from lms.services.rosters.people import Note

Say = Callable[[Note], str]


def template_table() -> Table:
    """Return the template: the headings of a roster, and a person who does not exist."""
    return Table(
        "roster-template",
        tuple(Column(each.heading) for each in TEMPLATE_COLUMNS),
        [tuple(each.example for each in TEMPLATE_COLUMNS)],
    )


def rows_table(
    session: Session,
    roster: RosterLine,
    *,
    kinds: tuple[str, ...],
    say: Say,
    word: Callable[[RosterRowLine], str],
    made_at: datetime,
) -> Table:
    """Return the rows of a roster, of these kinds or all, as the page shows them.

    `say` puts a note into words, `word` what happens to a row. The columns of the file come first
    and under the same headings, so that rows can be corrected in it and sent again.
    """
    columns = tuple(Column(each.heading) for each in TEMPLATE_COLUMNS)
    more = (
        Column("Row", "The row of the file that was sent.", "number"),
        Column("Result", "What happens, or happened, to the row."),
        Column("Notes", "What there is to say about it, and what to do."),
    )

    def lines() -> Iterator[tuple[Cell, ...]]:
        for row in every_row(session, roster.id, kinds):
            told = tuple(getattr(row, each.key) for each in TEMPLATE_COLUMNS)
            yield (*told, row.number, word(row), " ".join(say(note) for note in row.notes))

    return Table(
        f"roster-{roster.id}",
        (*columns, *more),
        lines(),
        (
            f"Roster “{roster.title}” for {roster.cohort_title}, {roster.programme_name}",
            f"Rows: {', '.join(kinds) or 'all'}",
            f"Made {made_at:%Y-%m-%d %H:%M} UTC",
        ),
    )
