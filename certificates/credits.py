"""How many credits a length of instruction makes, by an approving body's own unit and step."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

STEPS = (Decimal("1"), Decimal("0.5"), Decimal("0.25"), Decimal("0.1"))
"""Parts of a credit in which bodies count: whole, half, quarter or tenth credits."""


@dataclass(frozen=True, slots=True)
class CreditRule:
    """One unit of credit: its name, its minutes, and the smallest part of it that is given.

    Raises `ValueError` for a unit without minutes or a step that nobody counts in.
    """

    unit: str
    minutes: int = 60
    step: Decimal = Decimal("0.25")

    def __post_init__(self) -> None:
        """Refuse what no credit could be counted by."""
        if self.minutes < 1:
            raise ValueError("a unit of credit needs at least one minute")
        if self.step not in STEPS:
            raise ValueError(f"the step must be one of {', '.join(map(str, STEPS))}")


def credits_offered(rule: CreditRule, minutes: int) -> Decimal:
    """Return the most credits that `minutes` of instruction make, rounded down to the step.

    Never up: a body credits time that was given, in full parts (as the American Psychological
    Association gives one credit for each full 60 minutes). Raises `ValueError` below nought.
    """
    if minutes < 0:
        raise ValueError("minutes of instruction are never negative")
    parts = (Decimal(minutes) / (rule.minutes * rule.step)).to_integral_value(ROUND_FLOOR)
    return parts * rule.step


def claim_fault(rule: CreditRule, minutes: int, amount: Decimal) -> str:
    """Return why `amount` cannot be claimed for these minutes, or nothing if it can."""
    most = credits_offered(rule, minutes)
    if not amount.is_finite() or amount <= 0:
        return "Claim more than nothing, or make no claim."
    if amount % rule.step:
        return f"Claim in steps of {rule.step}."
    if amount > most:
        return f"At most {written(most)} can be claimed."
    return ""


def written(amount: Decimal) -> str:
    """Return an amount as it is printed: `6.25`, `6`."""
    return format(amount.normalize(), "f")
