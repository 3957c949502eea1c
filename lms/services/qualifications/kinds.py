"""The kinds of qualification that can be asked for, and how one stands on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["life-support", "licence", "insurance", "background", "other"]
KINDS: tuple[Kind, ...] = ("life-support", "licence", "insurance", "background", "other")
State = Literal["waiting", "refused", "valid", "expiring", "expired"]
# Whoever has so many days left is reminded, and again; the longest one counts as expiring.
REMINDER_DAYS = (60, 30, 7)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a learner states of a qualification: its kind, number, issuer and days."""

    kind: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date


def state_on(today: date, expires_on: date, outcome: str | None) -> State:
    """Return how a qualification stands on a day; its last day is still one of them."""
    if outcome == "not-confirmed":
        return "refused"
    if expires_on < today:
        return "expired"
    if outcome is None:
        return "waiting"
    return "expiring" if (expires_on - today).days <= max(REMINDER_DAYS) else "valid"


def reminder_due(today: date, expires_on: date) -> int | None:
    """Return which reminder holds on a day: the fewest of 60, 30 and 7 days that are not yet over.

    None before the first of them and after the last day. Whoever was not reminded 30 days before,
    because nobody asked the calendar then, is still reminded until the next one comes.
    """
    left = (expires_on - today).days
    if left < 0:
        return None
    return min((days for days in REMINDER_DAYS if left <= days), default=None)
