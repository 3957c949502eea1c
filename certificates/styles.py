"""Documents whose elements know at once what no rule says of them.

WeasyPrint works a style out name by name, whenever a box is asked for a value that no rule sets:
some three thousand times on a certificate, a tenth of its time. Nearly all of these are the value
of the parent or the initial value, and both are known as soon as the rules have been matched.
"""

from __future__ import annotations

from typing import Any

from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.document import Document

_OF_THEIR_OWN = {"page", "position", "float", "display"}
"""What WeasyPrint reads in a way of its own, as it does whatever decorates text."""
_LOGICAL = ("_block", "_inline")
_LINES = ("border_top", "border_right", "border_bottom", "border_left", "outline")


def _is_plain(name: str) -> bool:
    return name not in _OF_THEIR_OWN and not name.startswith("text_decoration_")


_INHERITED = tuple(name for name in INITIAL_VALUES if name in INHERITED and _is_plain(name))
_INITIAL = {
    name: value
    for name, value in INITIAL_VALUES.items()
    if name not in INHERITED and name not in INITIAL_NOT_COMPUTED and _is_plain(name)
}
_WIDTHS = {f"{line}_style": f"{line}_width" for line in _LINES}
_WITHOUT_LINES = dict.fromkeys(_WIDTHS.values(), 0)
"""How wide lines are that no rule draws: their style is none, whatever their width would be."""


class FilledDocument(Document):  # type: ignore[misc]
    """A document that is laid out with its styles filled in.

    It steps in where WeasyPrint 70 has computed the styles; an upgrade has to look there again.
    """

    @classmethod
    def _build_layout_context(cls, *given: Any) -> Any:
        context = super()._build_layout_context(*given)
        for style in context.style_for.get_computed_styles().values():
            fill(style)
        return context


def fill(style: Any) -> None:
    """Give a computed style every value that no rule sets and that nothing is computed from.

    One with logical properties is left alone: they stand for physical ones, by the direction.
    """
    style.anonymous_style.update(_INITIAL)
    ruled, parent = style.cascaded, style.parent_style
    if any(part in name for name in ruled for part in _LOGICAL):
        return
    known = {**_INITIAL, **_WITHOUT_LINES, **style}
    if parent is not None:
        known = {**{name: parent[name] for name in _INHERITED}, **known}
    for name in ruled:
        if name not in style:
            known.pop(name, None)
            known.pop(_WIDTHS.get(name), None)
    style.update(known)
