"""The smallest parts of a bank file: texts, names, numbers and shares, with their bounds."""

import unicodedata
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from quizzes.citations import FACT_ID

# Far beyond any dose, interval or score, and short enough to stay readable in a table.
_LARGEST = Decimal(10) ** 12
_MOST_PLACES = 12


def _storable(text: str) -> str:
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) == "Cc":
            raise PydanticCustomError(
                "control_character",
                "must hold no control character (found U+{code})",
                {"code": f"{ord(character):04X}"},
            )
    return text


def _number(value: Any) -> Decimal:
    fault = PydanticCustomError("number", "must be a number such as 450 or 0.5")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise fault
    try:
        # By its text: 0.1 in the file is one tenth, not the float next to it.
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise fault from None
    if not number.is_finite() or abs(number) > _LARGEST:
        raise fault
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MOST_PLACES:
        raise fault
    return number


def _fraction(value: Any) -> Fraction | None:
    """The fraction that a number or a text such as "1/60" says; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    # Fraction would also read "1e999999999", and take the rest of the day.
    if len(text) > 20 or "e" in text.lower():
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _share(value: Any) -> Fraction:
    share = _fraction(value)
    if share is None or not 0 < share < 1:
        message = 'must be a share between 0 and 1, such as "1/2" or 0.5'
        raise PydanticCustomError("share", message)
    return share


def _factor(value: Any) -> Fraction:
    factor = _fraction(value)
    if factor is None or factor <= 0:
        message = 'must be a number above 0 or a fraction such as 1000 or "1/60"'
        raise PydanticCustomError("factor", message)
    return factor


Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_storable)
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_storable)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", max_length=40)]
FactId = Annotated[str, StringConstraints(pattern=rf"^{FACT_ID}$", max_length=40)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
BankName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
FigureFile = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\.svg$", max_length=80)
]
UnitName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20, pattern=r"^[^\d\s,.]"),
    AfterValidator(_storable),
]
Number = Annotated[Decimal, BeforeValidator(_number)]
Share = Annotated[Fraction, PlainValidator(_share)]
Factor = Annotated[Fraction, PlainValidator(_factor)]


class Entry(BaseModel):
    """A block of keys: all of them known, none of a type but its own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
