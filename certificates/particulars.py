"""What a credential may say beyond the bare award: format, competencies, approvals, credits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from certificates.documents import (
    CredentialError,
    day_of,
    document_of,
    expect_keys,
    integer_of,
    parts_of,
    text_of,
)

Kind = Literal["course", "programme", "ce"]
"""What is attested: a course, a whole programme, or hours of continuing education."""

_AMOUNT = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One part of the training and the minutes of instruction it counts for."""

    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Competency:
    """A competency that the award is evidence of: its framework, its code there, its name."""

    framework: str
    code: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class MappedHours:
    """Minutes mapped to the categories of a jurisdiction's rules, as those stood on `as_of`.

    Mapped to, by the programme: never approved by the jurisdiction. A minute may count in no
    category, or in more than one, so that these lines need not add up to the whole.
    """

    jurisdiction: str
    as_of: date
    lines: tuple[HoursLine, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval that the provider holds: who gave it, its number, words and dates.

    `valid_until` is its last day; None where the body sets none. Raises `CredentialError` when
    it would end before it begins.
    """

    body: str
    number: str
    statement: str
    valid_from: date
    valid_until: date | None

    def __post_init__(self) -> None:
        """Refuse an approval that never held."""
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise CredentialError("valid_until: is before valid_from")


@dataclass(frozen=True, slots=True)
class CreditClaim:
    """Credits that the holder claimed: of which unit, how many (`6.25`), for what minutes.

    Raises `CredentialError` for an amount that is not a plain decimal, or negative minutes.
    """

    unit: str
    amount: str
    minutes: int

    def __post_init__(self) -> None:
        """Refuse an amount that could be read in two ways."""
        if not _AMOUNT.fullmatch(self.amount):
            raise CredentialError("amount: must be a decimal such as 6 or 6.25")
        if self.minutes < 0:
            raise CredentialError("minutes: must not be negative")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What one award says of itself beyond its credential's first fields; all of it optional.

    `kind` chooses the design. `cycle` counts from 1, `renews` is the serial of the credential
    of the cycle before. `brand` names by its digest the version of the programme's brand that
    the certificate is drawn with. `format` and `place` say how and where the training was held.
    Raises `CredentialError` for an unknown kind, a cycle below 1 or a brand that is no digest.
    """

    kind: Kind = "course"
    cycle: int = 1
    renews: str | None = None
    brand: str | None = None
    format: str = ""
    place: str = ""
    provider_address: str = ""
    instructors: tuple[str, ...] = ()
    competencies: tuple[Competency, ...] = ()
    mapped: tuple[MappedHours, ...] = ()
    approvals: tuple[Approval, ...] = ()
    credits: tuple[CreditClaim, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no design could draw and no chain of renewals could hold."""
        if self.kind not in get_args(Kind):
            raise CredentialError(f"kind: {self.kind!r} is not one of {', '.join(get_args(Kind))}")
        if self.cycle < 1:
            raise CredentialError("cycle: must be at least 1")
        if self.brand is not None and not _DIGEST.fullmatch(self.brand):
            raise CredentialError("brand: must be a SHA-256 in lower-case hexadecimal")
        lines = (line for mapped in self.mapped for line in mapped.lines)
        if any(line.minutes < 0 for line in lines):
            raise CredentialError("minutes: must not be negative")


def particulars_to_document(particulars: Particulars) -> dict[str, Any]:
    """Return the particulars as a JSON-able document without what has its default value."""
    return document_of(particulars)


def particulars_from_document(document: Mapping[str, Any]) -> Particulars:
    """Return the very particulars that `particulars_to_document` wrote.

    Raises `CredentialError` for an unknown or wrongly typed field.
    """
    expect_keys(document, set(), "particulars", optional=Particulars.__dataclass_fields__)
    read: dict[str, Any] = {}
    for name in document:
        if name in _TEXTS:
            read[name] = text_of(document, name)
        elif name in _PARTS:
            read[name] = tuple(_PARTS[name](part) for part in parts_of(document, name))
    if "cycle" in document:
        read["cycle"] = integer_of(document, "cycle")
    if "instructors" in document:
        names = parts_of(document, "instructors")
        read["instructors"] = tuple(text_of({"instructors": one}, "instructors") for one in names)
    return Particulars(**read)


def hours_line(part: Mapping[str, Any]) -> HoursLine:
    """Return the line of hours that the document states."""
    expect_keys(part, {"title", "minutes"}, "hours")
    return HoursLine(title=text_of(part, "title"), minutes=integer_of(part, "minutes"))


def _competency(part: Mapping[str, Any]) -> Competency:
    expect_keys(part, {"framework", "code", "name"}, "competencies", optional=("url",))
    texts = {name: text_of(part, name) for name in ("framework", "code", "name")}
    return Competency(**texts, url=text_of(part, "url") if "url" in part else "")


def _mapped(part: Mapping[str, Any]) -> MappedHours:
    expect_keys(part, {"jurisdiction", "as_of", "lines"}, "mapped")
    return MappedHours(
        jurisdiction=text_of(part, "jurisdiction"),
        as_of=day_of(part, "as_of"),
        lines=tuple(hours_line(line) for line in parts_of(part, "lines")),
    )


def _approval(part: Mapping[str, Any]) -> Approval:
    expect_keys(part, {"body", "number", "statement", "valid_from", "valid_until"}, "approvals")
    return Approval(
        body=text_of(part, "body"),
        number=text_of(part, "number"),
        statement=text_of(part, "statement"),
        valid_from=day_of(part, "valid_from"),
        valid_until=None if part["valid_until"] is None else day_of(part, "valid_until"),
    )


def _credit(part: Mapping[str, Any]) -> CreditClaim:
    expect_keys(part, {"unit", "amount", "minutes"}, "credits")
    return CreditClaim(
        unit=text_of(part, "unit"),
        amount=text_of(part, "amount"),
        minutes=integer_of(part, "minutes"),
    )


_TEXTS = ("kind", "renews", "brand", "format", "place", "provider_address")
_PARTS = {
    "competencies": _competency,
    "mapped": _mapped,
    "approvals": _approval,
    "credits": _credit,
}
