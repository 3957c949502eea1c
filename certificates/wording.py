"""The words of a certificate: texts made safe and sized, lengths of time, dates."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

from certificates.credential import Credential
from certificates.fonts import drawable, is_right_to_left
from certificates.lettering import Step, size_for

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def duration(minutes: int) -> str:
    """Return a length of time in words: `3 hours 30 minutes`."""
    hours, rest = divmod(minutes, 60)
    parts = [counted(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(counted(rest, "minute"))
    return " ".join(parts)


def short_duration(minutes: int) -> str:
    """Return a length of time for a narrow column: `3 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def counted(number: int, unit: str) -> str:
    """Return the number with its unit, in the plural unless it is one."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def spelled_date(day: date) -> str:
    """Return the day with the name of its month: `14 October 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def period_of(credential: Credential) -> str:
    """Return when the training was done: on one day, or from one to another."""
    if credential.started_on == credential.completed_on:
        return f"on {spelled_date(credential.completed_on)}"
    started, completed = spelled_date(credential.started_on), spelled_date(credential.completed_on)
    return f"from {started} to {completed}"


def web_of(credential: Credential) -> str:
    """Return the programme's address on the web as people write it, or nothing."""
    web = credential.programme_web or ""
    return web.removeprefix("https://").removeprefix("http://").strip("/ ")


def domain_of(verify_url: str) -> str:
    """Return the domain that is printed beside the QR code."""
    return urlsplit(verify_url).netloc


def marked(text: str) -> str:
    """Return the text as it is drawn, safe inside an element or a quoted attribute."""
    return escape(drawable(text))


def set_in(drawn: str, size: float) -> str:
    """Return the style of a text already drawn: its size, and its direction by itself."""
    return f"font-size:{size}pt" + (";direction:rtl" if is_right_to_left(drawn) else "")


@lru_cache(maxsize=1024)
def paragraph(
    kind: str, text: str, ladder: tuple[Step, ...], width: float, *, own: bool = False
) -> str:
    """Return the text as a paragraph of its kind, sized to its width; nothing without a text.

    One of the page's own may differ from that of another holder.
    """
    if not text.strip():
        return ""
    drawn = drawable(text)
    style = set_in(drawn, size_for(drawn, ladder, width))
    mark = ' data-own=""' if own else ""
    return f'<p class="{kind}"{mark} style="{style}">{escape(drawn)}</p>'
