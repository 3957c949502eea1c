"""Addresses that are compiled when one is first built, not all of them when the process starts.

Werkzeug makes a function for each route at once, two of them, which is nine tenths of the time it
takes to make the application; a process builds a small part of them.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A route whose builder is made when its address is first asked for, then kept."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        made: list[Builder] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            # Two threads may both make it: the same function twice, and either one serves.
            if not made:
                made.append(Rule._compile_builder(self, append_unknown))
            return made[0](rule, **values)

        return build
