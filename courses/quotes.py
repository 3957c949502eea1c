"""A passage that a reader marked, found again by its words: a later text may have moved it."""

import functools
import html
import re
from bisect import bisect_right
from dataclasses import dataclass

from courses.markup import OpenElements, is_tag, name_of, tokens

# How much of the text around a passage tells it from the same words elsewhere.
CONTEXT = 32

_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({"a", "button", "code", "em", "span", "strong", "sup"})
_UNREAD = frozenset({"svg"})
_UNREAD_CLASSES = frozenset({"cites", "cite"})
# A lesson's own headings, unlike those of its self-checks, have such ids.
_ID = re.compile(r'\sid="(s-[^"]*)"')


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a lesson as they read, a little of what surrounds them, and their heading.

    `heading` is the id of the heading they stand under, empty before the first one.
    """

    quote: str
    before: str
    after: str
    heading: str


def find_passage(text: str, quote: str, before: str = "", after: str = "") -> Passage | None:
    """Where the words of `quote` stand in the html of a lesson; None if they do not.

    Spaces and the ids of sources do not count. Of several places the one whose surroundings are
    most like `before` and `after` is meant, the first of equals.
    """
    read = _read(text)
    wanted = _squeezed(quote)
    if not wanted:
        return None
    near = (_squeezed(before), _squeezed(after))
    places = [found.start() for found in re.finditer(f"(?={re.escape(wanted)})", read.squeezed)]
    if not places:
        return None
    best = max(places, key=lambda place: (read.likeness(place, len(wanted), *near), -place))
    return read.passage(best, best + len(wanted))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read of a lesson: its words, the same without spaces, and which is where."""

    words: str
    squeezed: str
    where: tuple[int, ...]
    headings: tuple[tuple[int, str], ...]

    def likeness(self, start: int, length: int, before: str, after: str) -> int:
        """How many characters beside a place are those that stood there once."""
        ahead = _common(self.squeezed[max(0, start - CONTEXT) : start][::-1], before[::-1])
        return ahead + _common(self.squeezed[start + length : start + length + CONTEXT], after)

    def passage(self, start: int, end: int) -> Passage:
        """What stands between two places of the squeezed words."""
        first, last = self.where[start], self.where[end - 1] + 1
        number = bisect_right([place for place, _ in self.headings], first)
        return Passage(
            quote=" ".join(self.words[first:last].split()),
            before=" ".join(self.words[max(0, first - CONTEXT) : first].split()),
            after=" ".join(self.words[last : last + CONTEXT].split()),
            heading=self.headings[number - 1][1] if number else "",
        )


def _squeezed(words: str) -> str:
    return "".join(words.split())


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning."""
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


@functools.lru_cache(maxsize=256)
def _read(text: str) -> _Reading:
    here = OpenElements()
    words, length = [], 0
    headings: list[tuple[int, str]] = []
    for token in tokens(text):
        if not is_tag(token):
            said = "" if here.is_within(_UNREAD, _UNREAD_CLASSES) else html.unescape(token)
        else:
            here.step(token)
            named = _ID.search(token)
            if name_of(token) in _HEADINGS and named:
                headings.append((length, named[1]))
            said = "" if name_of(token) in _INLINE else "\n"
        words.append(said)
        length += len(said)
    whole = "".join(words)
    where = tuple(place for place, character in enumerate(whole) if not character.isspace())
    return _Reading(whole, "".join(whole[place] for place in where), where, tuple(headings))
