"""What somebody typed, as words to look for; nothing in it is ever an operator."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.services.search.spelling import Vocabulary
from lms.services.search.words import COMPOUND, RUN, plainly, stem, told

LONGEST_QUERY, MOST_WORDS = 200, 12
_UNIT = re.compile(f"{COMPOUND}|{RUN}")
_SPLIT = re.compile(RUN)

# Any of these, each of which asks for all of its stems.
Alternatives = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: passages that have, of every word, one of its alternatives.

    `words` is how it reads; `mended` pairs what was typed with what is looked for instead,
    `unknown` is what no passage has and nothing is near to.
    """

    words: str
    asked: tuple[Alternatives, ...]
    mended: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def stems(self) -> frozenset[str]:
        """Every stem that may be marked in what is found."""
        return frozenset(each for word in self.asked for way in word for each in way)


def tidy(typed: str) -> str:
    """Return what was typed on one line, without control characters, cut to a bearable length."""
    plain = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in typed)
    return " ".join(plain.split())[:LONGEST_QUERY].rstrip()


def understand(typed: str, vocabularies: Sequence[Vocabulary], *, exactly: bool) -> Question:
    """Return the question in a tidy text; words that no passage has are mended if they can be."""
    reading = _Reading(vocabularies, exactly=exactly)
    pieces: list[str] = []
    done = 0
    for found in _units(typed, vocabularies):
        pieces += [typed[done : found.start], reading.read(found)]
        done = found.end
    words = "".join((*pieces, typed[done:]))
    asked = tuple(dict.fromkeys(reading.asked))[:MOST_WORDS]
    return Question(words, asked, tuple(reading.mended), tuple(dict.fromkeys(reading.unknown)))


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word, or a compound that some passage has, where it stands in what was typed."""

    text: str
    start: int
    end: int
    alternatives: Alternatives


def _units(typed: str, vocabularies: Sequence[Vocabulary]) -> Iterator[_Unit]:
    for found in _UNIT.finditer(typed):
        whole = plainly(found[0])
        runs = list(_SPLIT.finditer(found[0]))
        parts = [run for run in runs if told(run[0])[0]]
        if len(runs) > 1 and any(each.knows(whole) for each in vocabularies):
            apart = tuple(told(part[0])[1] for part in parts)
            ways = ((stem(whole),), *((apart,) if len(apart) > 1 else ()))
            yield _Unit(found[0], found.start(), found.end(), ways)
            continue
        for part in parts:
            start = found.start() + part.start()
            ways = ((told(part[0])[1],),)
            yield _Unit(part[0], start, start + len(part[0]), ways)


class _Reading:
    """Decides unit by unit what is looked for."""

    def __init__(self, vocabularies: Sequence[Vocabulary], *, exactly: bool) -> None:
        self._vocabularies = vocabularies
        self._exactly = exactly
        self.asked: list[Alternatives] = []
        self.mended: list[tuple[str, str]] = []
        self.unknown: list[str] = []

    def read(self, unit: _Unit) -> str:
        """Note what to look for; return how it reads."""
        if any(all(map(self._has, way)) for way in unit.alternatives):
            self.asked.append(unit.alternatives)
            return unit.text
        meant = None if self._exactly else self._meant(plainly(unit.text))
        if meant is None:
            self.unknown.append(unit.text)
            return unit.text
        self.asked.append(((stem(plainly(meant)),),))
        self.mended.append((unit.text, meant))
        return meant

    def _has(self, wanted: str) -> bool:
        return any(wanted in each.stems for each in self._vocabularies)

    def _meant(self, plain: str) -> str | None:
        near = (each.nearest(plain) for each in self._vocabularies)
        return next((word for word in near if word is not None), None)
