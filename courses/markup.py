"""The html that this core writes, taken apart into its tags and what stands between them."""

import re
from collections.abc import Iterator

_TAG = re.compile(r"<(?:\"[^\"]*\"|'[^']*'|[^'\">])*>")
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_CLASSES = re.compile(r'\sclass="([^"]*)"')
_EMPTY = {"br", "hr", "img", "input"}


def tokens(text: str) -> Iterator[str]:
    """The tags and the texts between them, in order; joined, they are the html again."""
    done = 0
    for tag in _TAG.finditer(text):
        if tag.start() > done:
            yield text[done : tag.start()]
        yield tag[0]
        done = tag.end()
    if done < len(text):
        yield text[done:]


def is_tag(token: str) -> bool:
    """Whether a token is a tag: in a text, "<" is written as a reference."""
    return token.startswith("<") and token.endswith(">")


def name_of(tag: str) -> str:
    """The name of the element that a tag begins or ends, in small letters."""
    found = _NAME.match(tag)
    return found[1].lower() if found else ""


def classes_of(tag: str) -> frozenset[str]:
    """The classes that a tag gives its element."""
    found = _CLASSES.search(tag)
    return frozenset(found[1].split() if found else ())


class OpenElements:
    """The elements that stand open at a place, each with its classes."""

    def __init__(self) -> None:
        self._open: list[tuple[str, frozenset[str]]] = []

    def step(self, tag: str) -> None:
        """Pass a tag: an element begins, or ends with all that it left open."""
        name = name_of(tag)
        if tag.startswith("</"):
            if name in (each for each, _ in self._open):
                while self._open.pop()[0] != name:
                    pass
        elif name and name not in _EMPTY and not tag.endswith("/>"):
            self._open.append((name, classes_of(tag)))

    def is_within(self, names: frozenset[str], classes: frozenset[str] = frozenset()) -> bool:
        """Whether any open element bears one of the names or classes."""
        return any(name in names or classes & has for name, has in self._open)
