"""Instants as signed documents state them: in UTC, in whole seconds, in one spelling."""

from __future__ import annotations

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def written(instant: datetime) -> str:
    """Return an aware instant as documents state it; a part of a second is left out."""
    return instant.astimezone(UTC).strftime(_FORM)


def read_instant(text: str) -> datetime:
    """Return the instant that `written` wrote; raises `ValueError` for any other text."""
    instant = datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    if written(instant) != text:
        raise ValueError(f"{text!r} is not an instant in whole seconds of UTC")
    return instant
