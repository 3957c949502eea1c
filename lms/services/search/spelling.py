"""The words that a release uses, and which of them somebody meant who wrote another.

On record they are JSON: each plain word with how often it occurs, how often of that in what
anybody may read, and how it is mostly written: {"maoi": [31, 12, "MAOI"]}.
"""

import itertools
import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from lms.services.search.passages import Passage
from lms.services.search.words import stem, words_in

# A shorter word is near to too many others.
SHORTEST_MENDED, SHORTEST_MENDED_TWICE = 4, 6


class Vocabulary:
    """Plain words with how often they occur and how they are written, and all their stems."""

    def __init__(self, times: Mapping[str, int], written: Mapping[str, str]) -> None:
        self.times = times
        self.written = written
        self.stems = frozenset(map(stem, times))
        self._in_order = sorted(times)
        self._alike: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._in_order:
            if not any(map(str.isdigit, word)):
                self._alike[word[0], len(word)].append(word)
        self._letters = sorted({letter for letter, _ in self._alike})

    def knows(self, plain: str) -> bool:
        """Whether any passage has this word, in any of its forms."""
        return stem(plain) in self.stems

    def nearest(self, plain: str) -> str | None:
        """Return the word that was probably meant, as it is written; None when none is near.

        One slip (a letter wrong, missing, too many, or swapped with its neighbour) before the
        rest of a word that was begun, and that before two slips; then swapped letters, then the
        more frequent word. A word with a digit is never mended: 25 mg are not 20.
        """
        if len(plain) < SHORTEST_MENDED or any(map(str.isdigit, plain)):
            return None
        for near in (self._one_slip, self._begun, self._two_slips):
            meant = self._likeliest(plain, near(plain))
            if meant is not None:
                return self.written.get(meant, meant)
        return None

    def _one_slip(self, plain: str) -> list[str]:
        # A slip seldom falls on the first letter: the others are looked at only then.
        return self._within(plain, 1, plain[0]) or self._within(plain, 1, *self._letters)

    def _begun(self, plain: str) -> list[str]:
        first = bisect_left(self._in_order, plain)
        rest = itertools.islice(self._in_order, first, None)
        return list(itertools.takewhile(lambda word: word.startswith(plain), rest))

    def _two_slips(self, plain: str) -> list[str]:
        if len(plain) < SHORTEST_MENDED_TWICE:
            return []
        return self._within(plain, 2, plain[0])

    def _within(self, plain: str, slips: int, *letters: str) -> list[str]:
        """Return the words so near that begin with one of these letters."""
        # Loaded with the first misspelling: a server starts without them.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        lengths = range(len(plain) - slips, len(plain) + slips + 1)
        near: list[str] = []
        for key in itertools.product(letters, lengths):
            found = process.extract(
                plain, self._alike.get(key, ()), scorer=OSA.distance, score_cutoff=slips, limit=None
            )
            near += [word for word, _distance, _place in found]
        return near

    def _likeliest(self, plain: str, words: Iterable[str]) -> str | None:
        letters = sorted(plain)
        return min(
            words,
            key=lambda word: (sorted(word) != letters, -self.times[word], word),
            default=None,
        )


def vocabulary_of(passages: Iterable[Passage]) -> str:
    """Return the words of all these passages as they are put on record."""
    times: Counter[str] = Counter()
    public: Counter[str] = Counter()
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for passage in passages:
        for text in (passage.title, passage.heading, passage.text):
            for word in words_in(text):
                times[word.plain] += 1
                public[word.plain] += passage.is_public
                written[word.plain][text[word.start : word.end]] += 1
    record = {word: [times[word], public[word], _mostly(written[word])] for word in sorted(times)}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _mostly(ways: Counter[str]) -> str:
    """Return how a word is mostly written; a capital that only begins a sentence is no part."""
    mostly: str = min(ways, key=lambda way: (-ways[way], way))
    lower = mostly.lower()
    return lower if mostly[1:] == lower[1:] and ways[lower] else mostly


def read_vocabulary(record: str, *, public: bool) -> Vocabulary:
    """Return the words on record, or of them only those that anybody may read."""
    entries: dict[str, list[Any]] = json.loads(record)
    place = 1 if public else 0
    known = {word: entry for word, entry in entries.items() if entry[place]}
    times = {word: entry[place] for word, entry in known.items()}
    return Vocabulary(times, {word: entry[2] for word, entry in known.items()})
