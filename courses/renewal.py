"""What a course says of its credential's currency date, and of what a renewal asks for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

CurrencyKind = Literal["completion", "previous", "fixed-day"]

A_YEAR = 12
LEAP_YEAR = 2028
USUAL_WINDOW = 6


@dataclass(frozen=True, slots=True)
class Currency:
    """The rule by which the currency date is set, and the window around it for renewal.

    `fixed_day` is the (month, day) of a "fixed-day" rule, `minimal_months` the least it leaves.
    The window opens `window_months` before the currency date; `late_months` after it a renewal is
    no longer possible.
    """

    kind: CurrencyKind = "completion"
    fixed_day: tuple[int, int] | None = None
    minimal_months: int = 0
    window_months: int = USUAL_WINDOW
    late_months: int = 12


@dataclass(frozen=True, slots=True)
class RenewalAsks:
    """What a renewal asks for beside the updates since: items re-checked, minutes learned.

    `recheck_items` safety-critical items are drawn from the banks of the course, fewer where these
    have fewer. `ce_minutes` are of continuing education elsewhere, with evidence.
    """

    recheck_items: int = 10
    ce_minutes: int = 0


USUAL_CURRENCY = Currency()
USUAL_ASKS = RenewalAsks()


def usual_currency(months: int) -> Currency:
    """The currency of a course that states only its months; its window is half of them at most."""
    return Currency(window_months=min(USUAL_WINDOW, months // 2))


def currency_faults(currency: Currency, months: int) -> Iterator[tuple[str, str]]:
    """What cannot be kept of a rule with a period of `months`: each fault with its key."""
    if currency.window_months >= months:
        yield "window_months", f"the window has to be shorter than the {months} months of currency"
    if currency.kind != "fixed-day":
        if currency.fixed_day is not None:
            yield "fixed_day", "only the rule fixed-day has a fixed day"
        if currency.minimal_months:
            yield "minimal_months", "only the rule fixed-day has a minimal period"
        return
    if currency.fixed_day is None:
        yield "rule", "the rule fixed-day needs fixed_day, such as 12-31"
    elif not _is_a_day(*currency.fixed_day):
        yield "fixed_day", "no year has this day: write month and day, such as 12-31"
    if months < A_YEAR:
        yield "rule", "a fixed day comes once a year: currency_months has to be 12 or more"
    if currency.minimal_months > months:
        yield "minimal_months", "the minimal period is at most as long as currency_months"


def _is_a_day(month: int, day: int) -> bool:
    try:
        date(LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def renewal_to_document(currency: Currency, months: int, asks: RenewalAsks) -> dict[str, Any]:
    """Both as JSON-able values; what is as usual is not written, so that older hashes hold."""
    document: dict[str, Any] = {}
    if currency != usual_currency(months):
        document["currency"] = {
            "kind": currency.kind,
            "fixed_day": list(currency.fixed_day) if currency.fixed_day else None,
            "minimal_months": currency.minimal_months,
            "window_months": currency.window_months,
            "late_months": currency.late_months,
        }
    if asks != USUAL_ASKS:
        document["renewal"] = {
            "recheck_items": asks.recheck_items,
            "ce_minutes": asks.ce_minutes,
        }
    return document


def renewal_from_document(document: Mapping[str, Any], months: int) -> tuple[Currency, RenewalAsks]:
    """What `renewal_to_document` wrote into the document of a course, or what is usual."""
    currency = usual_currency(months)
    if "currency" in document:
        values = dict(document["currency"])
        fixed = values.pop("fixed_day")
        currency = Currency(fixed_day=tuple(fixed) if fixed else None, **values)
    return currency, RenewalAsks(**document.get("renewal", {}))
