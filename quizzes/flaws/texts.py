"""How the linter reads a text: as bare words, without quoted speech, and by word roots."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from quizzes.citations import without_citations

_MARKS = re.compile(r"[*_`#>]+")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_ENDINGS = ("ation", "ions", "ings", "ion", "ing", "ies", "ed", "es", "ly", "s", "y", "e")
_SMALL_WORDS = (
    "about above after again against along among another around because become before being "
    "below beneath beside best between both cannot could does doing down during each either "
    "else ever fifth first following fourth from further given have having here herself himself "
    "however inside into itself less like likely made make many might more most much must near "
    "neither next other ought ours outside over quite rather same second several shall should "
    "since some still such than that their theirs them themselves then there these they third "
    "this those though through throughout toward towards under until upon very were what "
    "whatever when where whether which while whom whose will with within without would your "
    "yours"
)
_TELL_NOTHING = frozenset(_SMALL_WORDS.split())
# A dozen checks read each text of a bank: what one has read the others need not read again.
_REMEMBERED = 4_096


@lru_cache(_REMEMBERED)
def bare(text: str) -> str:
    """The text on one line, without citations and Markdown marks."""
    return " ".join(_MARKS.sub("", without_citations(text)).split())


@lru_cache(_REMEMBERED)
def unquoted(text: str) -> str:
    """The text without what stands in quotation marks: a quoted speaker may say what he likes."""
    return _QUOTED.sub(" … ", text)


@lru_cache(_REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case."""
    return tuple(_WORD.findall(text.lower()))


@lru_cache(_REMEMBERED)
def root_of(word: str) -> str:
    """A word without its commonest ending, so that "screened" meets "screening"."""
    stem = word.removesuffix("’s").removesuffix("'s")
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= 4:
            return stem[: -len(ending)]
    return stem


@lru_cache(_REMEMBERED)
def telling_words(text: str) -> Mapping[str, str]:
    """The words of a text that carry meaning: root -> the word as first written."""
    found: dict[str, str] = {}
    for word in words(text):
        if len(word) >= 5 and word not in _TELL_NOTHING:
            found.setdefault(root_of(word), word)
    return MappingProxyType(found)


def quoted_list(pieces: Iterable[str]) -> str:
    """Words for a message: “always”, “never”."""
    return ", ".join(f"“{piece}”" for piece in pieces)
