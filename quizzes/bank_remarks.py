"""A problem at a place of a bank's data, and how messages name items."""

from dataclasses import dataclass
from typing import Any

from quizzes.bank_yaml import Location
from quizzes.problems import Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem at a place of the data, before it is given its line."""

    at: Location
    code: str
    message: str
    severity: Severity = "error"


def name_of(index: int, raw: Any) -> str:
    """What to call an item in a message: its id, or its place when it has none."""
    return text_at(raw, "id") or f"item {index + 1}"


def text_at(raw: Any, key: str) -> str:
    """The text under a key, empty when there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, str) else ""
