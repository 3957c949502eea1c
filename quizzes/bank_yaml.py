"""YAML text of a bank -> plain data, with the line of every part, whatever the text holds."""

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    NodeEvent,
)
from ruamel.yaml.reader import ReaderError

# A bank nests five deep: the bank, its items, an item, its options, an option. Beyond that the
# parser's own recursion becomes the danger.
MAX_DEPTH = 12
# An item takes about fifty parse events; two thousand items in one bank are more than anybody can
# review, and the parser would be busy with them for a quarter of a minute.
MAX_EVENTS = 100_000

Location = tuple[int | str, ...]


class UnreadableYaml(Exception):
    """The text is not YAML this project reads; `line` counts from 1."""

    def __init__(self, line: int, code: str, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.code = code
        self.message = message


def load_tree(text: str) -> Any:
    """The round-trip tree of one YAML 1.2 document; UnreadableYaml names the first obstacle."""
    try:
        _refuse_what_a_bank_needs_not(text)
        return _yaml().load(text)
    except UnreadableYaml:
        raise
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableYaml(line, "control-character", "holds a control character.") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join((error.problem or "this is not YAML").split())
        line = 1 if mark is None else mark.line + 1
        raise UnreadableYaml(line, "yaml", f"cannot be read as YAML: {what[:200]}.") from error
    except Exception as error:
        # The parser fails in many unannounced ways on rubbish; an author must still get a sentence.
        raise UnreadableYaml(1, "yaml", "cannot be read as YAML.") from error


def to_plain(node: Any) -> Any:
    """The tree as plain dicts, lists, text and numbers, as strict validation wants them."""
    if isinstance(node, dict):
        return {to_plain(key): to_plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [to_plain(value) for value in node]
    if isinstance(node, str):
        return str(node)
    if isinstance(node, int) and not isinstance(node, bool):
        return int(node)
    return node


def line_of(tree: Any, location: Location) -> int:
    """The line of the part at a location, or of the nearest part around it that exists."""
    node: Any = tree
    line = 1
    for step in location:
        try:
            lines = node.lc
            place = lines.key(step) if isinstance(node, dict) else lines.item(step)
            node = node[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = place[0] + 1
    return line


class _DatedConstructor(RoundTripConstructor):
    """Says where a value stands that looks like a date or number and is none (2026-02-30)."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from error


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Constructor = _DatedConstructor
    return yaml


def _refuse_what_a_bank_needs_not(text: str) -> None:
    depth = 0
    for count, event in enumerate(_yaml().parse(io.StringIO(text))):
        line = event.start_mark.line + 1
        if count > MAX_EVENTS:
            raise UnreadableYaml(line, "too-large", "holds more parts than a bank can.")
        if isinstance(event, AliasEvent):
            raise UnreadableYaml(line, "yaml-alias", "uses a YAML alias (*); write the text out.")
        if isinstance(event, NodeEvent) and getattr(event, "tag", None) is not None:
            raise UnreadableYaml(line, "yaml-tag", "uses a YAML tag (!); a bank needs none.")
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableYaml(line, "yaml-depth", "is nested deeper than a bank can be.")
