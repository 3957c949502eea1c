"""How long a credential stays current, when it may be renewed, and when its holder is reminded.

Three rules set the currency date: from the day of completion, from the previous currency date, or
to a fixed day of the year with a minimal period. They are the three choices of Totara's
recertification, with every date worked out from days alone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

CurrencyKind = Literal["completion", "previous", "fixed-day"]

REMINDER_DAYS = (90, 60, 30, 7)
"""How many days before the currency date a holder is reminded."""

A_YEAR = 12
LEAP_YEAR = 2028


@dataclass(frozen=True, slots=True)
class CurrencyRule:
    """How the currency date follows from the day of completion.

    `months` is the full period. `fixed` is the (month, day) on which every credential of a
    "fixed-day" rule ends; `minimal_months` is how long such a credential lasts at least. The
    window for renewal opens `window_months` before the currency date; `late_months` after that
    date renewal is over, and the course has to be taken again.

    Raises ValueError for a rule that could not be kept.
    """

    kind: CurrencyKind
    months: int
    fixed: tuple[int, int] | None = None
    minimal_months: int = 0
    window_months: int = 0
    late_months: int = 0

    def __post_init__(self) -> None:
        """Refuse a period without length, a day that no year has, a window beyond the period."""
        if self.kind not in get_args(CurrencyKind):
            raise ValueError(f"there is no currency rule {self.kind!r}")
        if self.months < 1:
            raise ValueError("a currency period lasts one month or more")
        if not 0 <= self.window_months < self.months:
            raise ValueError("the window for renewal is shorter than the currency period")
        if self.late_months < 0:
            raise ValueError("late renewal cannot end before the currency date")
        if (self.kind == "fixed-day") != (self.fixed is not None):
            raise ValueError("a fixed day belongs to the fixed-day rule: there and only there")
        if self.fixed is None:
            if self.minimal_months:
                raise ValueError("a minimal period belongs to the fixed-day rule")
            return
        month, day = self.fixed
        if not (1 <= month <= 12 and 1 <= day <= monthrange(LEAP_YEAR, month)[1]):
            raise ValueError(f"no year has day {day} of month {month}")
        if self.months < A_YEAR:
            raise ValueError("a fixed day comes once a year: the period lasts 12 months or more")
        if not 0 <= self.minimal_months <= self.months:
            raise ValueError("the minimal period is no longer than the currency period")


@dataclass(frozen=True, slots=True)
class RenewalWindow:
    """The days, first and last included, on which a credential may be renewed.

    Renewed until `current_until` it never ceases to be current; after that it is late.
    """

    opens_on: date
    current_until: date
    closes_on: date

    def is_open(self, day: date) -> bool:
        """Whether a renewal may be begun or completed on this day."""
        return self.opens_on <= day <= self.closes_on

    def is_late(self, day: date) -> bool:
        """Whether the credential is past its currency date, and may still be renewed."""
        return self.current_until < day <= self.closes_on


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day where it has no such day.

    A negative number of months goes back. Raises ValueError beyond the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def current_until(rule: CurrencyRule, completed_on: date, previous: date | None = None) -> date:
    """Return the last day on which a credential completed on `completed_on` is current.

    `previous` is the currency date of the credential that it renews, None for a first one. By
    "completion" the period runs from the day of completion. By "previous" it runs from the
    previous currency date, so that renewing early loses nothing; without one, or when that date
    is past, from the day of completion. By "fixed-day" it ends on the last such day within that
    same period, or, if that would be less than the minimal period after completion, on the first
    such day that is not. Whatever the rule, a renewal never ends before what it renews.
    """
    is_in_time = previous is not None and completed_on <= previous
    base = completed_on
    if is_in_time and previous is not None and rule.kind != "completion":
        base = previous
    until = months_after(base, rule.months)
    if rule.fixed is not None:
        until = _last_fixed_day(rule.fixed, until)
        least = months_after(completed_on, rule.minimal_months)
        if until < least or until <= completed_on:
            until = _first_fixed_day(rule.fixed, max(least, completed_on + timedelta(days=1)))
    return until if previous is None else max(until, previous)


def renewal_window(rule: CurrencyRule, until: date) -> RenewalWindow:
    """Return the days on which a credential current until `until` may be renewed."""
    return RenewalWindow(
        opens_on=months_after(until, -rule.window_months),
        current_until=until,
        closes_on=months_after(until, rule.late_months),
    )


def due_reminder(until: date, today: date, reminded: Iterable[int] = ()) -> int | None:
    """Return the reminder due on `today`: how many days before `until` it belongs, if one is due.

    Of several that have come due at once only the nearest is sent: three letters on one day tell
    no more than one. None when that one is among those `reminded` already, or the date is past.
    """
    left = (until - today).days
    if left < 0:
        return None
    due = [days for days in REMINDER_DAYS if left <= days]
    nearest = min(due, default=None)
    return None if nearest in set(reminded) else nearest


def _on_fixed_day(fixed: tuple[int, int], year: int) -> date:
    """The fixed day of a year; 29 February is the 28th where there is none."""
    month, day = fixed
    return date(year, month, min(day, monthrange(year, month)[1]))


def _last_fixed_day(fixed: tuple[int, int], until: date) -> date:
    this_year = _on_fixed_day(fixed, until.year)
    return this_year if this_year <= until else _on_fixed_day(fixed, until.year - 1)


def _first_fixed_day(fixed: tuple[int, int], earliest: date) -> date:
    this_year = _on_fixed_day(fixed, earliest.year)
    return this_year if this_year >= earliest else _on_fixed_day(fixed, earliest.year + 1)
