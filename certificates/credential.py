"""The attested fact, frozen: who earned what, when, until when, and resting on what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from certificates.documents import (
    CredentialError,
    day_of,
    expect_keys,
    instant_of,
    integer_of,
    parts_of,
    text_of,
    text_or_none,
)
from certificates.particulars import (
    HoursLine,
    Particulars,
    hours_line,
    particulars_from_document,
    particulars_to_document,
)

DOCUMENT_VERSION = 1
PARTICULAR_VERSION = 2
"""Versions of the document form: without particulars, and with; a reader refuses any other."""

STANDING_NOTICE = (
    "This certificate records completed training. It is not a licence to practise, does not "
    "permit the handling of a controlled substance and does not authorise anyone to practise."
)
"""What every certificate says, whatever its course adds."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """One person who answers for the award: name as typed, role in the programme."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Credential:
    """One award as it was made; certificate, verification page and badge derive from it.

    `serial` is in canonical form, `minutes` is the whole of the instruction, `hours` its parts;
    with particulars they add up to the whole (earlier credentials need not). `current_until` is
    the last day, in UTC, on which the credential is current. `release` labels and `release_hash`
    names the exact content it was earned on. `assessment` and `certifies` are whole sentences or
    clauses worded by the course; `notice` says what completion does not mean. `language` is a
    BCP 47 tag. `particulars` is what a credential may say beyond that; without them its document
    is of version 1.

    Raises `CredentialError` for text that is not valid Unicode, negative minutes, an empty
    name, an `issued_at` that is not an aware UTC instant, or parts that do not add up.
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
    particulars: Particulars | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be stored, hashed and shown again unchanged."""
        if self.issued_at.utcoffset() != timedelta(0):
            raise CredentialError("issued_at: must be an aware instant in UTC")
        if not self.holder_name.strip():
            raise CredentialError("holder_name: must not be empty")
        if self.minutes < 0 or any(line.minutes < 0 for line in self.hours):
            raise CredentialError("minutes: must not be negative")
        listed = sum(line.minutes for line in self.hours)
        if self.particulars is not None and self.hours and listed != self.minutes:
            raise CredentialError(f"hours: add up to {listed} minutes, not to {self.minutes}")
        try:
            canonical_bytes(self)
        except UnicodeEncodeError as error:
            raise CredentialError("text: holds a code point that is not valid Unicode") from error


def credential_to_document(credential: Credential) -> dict[str, Any]:
    """Return the credential as a JSON-able document; dates and instants in ISO 8601."""
    document: dict[str, Any] = {"version": DOCUMENT_VERSION}
    for field in fields(credential):
        value = getattr(credential, field.name)
        if field.name == "particulars":
            continue
        if isinstance(value, date):
            value = value.isoformat()
        document[field.name] = value
    document["hours"] = [
        {"title": line.title, "minutes": line.minutes} for line in credential.hours
    ]
    document["signatories"] = [
        {"name": person.name, "role": person.role} for person in credential.signatories
    ]
    if credential.particulars is not None:
        document["version"] = PARTICULAR_VERSION
        document["particulars"] = particulars_to_document(credential.particulars)
    return document


def credential_from_document(document: Mapping[str, Any]) -> Credential:
    """Return the very credential that `credential_to_document` wrote.

    Raises `CredentialError` for a missing, unknown or wrongly typed field.
    """
    names = {field.name for field in fields(Credential)} | {"version"}
    expect_keys(document, names - {"particulars"}, "credential", optional=("particulars",))
    is_particular = "particulars" in document
    version = PARTICULAR_VERSION if is_particular else DOCUMENT_VERSION
    if integer_of(document, "version") != version:
        raise CredentialError(f"version: {document['version']!r} is not {version}")
    text = {name: text_of(document, name) for name in _TEXT_FIELDS}
    return Credential(
        **text,
        holder_profession=text_or_none(document, "holder_profession"),
        programme_web=text_or_none(document, "programme_web"),
        minutes=integer_of(document, "minutes"),
        hours=tuple(hours_line(part) for part in parts_of(document, "hours")),
        started_on=day_of(document, "started_on"),
        completed_on=day_of(document, "completed_on"),
        issued_at=instant_of(document, "issued_at"),
        current_until=day_of(document, "current_until"),
        signatories=tuple(_signatory(part) for part in parts_of(document, "signatories")),
        particulars=particulars_from_document(document["particulars"]) if is_particular else None,
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


def _signatory(part: Mapping[str, Any]) -> Signatory:
    expect_keys(part, {"name", "role"}, "signatories")
    return Signatory(name=text_of(part, "name"), role=text_of(part, "role"))
