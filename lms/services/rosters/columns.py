"""The columns of a roster: how they may be called, and where they stand in a file."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.services.rosters.sheets import Line, Unreadable

ROWS_BEFORE_HEADINGS = 20


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """A column: its heading in the template, other headings that are understood, an example."""

    key: str
    heading: str
    others: tuple[str, ...]
    example: str


COLUMNS = (
    RosterColumn(
        "external_id",
        "Staff number",
        (
            *("ID", "Employee ID", "Employee number", "External ID", "Learner ID", "Staff ID"),
            *("Person ID", "Personnel number", "Student ID", "Student number", "User ID"),
        ),
        "N-1042",
    ),
    RosterColumn(
        "email",
        "E-mail",
        ("Mail", "E-mail address", "Work e-mail", "Work e-mail address", "Contact e-mail"),
        "amara.singh@hospital.example",
    ),
    RosterColumn("full_name", "Name", ("Full name", "Learner", "Learner name"), "Amara Singh"),
    RosterColumn("first_name", "First name", ("Given name", "Forename", "Given names"), "Amara"),
    RosterColumn("last_name", "Last name", ("Family name", "Surname"), "Singh"),
    RosterColumn("profession", "Profession", ("Job title", "Occupation", "Role"), "Psychologist"),
    RosterColumn(
        "licence_number",
        "Licence number",
        ("License number", "Licence no", "License no", "Registration number", "Licence", "License"),
        "PSY-20931",
    ),
    RosterColumn(
        "licence_jurisdiction",
        "Licensed in",
        ("Jurisdiction", "Licence jurisdiction", "License jurisdiction", "Licence state", "State"),
        "Oregon",
    ),
)
TEMPLATE = ("external_id", "email", "full_name", "profession", "licence_number")
TEMPLATE_COLUMNS = tuple(
    each for each in COLUMNS if each.key in (*TEMPLATE, "licence_jurisdiction")
)


def folded(heading: str) -> str:
    """Return a heading as it is compared: letters and digits alone, in lower case."""
    plain = unicodedata.normalize("NFKC", heading[:80]).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


_KEYS = {
    folded(name): column.key for column in COLUMNS for name in (column.heading, *column.others)
}


def is_heading(text: str) -> bool:
    """Whether a text is the heading of a column that is understood."""
    return folded(text) in _KEYS


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the columns stand: the row of the headings, places by key, headings left aside."""

    row: int
    places: Mapping[str, int]
    ignored: tuple[str, ...]


def find_headings(lines: Iterator[Line]) -> Headings:
    """Read up to the row of headings, or raise Unreadable; the rows of people come next.

    Titles may stand above it. It is the first row with a heading for the e-mail address.
    """
    for line in lines:
        if line.number > ROWS_BEFORE_HEADINGS:
            break
        keys = [_KEYS.get(folded(cell)) for cell in line.cells]
        if "email" in keys:
            return _headings(line, keys)
    raise Unreadable(
        "No row of headings was found. One column has to be called “E-mail”, and one “Name” "
        "(or “First name” and “Last name”). The template has them all."
    )


def _headings(line: Line, keys: list[str | None]) -> Headings:
    places: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key is None:
            continue
        if key in places:
            twice = (line.cells[places[key]], line.cells[place])
            raise Unreadable(
                f"Two columns mean the same: “{twice[0]}” and “{twice[1]}”. Keep one of them."
            )
        places[key] = place
    if "full_name" not in places and not {"first_name", "last_name"} <= places.keys():
        raise Unreadable(
            "There is no column for the name. Call one “Name”, or two “First name” and “Last name”."
        )
    ignored = tuple(
        cell[:60] for cell, key in zip(line.cells, keys, strict=True) if cell and key is None
    )
    return Headings(line.number, places, ignored)
