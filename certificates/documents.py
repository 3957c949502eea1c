"""Documents: how frozen values are written as JSON, and read back only if nothing is amiss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import UTC, date, datetime
from typing import Any


class CredentialError(ValueError):
    """A value or document is not a credential; the message says which field and why."""


def document_of(value: Any) -> dict[str, Any]:
    """Return a frozen value as a JSON-able document.

    A key whose value is its default is not written, so that a field added later changes no
    document, and no digest, of those that never had it. Dates and instants in ISO 8601.
    """
    return {
        field.name: _written(getattr(value, field.name))
        for field in fields(value)
        if getattr(value, field.name) != _default_of(field)
    }


def _default_of(field: Field[Any]) -> Any:
    return field.default if field.default is not MISSING else MISSING


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [document_of(part) if hasattr(part, "__slots__") else part for part in value]
    return value.isoformat() if isinstance(value, date) else value


def expect_keys(
    document: Mapping[str, Any], names: set[str], where: str, optional: Iterable[str] = ()
) -> None:
    """Refuse a document that lacks a required key or has one that is not known."""
    if not isinstance(document, Mapping):
        raise CredentialError(f"{where}: must be an object")
    if missing := sorted(names - set(document)):
        raise CredentialError(f"{where}: lacks {', '.join(missing)}")
    if unknown := sorted(str(key) for key in set(document) - names - set(optional)):
        raise CredentialError(f"{where}: does not know {', '.join(unknown)}")


def text_of(document: Mapping[str, Any], name: str) -> str:
    """Return the text under the key, or refuse anything else."""
    value = document[name]
    if not isinstance(value, str):
        raise CredentialError(f"{name}: must be text")
    return value


def text_or_none(document: Mapping[str, Any], name: str) -> str | None:
    """Return the text under the key, or None where the document says null."""
    return None if document[name] is None else text_of(document, name)


def integer_of(document: Mapping[str, Any], name: str) -> int:
    """Return the whole number under the key; true and false are none."""
    value = document[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise CredentialError(f"{name}: must be a whole number")
    return value


def day_of(document: Mapping[str, Any], name: str) -> date:
    """Return the date under the key."""
    try:
        return date.fromisoformat(text_of(document, name))
    except ValueError as error:
        raise CredentialError(f"{name}: must be a date as YYYY-MM-DD") from error


def instant_of(document: Mapping[str, Any], name: str) -> datetime:
    """Return the instant under the key, in UTC."""
    try:
        instant = datetime.fromisoformat(text_of(document, name))
    except ValueError as error:
        raise CredentialError(f"{name}: must be an instant in ISO 8601") from error
    if instant.tzinfo is None:
        raise CredentialError(f"{name}: must carry its offset from UTC")
    return instant.astimezone(UTC)


def parts_of(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the list under the key."""
    value = document[name]
    if not isinstance(value, list):
        raise CredentialError(f"{name}: must be a list")
    return value
