"""One row of a roster as a person, or what is wrong with it, in codes that pages put into words."""

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from lms.downloads import FORMULA_STARTS
from lms.services.rosters.columns import Headings
from lms.services.rosters.sheets import Line

LONGEST = {
    "external_id": 80,
    "email": 254,  # RFC 5321, section 4.5.3.1.3, less the brackets
    "full_name": 120,
    "profession": 120,
    "licence_number": 60,
    "licence_jurisdiction": 80,
}
SHOWN = 120  # characters of a wrong value that are kept to show it
ERROR_VALUES = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC)[!?]?", re.IGNORECASE)
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_LOCAL = 64


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say about a row: its code, the column it is about, and the value met."""

    code: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a roster describes them; what it does not say is empty."""

    external_id: str
    email: str
    full_name: str
    profession: str
    licence_number: str
    licence_jurisdiction: str


def read_person(line: Line, headings: Headings) -> tuple[Person, tuple[Note, ...]]:
    """Return the person of a row, and what is wrong with it: with anything wrong, nobody is meant.

    Errors have the codes missing, too-long, formula, spreadsheet-error, unprintable, no-name and
    no-address.
    """
    told = {key: _cell(line, place) for key, place in headings.places.items()}
    if not told.get("full_name"):
        told["full_name"] = f"{told.get('first_name', '')} {told.get('last_name', '')}".strip()
    values = {key: told.get(key, "") for key in LONGEST}
    values["email"] = values["email"].removeprefix("mailto:").lower()
    notes = [note for key, value in values.items() for note in _problems(key, value)]
    if not notes:
        address = normal_address(values["email"])
        if address is None:
            notes.append(Note("no-address", "email", values["email"][:SHOWN]))
        else:
            values["email"] = address
    kept = {key: value[: LONGEST[key]] for key, value in values.items()}
    return Person(**kept), tuple(notes)


def _cell(line: Line, place: int) -> str:
    """Return a cell in one Unicode spelling, each run of spaces as one."""
    text = line.cells[place] if place < len(line.cells) else ""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _problems(key: str, value: str) -> list[Note]:
    shown = value[:SHOWN]
    if not value:
        return [Note("missing", key)] if key in ("email", "full_name") else []
    if len(value) > LONGEST[key]:
        return [Note("too-long", key, shown)]
    if ERROR_VALUES.fullmatch(value):
        return [Note("spreadsheet-error", key, shown)]
    if value.startswith(FORMULA_STARTS):
        return [Note("formula", key, shown)]
    # Also refuses the signs that turn the direction of writing around.
    if not value.isprintable():
        return [Note("unprintable", key, repr(value)[1:-1][:SHOWN])]
    if key == "full_name" and not any(letter.isalpha() for letter in value):
        return [Note("no-name", key, shown)]
    return []


def normal_address(address: str) -> str | None:
    """Return an e-mail address in its one spelling, as registration keeps it; None for no address.

    Both parts are checked by themselves, the domain once for all of its people.
    """
    local, at, domain = address.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return None
    known = _domain(domain)
    return None if known is None else f"{local}@{known}"


@functools.lru_cache(maxsize=4096)
def _domain(domain: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(f"a@{domain}", allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.domain.lower()


def details_of(person: Person) -> Mapping[str, str]:
    """Return what a roster says about somebody beyond who they are, where it says anything."""
    told = {
        "full_name": person.full_name,
        "profession": person.profession,
        "licence_number": person.licence_number,
        "licence_jurisdiction": person.licence_jurisdiction,
    }
    return {key: value for key, value in told.items() if value}
