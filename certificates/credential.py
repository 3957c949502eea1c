"""The attested fact, frozen: who earned what, when, until when, and resting on what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

DOCUMENT_VERSION = 1
"""Version of the document form; a reader refuses any other."""

STANDING_NOTICE = (
    "This certificate records completed training. It is not a licence to practise, does not "
    "permit the handling of a controlled substance and does not authorise anyone to practise."
)
"""What every certificate says, whatever its course adds."""


class CredentialError(ValueError):
    """A value or document is not a credential; the message says which field and why."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """One person who answers for the award: name as typed, role in the programme."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One part of the training and the minutes of instruction it counts for."""

    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Credential:
    """One award as it was made; certificate, verification page and badge derive from it.

    `serial` is in canonical form, `minutes` is the whole of the instruction, `hours` its parts
    (they need not add up to the whole). `current_until` is the last day, in UTC, on which the
    credential is current. `release` labels and `release_hash` names the exact content it was
    earned on. `assessment` and `certifies` are whole sentences or clauses worded by the course;
    `notice` says what completion does not mean. `language` is a BCP 47 tag.

    Raises `CredentialError` for text that is not valid Unicode, negative minutes, an empty
    name, or an `issued_at` that is not an aware UTC instant.
    """

    serial: str
    holder_name: str
    holder_profession: str | None
    title: str
    programme: str
    programme_web: str | None
    minutes: int
    hours: tuple[HoursLine, ...]
    started_on: date
    completed_on: date
    issued_at: datetime
    current_until: date
    release: str
    release_hash: str
    assessment: str
    certifies: str
    notice: str
    signatories: tuple[Signatory, ...]
    language: str

    def __post_init__(self) -> None:
        """Refuse what could not be stored, hashed and shown again unchanged."""
        if self.issued_at.utcoffset() != timedelta(0):
            raise CredentialError("issued_at: must be an aware instant in UTC")
        if not self.holder_name.strip():
            raise CredentialError("holder_name: must not be empty")
        if self.minutes < 0 or any(line.minutes < 0 for line in self.hours):
            raise CredentialError("minutes: must not be negative")
        try:
            canonical_bytes(self)
        except UnicodeEncodeError as error:
            raise CredentialError("text: holds a code point that is not valid Unicode") from error


def credential_to_document(credential: Credential) -> dict[str, Any]:
    """Return the credential as a JSON-able document; dates and instants in ISO 8601."""
    document: dict[str, Any] = {"version": DOCUMENT_VERSION}
    for field in fields(credential):
        value = getattr(credential, field.name)
        if isinstance(value, date):
            value = value.isoformat()
        document[field.name] = value
    document["hours"] = [
        {"title": line.title, "minutes": line.minutes} for line in credential.hours
    ]
    document["signatories"] = [
        {"name": person.name, "role": person.role} for person in credential.signatories
    ]
    return document


def credential_from_document(document: Mapping[str, Any]) -> Credential:
    """Return the very credential that `credential_to_document` wrote.

    Raises `CredentialError` for a missing, unknown or wrongly typed field.
    """
    names = {field.name for field in fields(Credential)} | {"version"}
    _expect_keys(document, names, "credential")
    if _integer(document, "version") != DOCUMENT_VERSION:
        raise CredentialError(f"version: {document['version']!r} is not {DOCUMENT_VERSION}")
    text = {name: _text(document, name) for name in _TEXT_FIELDS}
    return Credential(
        **text,
        holder_profession=_text_or_none(document, "holder_profession"),
        programme_web=_text_or_none(document, "programme_web"),
        minutes=_integer(document, "minutes"),
        hours=tuple(_hours_line(part) for part in _parts(document, "hours")),
        started_on=_date(document, "started_on"),
        completed_on=_date(document, "completed_on"),
        issued_at=_instant(document, "issued_at"),
        current_until=_date(document, "current_until"),
        signatories=tuple(_signatory(part) for part in _parts(document, "signatories")),
    )


def canonical_bytes(credential: Credential) -> bytes:
    """Return the one byte form of the credential: JSON as RFC 8785 writes it.

    Keys are ASCII and numbers whole, so sorted keys, no spaces and UTF-8 suffice for that form.
    """
    document = credential_to_document(credential)
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def full_notice(credential: Credential) -> str:
    """Return what completion does not mean: the standing words, then those of the course."""
    if STANDING_NOTICE in credential.notice:
        return credential.notice
    return f"{STANDING_NOTICE} {credential.notice}".strip()


def digest(credential: Credential) -> str:
    """Return the SHA-256 of the canonical bytes, in lower-case hexadecimal."""
    return hashlib.sha256(canonical_bytes(credential)).hexdigest()


_TEXT_FIELDS = (
    "serial",
    "holder_name",
    "title",
    "programme",
    "release",
    "release_hash",
    "assessment",
    "certifies",
    "notice",
    "language",
)


def _expect_keys(document: Mapping[str, Any], names: set[str], where: str) -> None:
    if not isinstance(document, Mapping):
        raise CredentialError(f"{where}: must be an object")
    if missing := sorted(names - set(document)):
        raise CredentialError(f"{where}: lacks {', '.join(missing)}")
    if unknown := sorted(str(key) for key in set(document) - names):
        raise CredentialError(f"{where}: does not know {', '.join(unknown)}")


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise CredentialError(f"{name}: must be text")
    return value


def _text_or_none(document: Mapping[str, Any], name: str) -> str | None:
    return None if document[name] is None else _text(document, name)


def _integer(document: Mapping[str, Any], name: str) -> int:
    value = document[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise CredentialError(f"{name}: must be a whole number")
    return value


def _date(document: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(_text(document, name))
    except ValueError as error:
        raise CredentialError(f"{name}: must be a date as YYYY-MM-DD") from error


def _instant(document: Mapping[str, Any], name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(document, name))
    except ValueError as error:
        raise CredentialError(f"{name}: must be an instant in ISO 8601") from error
    if instant.tzinfo is None:
        raise CredentialError(f"{name}: must carry its offset from UTC")
    return instant.astimezone(UTC)


def _parts(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = document[name]
    if not isinstance(value, list):
        raise CredentialError(f"{name}: must be a list")
    return value


def _hours_line(part: Mapping[str, Any]) -> HoursLine:
    _expect_keys(part, {"title", "minutes"}, "hours")
    return HoursLine(title=_text(part, "title"), minutes=_integer(part, "minutes"))


def _signatory(part: Mapping[str, Any]) -> Signatory:
    _expect_keys(part, {"name", "role"}, "signatories")
    return Signatory(name=_text(part, "name"), role=_text(part, "role"))
