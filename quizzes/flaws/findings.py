"""What a check of the linter yields, and what it may know beyond its item."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quizzes.items import Item, Option
from quizzes.problems import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw seen in an item or across a bank; `code` is the NBME flaw's number here."""

    code: str
    message: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the bank tells about one of its items."""

    language: str
    item_ids: frozenset[str]
    common_roots: frozenset[str]


Check = Callable[[Item, Surroundings], Iterator[Finding]]


def sure(code: str, message: str) -> Finding:
    """A flaw a machine can decide."""
    return Finding(code, message, "error")


def suspect(code: str, message: str) -> Finding:
    """A flaw a machine can only suspect; the message names the words that raised it."""
    return Finding(code, message, "warning")


def lone_key(item: Item) -> Option | None:
    """The key, when there is exactly one."""
    keys = [option for option in item.options if option.key]
    return keys[0] if len(keys) == 1 else None
