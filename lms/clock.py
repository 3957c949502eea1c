"""The only place that reads the clock; everything else is told what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return this instant as an aware UTC datetime."""
    return datetime.now(UTC)


def today_in(zone: str) -> date:
    """Return the day it is in a zone, an IANA name."""
    return now().astimezone(ZoneInfo(zone)).date()
