"""How dates, instants and durations read on a page."""

import functools
from collections.abc import Callable
from datetime import date, datetime
from fractions import Fraction
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from lms.speech import duration


@functools.lru_cache(maxsize=4096)
def day(value: date | datetime) -> Markup:
    """Return “14 October 2026” as a <time> element."""
    return _time(value.strftime("%Y-%m-%d"), f"{value.day} {value:%B %Y}")


def moment(value: datetime, zone: str = "UTC") -> Markup:
    """Return “14 October 2026, 09:02 UTC” in the given IANA zone as a <time> element."""
    local = value.astimezone(ZoneInfo(zone))
    return _time(value.isoformat(), f"{local.day} {local:%B %Y, %H:%M} {local:%Z}")


def _time(machine: str, text: str) -> Markup:
    return Markup(f'<time datetime="{escape(machine)}">{escape(text)}</time>')  # noqa: S704 -- escaped


def clock(value: datetime, zone: str = "UTC") -> str:
    """Return “21:14:09”, the time of day in the given IANA zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def points(value: Fraction | int) -> str:
    """Return “12” or “11.66”: whole points plain, others to the hundredth, never rounded up."""
    hundredths = int(value * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def init_app(app: Flask) -> None:
    """Add the filters to `app`'s templates, in the language that these speak."""
    say = cast(Callable[..., str], app.jinja_env.globals["gettext"])
    worded = functools.partial(duration, say)
    app.jinja_env.filters.update(
        day=day, moment=moment, clock=clock, duration=worded, points=points
    )
