"""YAML 1.2 as plain values, with the line of every key and item, and with no surprises inside.

Aliases, tags, repeated keys and keys that are not text are faults: a content file says what it
says, once, in the place where it is read.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = tuple[str | int, ...]

_CORE = "tag:yaml.org,2002:"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        reason = " ".join(str(error.problem or error.context or "").split())
        tree.faults.append(Fault(line, "yaml", f"this is not YAML: {reason[:200]}"))
        return tree
    except Exception as error:
        # The parser answers rubbish with whatever breaks first inside it (AttributeError,
        # RecursionError, ...). All of it means the same to an author.
        tree.faults.append(
            Fault(first_line, "yaml", f"this cannot be read as YAML ({type(error).__name__})")
        )
        return tree
    if node is not None:
        _Reader(tree, first_line).read(node)
    return tree


class _Reader:
    """Walks a node tree once, so that a node met twice must be an alias."""

    def __init__(self, tree: Tree, first_line: int) -> None:
        self.tree = tree
        self.first_line = first_line
        self.met: set[int] = set()

    def read(self, node: Node) -> None:
        self.tree.value = self._value(node, ())

    def _line(self, node: Node) -> int:
        return self.first_line + int(node.start_mark.line)

    def _fault(self, node: Node, code: str, message: str) -> None:
        self.tree.faults.append(Fault(self._line(node), code, message))

    def _value(self, node: Node, path: Path) -> Any:
        if id(node) in self.met:
            self._fault(node, "yaml-alias", "aliases (*name) are not allowed: write it out")
            return None
        self.met.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return self._sequence(node, path)
        return self._scalar(node)

    def _sequence(self, node: SequenceNode, path: Path) -> list[Any]:
        values = []
        for place, item in enumerate(node.value):
            self.tree.lines[(*path, place)] = self._line(item)
            values.append(self._value(item, (*path, place)))
        return values

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode) or id(key_node) in self.met:
                self._fault(key_node, "yaml-key", "a key must be plain text")
                continue
            self.met.add(id(key_node))
            key = str(key_node.value)
            if key in values:
                self._fault(key_node, "duplicate-key", f"the key {_short(key)} stands here twice")
                continue
            self.tree.lines[(*path, key)] = self._line(key_node)
            values[key] = self._value(value_node, (*path, key))
        return values

    def _scalar(self, node: Node) -> Any:
        text = str(node.value)
        kind = str(node.tag).removeprefix(_CORE)
        try:
            return _plain_value(kind, text)
        except ValueError:
            self._fault(node, "yaml-value", f"{_short(text)} cannot be read as {kind}")
            return None


def _plain_value(kind: str, text: str) -> Any:
    """The value of a scalar of YAML's core schema, or a date; ValueError for anything else."""
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "timestamp":
        return date.fromisoformat(text) if _DATE.fullmatch(text) else text
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(text)
    if kind == "int":
        return int(text, 0) if not text.lstrip("+-").startswith("0") else _zero_led(text)
    if kind == "float":
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    raise ValueError(kind)


def _zero_led(text: str) -> int | str:
    """0, 0x1f and 0o17 are numbers; 007 is an identifier and stays text."""
    try:
        return int(text, 0)
    except ValueError:
        return text


def _short(text: str) -> str:
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'
