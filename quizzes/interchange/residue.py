"""What no other format has a place for, as JSON in an extension element, read back with care.

A file may have been edited elsewhere, so what is shown rules: the source of a text counts only
while it still shows what the file shows. Values of the wrong type are left out and told.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from quizzes.interchange.drafts import Notes
from quizzes.interchange.markdown_in import to_tree
from quizzes.interchange.markdown_out import to_markdown
from quizzes.interchange.safe_xml import Node
from quizzes.interchange.texts import harmless, plain
from quizzes.items import LEVELS, Item

NAMESPACE = "urn:pat-lms:items:1"
_DAMAGED = "the extension of this project in the file is damaged"


class Residue:
    """The extension data of one item, each value asked for with its type."""

    def __init__(self, data: Mapping[str, Any], notes: Notes) -> None:
        self._data = data
        self._notes = notes

    def __bool__(self) -> bool:
        return bool(self._data)

    def text(self, name: str) -> str:
        """A text, empty when there is none."""
        return harmless(self._value(name, str, ""))

    def words(self, name: str) -> str:
        """A text that is no Markdown, empty when there is none."""
        return plain(self._value(name, str, ""))

    def truth(self, name: str) -> bool | None:
        """True or false, None when there is neither."""
        value: bool | None = self._value(name, bool, None)
        return value

    def whole(self, name: str) -> int:
        """A whole number, 0 when there is none."""
        value: int = self._value(name, int, 0)
        return value

    def day(self, name: str) -> date | None:
        """A date, None when there is none."""
        try:
            return date.fromisoformat(self._value(name, str, ""))
        except ValueError:
            return None

    def list(self, name: str, of: type) -> tuple[Any, ...]:
        """The values of one type in a list."""
        values = self._value(name, list, [])
        return tuple(value for value in values if isinstance(value, of))

    def part(self, name: str) -> "Residue":
        """A block of values within this one."""
        return Residue(self._value(name, dict, {}), self._notes)

    def parts(self, name: str) -> tuple["Residue", ...]:
        """The blocks of values in a list."""
        return tuple(Residue(value, self._notes) for value in self.list(name, dict))

    def raw(self, name: str) -> Mapping[str, Any] | None:
        """A block of values as it stands, for whoever checks it; None when there is none."""
        value: Mapping[str, Any] | None = self._value(name, dict, None)
        return value

    def source(self, name: str, shown: Node, notes: Notes) -> str:
        """The Markdown of a text: its own source while that shows what is shown, else made anew."""
        made = to_markdown(shown, notes)
        source = self.part("texts").text(name)
        return source if source and to_markdown(to_tree(source)) == made else made

    def _value(self, name: str, of: type, otherwise: Any) -> Any:
        if name not in self._data:
            return otherwise
        value = self._data[name]
        if isinstance(value, of) and not (of is int and isinstance(value, bool)):
            return value
        self._notes.lose(name, _DAMAGED)
        return otherwise


def read_residue(text: str, notes: Notes) -> Residue:
    """The residue of a JSON text; an empty one when there is none or it is damaged."""
    if not text.strip():
        return Residue({}, notes)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        notes.lose("the extension", _DAMAGED)
        data = {}
    return Residue(data, notes)


def write_residue(data: Mapping[str, Any]) -> str:
    """The JSON text of a residue; what is empty is not written."""
    kept = {name: value for name, value in data.items() if value or value is False}
    return json.dumps(kept, ensure_ascii=True, sort_keys=True)


def header_of(item: Item) -> dict[str, Any]:
    """What every kind of item has and no other format knows."""
    return {
        "kind": item.kind,
        "objective": item.objective,
        "level": item.level,
        "safety_critical": item.safety_critical,
        "facts": list(item.facts),
        "author": item.author,
        "reviewed_on": item.reviewed_on.isoformat(),
        "review_by": item.review_by.isoformat(),
        "domain": item.domain,
        "vignette": item.vignette,
        "stage": item.stage,
    }


def restore_header(residue: Residue) -> dict[str, Any]:
    """The same as the fields of a draft, as far as they are there."""
    level = residue.words("level")
    return {
        "objective": residue.words("objective"),
        "level": level if level in LEVELS else None,
        "safety_critical": residue.truth("safety_critical"),
        "facts": tuple(residue.list("facts", str)),
        "author": residue.words("author"),
        "reviewed_on": residue.day("reviewed_on"),
        "review_by": residue.day("review_by"),
        "domain": residue.words("domain"),
        "vignette": residue.words("vignette") or None,
        "stage": residue.whole("stage"),
    }
