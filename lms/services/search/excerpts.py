"""The few words of a passage that show why it was found, and what to quote of it in a link."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.services.search.plain import CITED
from lms.services.search.words import Word, words_in

EXCERPT_LENGTH, LEAD = 240, 60
LONGEST_QUOTE = 8
JOINT = " · "


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an excerpt; `found` ones are what was looked for."""

    text: str
    found: bool


Pieces = tuple[Piece, ...]


def marked(text: str, stems: frozenset[str]) -> Pieces:
    """Return the whole of a short text with the words that were looked for set apart."""
    return _pieces(text, [(word.start, word.end) for word in _hits(text, stems)])


def excerpt(text: str, stems: frozenset[str]) -> Pieces:
    """Return the stretch of a text in which most of the words stand, cut at words."""
    shown = text.replace(CITED, "").replace("\n", JOINT)
    hits = list(_hits(shown, stems))
    start, end = _window(shown, hits)
    spans = [(hit.start - start, hit.end - start) for hit in hits if start <= hit.start < end]
    pieces = _pieces(shown[start:end], spans)
    before = (Piece("… ", found=False),) if start else ()
    after = (Piece(" …", found=False),) if end < len(shown) else ()
    return (*before, *pieces, *after)


def quotation(text: str, stems: frozenset[str]) -> str:
    """Return words to look for on the page itself, empty when none of those asked for stand there.

    They lie in one run of text, as a browser that is asked to show them needs it.
    """
    best: tuple[int, str] = (0, "")
    for run in text.replace(CITED, "\n").split("\n"):
        words = list(words_in(run))
        places = [place for place, word in enumerate(words) if word.stem in stems]
        for place in places:
            near = [other for other in places if place <= other < place + LONGEST_QUOTE]
            kinds = len({words[other].stem for other in near})
            if kinds > best[0]:
                last = max(near[-1], min(place + 2, len(words) - 1))
                end = max(word.end for word in words[place : last + 1])
                best = kinds, run[words[place].start : end]
    return best[1]


def _hits(text: str, stems: frozenset[str]) -> Iterable[Word]:
    return (word for word in words_in(text) if word.stem in stems)


def _window(text: str, hits: list[Word]) -> tuple[int, int]:
    """Return where to cut: the stretch with the most different words, then the most, the first."""
    if len(text) <= EXCERPT_LENGTH:
        return 0, len(text)
    best, start = (0, 0), 0
    for number, hit in enumerate(hits):
        near = [each for each in hits[number:] if each.end <= hit.start + EXCERPT_LENGTH - LEAD]
        score = len({each.stem for each in near}), len(near)
        if score > best:
            best, start = score, hit.start
    return _cut(text, max(0, start - LEAD))


def _cut(text: str, start: int) -> tuple[int, int]:
    """Move both ends of a stretch to the edges of words."""
    if start:
        block = text.rfind(JOINT, start, start + LEAD)
        space = text.find(" ", start)
        start = block + len(JOINT) if block >= 0 else space + 1
    end = start + EXCERPT_LENGTH
    if end >= len(text):
        return start, len(text)
    space = text.rfind(" ", start, end)
    return start, space if space > start else end


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Pieces:
    pieces: list[Piece] = []
    done = 0
    for start, end in sorted(spans):
        start, end = max(start, done), min(end, len(text))
        if start >= end:
            continue
        if start > done:
            pieces.append(Piece(text[done:start], found=False))
        pieces.append(Piece(text[start:end], found=True))
        done = end
    if done < len(text):
        pieces.append(Piece(text[done:], found=False))
    return tuple(pieces)
