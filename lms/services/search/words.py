"""Words as search knows them: plain, without accents, reduced to their stems.

The same words go into both databases, so that they find the same passages, and nothing but
letters and digits ever does: what somebody types cannot be read as an operator.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_WORD = 40
# So frequent in English that they tell no passage from another.
_EMPTY = """
    a about after again all also am an and any are as at be because been before being between both
    but by can could did do does doing done during each either else every for from further had has
    have having he her here hers him his how i if in into is it its itself just let like may me
    might more most much must my no nor not now of off often on once one only onto or other our
    ours out over own per rather s same shall she should so some such t than that the their theirs
    them then there these they this those through to too under until up upon very was we were
    what when where whether which while who whom whose why will with within without would yet you
    your yours
"""
EMPTY_WORDS = frozenset(_EMPTY.split())
# Letters and digits, with apostrophes inside a word, and hyphens inside a compound.
RUN = r"[^\W_]+(?:['’ʼ][^\W_]+)*"
COMPOUND = rf"{RUN}(?:[-‐‑]{RUN})+"
_RUN, _COMPOUND = re.compile(RUN), re.compile(COMPOUND)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: how it is searched, and where it stands in the text."""

    plain: str
    start: int
    end: int

    @property
    def stem(self) -> str:
        """What “seizure” and “seizures” have in common."""
        return stem(self.plain)


def words_in(text: str) -> Iterator[Word]:
    """Return the words of a text that tell something, in order; a compound after its parts."""
    compounds = {found.end(): found for found in _COMPOUND.finditer(text)}
    for found in _RUN.finditer(text):
        plain, _ = told(found[0])
        if plain:
            yield Word(plain, found.start(), found.end())
        whole = compounds.get(found.end())
        if whole is not None:
            yield Word(plainly(whole[0]), whole.start(), whole.end())


def runs_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the words between two places of a text stand, whatever they tell."""
    return [match.span() for match in _RUN.finditer(text, start, end)]


def hits_in(text: str, stems: frozenset[str]) -> list[Word]:
    """Return the words of a text that have one of these stems, in order."""
    single, compound = _beginning_like(stems)
    found = [match for match in single.finditer(text) if told(match[0])[1] in stems]
    hits = [Word(told(match[0])[0], match.start(), match.end()) for match in found]
    if len({hit.stem for hit in hits}) == len(stems):
        return hits
    # Only then can what is still missing stand in the text as a compound.
    for match in compound.finditer(text):
        plain = plainly(match[0])
        if stem(plain) in stems:
            hits.append(Word(plain, match.start(), match.end()))
    return sorted(hits, key=lambda hit: (hit.start, -hit.end))


@functools.lru_cache(maxsize=512)
def _beginning_like(stems: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of the words and of the compounds that begin as one of these stems does.

    A stem has the first letter of its word, which may bear an accent in the text. To look at
    these words only is four times as fast as to look at all.
    """
    letters = {letter for stem in stems for letter in (stem[0], stem[0].upper())}
    first = rf"[{re.escape(''.join(sorted(letters)))}\x80-\U0010ffff](?<=[^\W_])"
    # What comes before it is not the beginning of the same word.
    word = rf"{first}(?<![^\W_].)(?<![^\W_]['’ʼ].)[^\W_]*(?:['’ʼ][^\W_]+)*"
    return re.compile(word), re.compile(rf"{word}(?:[-‐‑]{RUN})+")


@functools.lru_cache(maxsize=65_536)
def told(run: str) -> tuple[str, str]:
    """Return a run of letters as a plain word and its stem, both empty when it tells nothing.

    What is written in capitals tells something: US, WHO, IT.
    """
    plain = plainly(run)
    if plain in EMPTY_WORDS and not (len(run) > 1 and run.isupper()):
        return "", ""
    return plain, stem(plain) if plain else ""


def plainly(run: str) -> str:
    """Return a word in lower case, without accents, apostrophes and hyphens."""
    folded = unicodedata.normalize("NFKD", run.casefold()).casefold()
    return "".join(sign for sign in folded if sign.isalnum())[:LONGEST_WORD]


@functools.lru_cache(maxsize=65_536)
def stem(plain: str) -> str:
    """Return the Snowball stem of a plain English word."""
    # Loaded with the first word: a server starts without it.
    from snowballstemmer.english_stemmer import EnglishStemmer

    # A stemmer keeps what it works on in itself: threads may not share one.
    reduced: str = EnglishStemmer().stemWord(plain)
    return reduced
