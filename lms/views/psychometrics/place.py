"""What the assessment pages share: their blueprint, and how figures read."""

from __future__ import annotations

from typing import Any, SupportsFloat

from flask import Blueprint
from flask_babel import gettext as _

import quizzes

pages = Blueprint("psychometrics", __name__)


def percent(value: SupportsFloat | None) -> str:
    """Return “63 %”, or a dash."""
    return "–" if value is None else f"{100 * float(value):.0f}\u00a0%"


def number(value: SupportsFloat | None, digits: int = 2) -> str:
    """Return a figure to so many decimals with a true minus, or a dash."""
    if value is None:
        return "–"
    text = f"{float(value):.{digits}f}"
    if not text.strip("-0."):
        text = text.removeprefix("-")
    return text.replace("-", "−")


def percent_range(interval: quizzes.Interval | None) -> str:
    """Return “48–76 %”, or a dash."""
    if interval is None:
        return "–"
    return f"{100 * interval.low:.0f}–{100 * interval.high:.0f}\u00a0%"


def number_range(interval: quizzes.Interval | None, digits: int = 2) -> str:
    """Return “0.12 to 0.48”, or a dash."""
    if interval is None:
        return "–"
    return f"{number(interval.low, digits)}\u00a0to\u00a0{number(interval.high, digits)}"


def flag_word(flag: str) -> str:
    """Return the name of a flag."""
    if flag == "confidently-wrong":
        return quizzes.FIGURES["confidently_wrong"].name
    return quizzes.FLAGS[flag].name


def flag_sentence(flag: str) -> str:
    """Return the sentence that explains a flag."""
    if flag == "confidently-wrong":
        return str(_("At least one in ten answers was wrong and certain: read it first."))
    return quizzes.FLAGS[flag].sentence


def words() -> dict[str, Any]:
    """Return what the templates put figures into words with."""
    return {
        "FIGURES": quizzes.FIGURES,
        "percent": percent,
        "number": number,
        "percent_range": percent_range,
        "number_range": number_range,
        "flag_word": flag_word,
        "flag_sentence": flag_sentence,
    }
