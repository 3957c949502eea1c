"""The few words of a passage that show why it was found, and what to quote of it in a link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.services.search.plain import CITED, DESCRIBED
from lms.services.search.words import Word, hits_in, words_in

EXCERPT_LENGTH, LEAD = 240, 60
# In words that tell something.
SHORTEST_QUOTE, LONGEST_QUOTE = 3, 8
JOINT = " · "
_AS_SHOWN = str.maketrans({CITED: "", DESCRIBED: "", "\n": JOINT})


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an excerpt; `found` ones are what was looked for."""

    text: str
    found: bool


Pieces = tuple[Piece, ...]


def marked(text: str, stems: frozenset[str]) -> Pieces:
    """Return the whole of a short text with the words that were looked for set apart."""
    return _pieces(text, 0, len(text), hits_in(text, stems))


def excerpt(text: str, stems: frozenset[str]) -> tuple[Pieces, str]:
    """Return the stretch of a text in which most of the words stand, and a quotation from it.

    The quotation lies in one run of text, as a browser that is asked to show it needs it; it is
    empty when the words stand nowhere that can be seen.
    """
    hits = hits_in(text, stems)
    start, end = _window(text, hits)
    pieces = _pieces(text, start, end, hits)
    before = (Piece("… ", found=False),) if start else ()
    after = (Piece(" …", found=False),) if end < len(text) else ()
    return (*before, *pieces, *after), _quotation(text, hits)


def _window(text: str, hits: Sequence[Word]) -> tuple[int, int]:
    """Return where to cut: the stretch with the most different words, then the most, the first."""
    if len(text) <= EXCERPT_LENGTH:
        return 0, len(text)
    best, first = (0, 0), 0
    for number, hit in enumerate(hits):
        reach = hit.start + EXCERPT_LENGTH - LEAD
        near = [each for each in hits[number:] if each.end <= reach]
        score = len({each.stem for each in near}), len(near)
        if score > best:
            best, first = score, hit.start
    return _cut(text, first)


def _cut(text: str, first: int) -> tuple[int, int]:
    """Return where a stretch begins and ends: at its first hit's line if near, else at words."""
    start = max(0, first - LEAD)
    if start:
        line = text.rfind("\n", start, first)
        start = (line if line >= 0 else text.find(" ", start, first)) + 1 or first
    end = start + EXCERPT_LENGTH
    if end >= len(text):
        return start, len(text)
    edge = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
    return start, edge if edge > first else end


def _quotation(text: str, hits: Sequence[Word]) -> str:
    best, quote = 0, ""
    most = len({hit.stem for hit in hits})
    for number, hit in enumerate(hits):
        start, end = _run_around(text, hit)
        if text.startswith(DESCRIBED, start):
            continue
        words = list(words_in(text[hit.start : end]))[:LONGEST_QUOTE]
        reach = hit.start + max((word.end for word in words), default=0)
        near = [each for each in hits[number:] if each.end <= reach]
        kinds = len({each.stem for each in near})
        if kinds > best:
            short = max(word.end for word in words[:SHORTEST_QUOTE])
            last = max(near[-1].end, hit.start + short)
            best, quote = kinds, text[hit.start : last]
        if best == most:
            break
    return quote


def _run_around(text: str, hit: Word) -> tuple[int, int]:
    """Return where the run of text that a word stands in begins and ends."""
    start = max(text.rfind("\n", 0, hit.start), text.rfind(CITED, 0, hit.start)) + 1
    ends = [text.find(sign, hit.end) for sign in ("\n", CITED)]
    return start, min((end for end in ends if end >= 0), default=len(text))


def _pieces(text: str, start: int, end: int, hits: Iterable[Word]) -> Pieces:
    pieces: list[Piece] = []
    done = start

    def add(until: int, *, found: bool) -> None:
        shown = text[done:until].translate(_AS_SHOWN)
        if shown:
            pieces.append(Piece(shown, found))

    for hit in hits:
        if hit.start < done or hit.end > end:
            continue
        add(hit.start, found=False)
        done = hit.start
        add(hit.end, found=True)
        done = hit.end
    add(end, found=False)
    return tuple(pieces)
