"""Numbers with margins as several formats write them -> the details of a numeric item."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from quizzes.interchange.building import number
from quizzes.interchange.drafts import CannotRead, Notes
from quizzes.kinds.details import Near, Numeric


def numeric(answers: Sequence[tuple[str, Fraction, str]], notes: Notes) -> Numeric:
    """The details from "value:margin" or "low..high" texts, each with its share and feedback.

    The first answer for the whole mark is the value; others for less are near values.
    CannotRead when none is a number with a whole mark.
    """
    best: tuple[Decimal, Decimal, str] | None = None
    near: list[Near] = []
    for text, share, rationale in answers:
        value, tolerance = _range(text)
        if value is None:
            if text.strip() != "*" or share > 0:
                notes.lose(f"the answer {text.strip()[:40]!r}", "it is not a number")
        elif share >= 1 and best is None:
            best = (value, tolerance, rationale)
        elif share >= 1:
            why = "a numeric item has one value with one tolerance"
            notes.lose(f"{text.strip()[:40]} as another right answer", why)
        elif share > 0:
            near.append(Near(value, tolerance, share, rationale))
    if best is None:
        raise CannotRead("It has no number that earns the whole mark.")
    value, tolerance, rationale = best
    return Numeric(value, tolerance, "", (), rationale, tuple(near))


def _range(text: str) -> tuple[Decimal | None, Decimal]:
    low_text, dots, high_text = text.partition("..")
    if dots:
        low, high = number(low_text), number(high_text)
        if low is None or high is None or high < low:
            return None, Decimal(0)
        return (low + high) / 2, (high - low) / 2
    value_text, _, margin_text = text.partition(":")
    margin = number(margin_text) if margin_text.strip() else Decimal(0)
    if margin is None or margin < 0:
        return None, Decimal(0)
    return number(value_text), margin
