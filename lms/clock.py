"""The only place that reads the clock; everything else is told what time it is."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant as an aware UTC datetime."""
    return datetime.now(UTC)
