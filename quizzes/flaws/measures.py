"""Numeric items and script concordance: a key that is a number, and a key that is a panel."""

import re
from collections.abc import Iterator
from decimal import Decimal

from quizzes.flaws.findings import Check, Finding, Surroundings, suspect
from quizzes.flaws.texts import bare, quoted_list
from quizzes.items import Item
from quizzes.kinds.details import Concordance, Near, Numeric

WIDEST_TOLERANCE = Decimal("0.25")
_SAYS_WHAT_TO_COUNT = re.compile(
    r"\b(?:how (?:many|much|long)|(?:what|which) (?:number|proportion|share|ratio|score|percentage)"
    r"|per ?cent(?:age)?|%|in (?:mg|ms|minutes|hours|days|weeks|milli\w+|micro\w+|kilo\w+))",
    re.IGNORECASE,
)


def unit_of_number(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A number of which nothing says what it counts."""
    details = item.details
    if not isinstance(details, Numeric):
        return
    if not details.unit and not _SAYS_WHAT_TO_COUNT.search(bare(item.lead_in)):
        yield suspect("numeric-unit", "neither a unit nor the lead-in says what the number counts.")


def tolerance_of_number(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A tolerance that makes rounding a fault, or lets nearly anything pass."""
    details = item.details
    if not isinstance(details, Numeric):
        return
    value, tolerance = details.value, details.tolerance
    if tolerance == 0 and value != value.to_integral_value():
        yield suspect("numeric-tolerance", f"no tolerance around {value}: any rounding is wrong.")
    elif tolerance > abs(value) * WIDEST_TOLERANCE and not (value == 0 == tolerance):
        yield suspect(
            "numeric-tolerance",
            f"the tolerance {tolerance} is more than a quarter of the key {value}.",
        )
    for place, near in enumerate(details.near, start=1):
        yield from _judge_near(place, near, details)


def _judge_near(place: int, near: Near, details: Numeric) -> Iterator[Finding]:
    for tenfold in (details.value * 10, details.value / 10):
        if details.value and abs(near.value - tenfold) <= near.tolerance:
            yield suspect(
                "numeric-tolerance",
                f"near value {place} ({near.value}) gives credit for an error by the factor ten.",
            )


def panel_of_item(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A reference panel of one mind, or split between the ends of the scale."""
    if not isinstance(item.details, Concordance):
        return
    panel = item.details.panel
    size = sum(panel)
    if size and max(panel) == size:
        yield suspect("panel", "the whole panel chose one option: ask it as a single best answer.")
    if len(panel) >= 3 and 4 * panel[0] >= size and 4 * panel[-1] >= size and size:
        yield suspect(
            "panel",
            f"the panel is split between the ends of the scale ({panel[0]} and {panel[-1]} of "
            f"{size}): the case may be read in two ways.",
        )


def scale_of_item(item: Item, _: Surroundings) -> Iterator[Finding]:
    """A scale without a middle."""
    if len(item.options) % 2 == 0:
        listed = quoted_list(bare(option.text) for option in item.options)
        yield suspect("panel", f"the scale has no middle: {listed}.")


NUMERIC: tuple[Check, ...] = (unit_of_number, tolerance_of_number)
CONCORDANCE: tuple[Check, ...] = (panel_of_item, scale_of_item)
