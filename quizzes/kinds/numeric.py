"""Numeric: a number, in a unit where the item has one, right within a tolerance."""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from quizzes.items import Item
from quizzes.kinds.details import Numeric, Unit
from quizzes.kinds.text import Fields, UnreadableAnswer, only

_ANSWER = re.compile(r"([+-]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12}))\s*(\S.*)?", re.ASCII)


def read(item: Item, text: str) -> str:
    """The number in its shortest form, one space, and the unit as the item writes it: "450 ms"."""
    details = _details(item)
    found = _ANSWER.fullmatch(text.strip().replace("\u2212", "-"))
    if found is None:
        raise UnreadableAnswer("Write the number in digits, such as 1200 or 0.5, without commas.")
    number, unit = _shortest(found[1]), (found[2] or "").strip()
    if not details.unit:
        if unit:
            raise UnreadableAnswer("This question takes a number without a unit.")
        return number
    return f"{number} {_unit_named(details, unit).name}"


def from_fields(_item: Item, fields: Fields) -> str:
    """What the field `answer` holds, with the field `unit` when the number stands alone."""
    text, unit = only(fields, "answer"), only(fields, "unit")
    found = _ANSWER.fullmatch(text.replace("\u2212", "-"))
    return f"{text} {unit}".strip() if found and not found[2] else text


def mark(item: Item, answer: str) -> Fraction:
    """One within the tolerance of the value, else the largest share of a near value that fits."""
    details = _details(item)
    number, _, unit = answer.partition(" ")
    factor = _unit_named(details, unit).factor if unit else Fraction(1)
    # As fractions: a product of decimals would be rounded to the precision of the context.
    given = Fraction(number) * factor
    if _is_near(given, details.value, details.tolerance):
        return Fraction(1)
    shares = [near.share for near in details.near if _is_near(given, near.value, near.tolerance)]
    return max(shares, default=Fraction(0))


def _is_near(given: Fraction, value: Decimal, tolerance: Decimal) -> bool:
    return abs(given - Fraction(value)) <= Fraction(tolerance)


def _shortest(number: str) -> str:
    sign = "-" if number.startswith("-") else ""
    whole, _, rest = number.lstrip("+-").partition(".")
    whole, rest = whole.lstrip("0") or "0", rest.rstrip("0")
    shortest = f"{whole}.{rest}" if rest else whole
    return shortest if shortest == "0" else sign + shortest


def _unit_named(details: Numeric, name: str) -> Unit:
    wanted = _folded(name)
    exact = [unit for unit in details.units if unit.name == name]
    alike = exact or [unit for unit in details.units if _folded(unit.name) == wanted]
    if len(alike) != 1:
        names = ", ".join(unit.name for unit in details.units)
        raise UnreadableAnswer(f"Give the number with its unit, one of: {names}.")
    return alike[0]


def _folded(name: str) -> str:
    # µ (micro) and μ (mu) are one letter to whoever types them.
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _details(item: Item) -> Numeric:
    if not isinstance(item.details, Numeric):
        raise TypeError(f"item {item.id} has no value")
    return item.details
