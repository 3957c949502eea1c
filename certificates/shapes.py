"""Shapes: which members a signed document may have, and of what form each of them is.

The proof of the suite `eddsa-rdfc-2022` signs what JSON-LD understands of a document. A member
that it does not know, or drops, could be added or changed without breaking the proof. So a
document is held to a shape in which every member is known, present once and of one spelling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from certificates.instants import read_instant

Shape = Callable[[Any, str], None]
"""Raises `ShapeError` unless a value is of the form; the text says where the value stands."""

_URI = re.compile(r"[a-z][a-z0-9+.-]*:[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+")


class ShapeError(ValueError):
    """A member is not of its form; the message says which."""


def exactly(expected: Any) -> Shape:
    """The value itself, of the same type at every depth."""
    same = _canonical(expected)

    def check(value: Any, where: str) -> None:
        if _canonical(value) != same:
            raise ShapeError(f"{where}: is not {expected!r}")

    return check


def text(value: Any, where: str) -> None:
    """Any text."""
    if not isinstance(value, str):
        raise ShapeError(f"{where}: is not text")


def uri(value: Any, where: str) -> None:
    """An absolute address; a relative one, or the label of a blank node, would go unsigned."""
    if not isinstance(value, str) or not is_uri(value):
        raise ShapeError(f"{where}: is not an absolute address")


def is_uri(value: str) -> bool:
    """Whether the text is an absolute address in the characters that addresses are made of."""
    return _URI.fullmatch(value) is not None


def instant(value: Any, where: str) -> None:
    """An instant in whole seconds of UTC."""
    text(value, where)
    try:
        read_instant(value)
    except ValueError as error:
        raise ShapeError(f"{where}: is not an instant in whole seconds of UTC") from error


def number(value: Any, where: str) -> None:
    """A number that is not negative; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ShapeError(f"{where}: is not a number")


def matching(pattern: str) -> Shape:
    """Text that matches the whole pattern."""
    compiled = re.compile(pattern)

    def check(value: Any, where: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise ShapeError(f"{where}: is not of its form")

    return check


def each(shape: Shape) -> Shape:
    """A list of at least one value of the shape, none of them twice."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list) or not value:
            raise ShapeError(f"{where}: is not a list")
        for place, one in enumerate(value):
            shape(one, f"{where}[{place}]")
        if len({_canonical(one) for one in value}) != len(value):
            raise ShapeError(f"{where}: holds something twice")

    return check


def record(needed: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object with all the needed members, perhaps some of the optional ones, and no other."""
    known = {**needed, **(optional or {})}

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise ShapeError(f"{where}: is not an object")
        if missing := sorted(set(needed) - set(value)):
            raise ShapeError(f"{where}: lacks {', '.join(missing)}")
        if unknown := sorted(set(value) - set(known)):
            raise ShapeError(f"{where}: does not know {', '.join(unknown)}")
        for name, one in value.items():
            known[name](one, f"{where}.{name}")

    return check


def _canonical(value: Any) -> str:
    """One text for one value, in whatever order its members stand."""
    return json.dumps(value, sort_keys=True, default=repr)
