"""How dates, instants and durations read on a page."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup, escape


def day(value: date | datetime) -> Markup:
    """Return “14 October 2026” as a <time> element."""
    text = f"{value.day} {value:%B %Y}"
    return Markup('<time datetime="{}">{}</time>').format(value.strftime("%Y-%m-%d"), escape(text))


def moment(value: datetime, zone: str = "UTC") -> Markup:
    """Return “14 October 2026, 09:02 UTC” in the given IANA zone as a <time> element."""
    local = value.astimezone(ZoneInfo(zone))
    text = f"{local.day} {local:%B %Y, %H:%M} {local:%Z}"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), escape(text))


def clock(value: datetime, zone: str = "UTC") -> str:
    """Return “21:14:09”, the time of day in the given IANA zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def duration(minutes: int) -> str:
    """Return “1 h 50 min”, with no-break spaces inside each figure."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(_("%(n)s\u00a0min", n=rest))
    if not rest:
        return str(_("%(n)s\u00a0h", n=hours))
    return str(_("%(h)s\u00a0h %(m)s\u00a0min", h=hours, m=rest))


def init_app(app: Flask) -> None:
    """Add the filters to `app`'s templates."""
    app.jinja_env.filters.update(day=day, moment=moment, clock=clock, duration=duration)
