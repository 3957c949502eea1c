"""YAML 1.2 as plain values, with the line of every key and item, and with no surprises inside.

Aliases, tags, repeated keys and keys that are not text are faults: a content file says what it
says, once, in the place where it is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

Path = tuple[str | int, ...]

DEEPEST = 12

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)"
)
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps YAML from being read as it stands; `line` counts from 1."""

    line: int
    code: str
    message: str


@dataclass(slots=True)
class Tree:
    """The values of a YAML text: `lines` knows where each key and item stands."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a place in the tree, or of the closest place around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_tree(text: str, first_line: int = 1) -> Tree:
    """The tree of a YAML text whose first line is `first_line` of its file; never raises."""
    tree = Tree(lines={(): first_line})
    try:
        _Reader(tree, YAML(typ="safe", pure=True).parse(text), first_line).read()
    except _TooDeep as error:
        message = f"this is nested deeper than {DEEPEST} levels"
        tree.faults.append(Fault(error.line, "yaml", message))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = " ".join(str(error.problem or error.context or "").split())
        tree.faults.append(Fault(line, "yaml", f"this is not YAML: {reason[:200]}"))
    except Exception as error:
        # The parser answers rubbish with whatever breaks first inside it (AttributeError,
        # ValueError, ...). All of it means the same to an author.
        message = f"this cannot be read as YAML ({type(error).__name__})"
        tree.faults.append(Fault(first_line, "yaml", message))
    return tree


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Reader:
    """Builds the values from the parser's events, which come one by one and know their lines.

    Reading events instead of a finished document bounds the depth before anything is built: the
    parser itself takes seconds for a few thousand opening brackets.
    """

    def __init__(self, tree: Tree, events: Iterator[Any], first_line: int) -> None:
        self.tree = tree
        self.events = events
        self.first_line = first_line

    def read(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(event, "yaml", "a second document begins here")
                    return
                self.tree.value = self._value(next(self.events), ())

    def _line(self, event: Any) -> int:
        return self.first_line + int(event.start_mark.line)

    def _fault(self, event: Any, code: str, message: str) -> None:
        self.tree.faults.append(Fault(self._line(event), code, message))

    def _value(self, event: Any, path: Path) -> Any:
        if len(path) > DEEPEST:
            raise _TooDeep(self._line(event))
        if isinstance(event, AliasEvent):
            self._fault(event, "yaml-alias", "aliases (*name) are not allowed: write it out")
            return None
        if getattr(event, "anchor", None):
            self._fault(event, "yaml-alias", "anchors (&name) are not allowed")
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event)

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            place = (*path, len(values))
            self.tree.lines[place] = self._line(event)
            values.append(self._value(event, place))
        return values

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = event.value if isinstance(event, ScalarEvent) else ""
            place = (*path, key)
            if not isinstance(event, ScalarEvent):
                self._fault(event, "yaml-key", "a key must be plain text")
                self._value(event, place)
            elif key in values:
                self._fault(event, "duplicate-key", f"the key {_short(key)} stands here twice")
            else:
                self.tree.lines[place] = self._line(event)
                values[key] = None
                values[key] = self._value(next(self.events), place)
                continue
            self._value(next(self.events), place)
        return values

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        tag = str(getattr(event, "tag", None) or "")
        if tag and tag != "!":
            self._fault(event, "yaml-value", f"the tag {_short(tag)} is not allowed")
            return None
        if not event.implicit[0]:
            return text
        try:
            return _plain_value(text)
        except ValueError:
            self._fault(event, "yaml-value", f"{_short(text)} is no number and no date")
            return None


def _plain_value(text: str) -> Any:
    """The value of an unquoted scalar in YAML 1.2's core schema, or a date.

    Raises ValueError for what looks like a number or a date and is none.
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text[0] in "tT"
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if _INTEGER.fullmatch(text) and len(text) <= _LONGEST_NUMBER:
        return int(text)
    if _FLOAT.fullmatch(text) and len(text) <= _LONGEST_NUMBER:
        return float(text)
    return text


def _short(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'
