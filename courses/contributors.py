"""Contributors: who wrote and reviewed a course by name, and what each has disclosed."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

LOOK_BACK_MONTHS = 24
"""How far a disclosure looks back, and after how long it is asked anew (ACCME, Standards for
Integrity and Independence, Standard 3: the relationships of the past 24 months)."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A financial relationship: with whom, of what kind, since and until when, and what was done.

    `since` and `until` are as stated ("March 2025"); an empty `until` means that it lasts.
    """

    company: str
    nature: str
    since: str
    until: str
    mitigation: str


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody who controls what a course says; without a day, nothing was disclosed yet."""

    name: str
    role: str
    disclosed_on: date | None = None
    relationships: tuple[Relationship, ...] = ()


def is_disclosed(made_on: date | None, today: date) -> bool:
    """Whether a disclosure made on a day is there and not older than `LOOK_BACK_MONTHS` months."""
    if made_on is None:
        return False
    years, month = divmod(made_on.month - 1 + LOOK_BACK_MONTHS, 12)
    year, month = made_on.year + years, month + 1
    day = min(made_on.day, calendar.monthrange(year, month)[1])
    return today <= date(year, month, day)


def undisclosed(contributors: tuple[Contributor, ...], today: date) -> Iterator[Contributor]:
    """Yield the contributors who have no disclosure in date."""
    for each in contributors:
        if not is_disclosed(each.disclosed_on, today):
            yield each


def contributors_to_document(contributors: tuple[Contributor, ...]) -> list[dict[str, Any]]:
    """The contributors as JSON-able values."""
    return [
        {
            **asdict(each),
            "disclosed_on": each.disclosed_on.isoformat() if each.disclosed_on else None,
            "relationships": [asdict(one) for one in each.relationships],
        }
        for each in contributors
    ]


def contributors_from_document(values: list[Mapping[str, Any]]) -> tuple[Contributor, ...]:
    """What `contributors_to_document` wrote."""
    return tuple(
        Contributor(
            each["name"],
            each["role"],
            date.fromisoformat(each["disclosed_on"]) if each["disclosed_on"] else None,
            tuple(Relationship(**one) for one in each["relationships"]),
        )
        for each in values
    )
