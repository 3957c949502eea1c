"""The few words of a passage that show why it was found, and what to quote of it in a link."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lms.services.search.plain import DESCRIBED, SEAM
from lms.services.search.words import Word, hits_in, runs_in

EXCERPT_LENGTH, LEAD = 240, 60
# In words.
SHORTEST_QUOTE, LONGEST_QUOTE = 5, 12
# In characters: how far around a hit there is something to quote.
BEFORE, AFTER = 80, 160
MOST_QUOTES, MOST_TRIED = 3, 8
JOINT = " · "
_AS_SHOWN = str.maketrans({SEAM: "", DESCRIBED: "", "\n": JOINT})


class Piece(NamedTuple):
    """Some words of an excerpt; `found` ones are what was looked for."""

    text: str
    found: bool


Pieces = tuple[Piece, ...]


def marked(text: str, stems: frozenset[str]) -> Pieces:
    """Return the whole of a short text with the words that were looked for set apart."""
    return _pieces(text, 0, len(text), hits_in(text, stems))


def excerpt(text: str, hits: Sequence[Word]) -> Pieces:
    """Return the stretch of a text in which most of its hits stand."""
    start, end = _window(text, hits)
    pieces = _pieces(text, start, end, hits)
    before = (Piece("… ", found=False),) if start else ()
    after = (Piece(" …", found=False),) if end < len(text) else ()
    return (*before, *pieces, *after)


def quotations(text: str, hits: Sequence[Word]) -> tuple[str, ...]:
    """Return up to three quotations that show all the words that were hit, the fullest first.

    Each lies in one run of text, as a browser that is asked to show it needs it, and is long
    enough to be told from other places on the page.
    """
    found: list[tuple[frozenset[str], str]] = []
    most = len({hit.stem for hit in hits})
    for number in range(min(len(hits), MOST_TRIED)):
        shown, quote = _quotation(text, hits[number:])
        if quote:
            found.append((shown, quote))
        if len(shown) == most:
            break
    quotes: list[str] = []
    wanted = {stem for shown, _quote in found for stem in shown}
    while wanted and len(quotes) < MOST_QUOTES:
        shown, quote = max(found, key=lambda each: len(wanted & each[0]))
        quotes.append(quote)
        wanted -= shown
    return tuple(quotes)


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


def _quotation(text: str, hits: Sequence[Word]) -> tuple[frozenset[str], str]:
    """Return a quotation from the first of these hits on, and the stems that it shows."""
    start, end = _run_around(text, hits[0])
    is_description = text.startswith(DESCRIBED, text.rfind("\n", 0, start + 1) + 1)
    # Nothing farther away is quoted; a word that is cut there is left out.
    near_start, near_end = hits[0].start - BEFORE, hits[0].start + AFTER
    all_words = [
        word
        for word in runs_in(text, max(start, near_start), min(end, near_end))
        if word[0] != near_start and word[1] != near_end
    ]
    words = [word for word in all_words if word[1] > hits[0].start]
    before = [word for word in all_words if word[1] <= hits[0].start]
    if is_description or not words or len(all_words) < 2:
        return frozenset(), ""
    reach = words[:LONGEST_QUOTE][-1][1]
    near = [hit for hit in hits if hit.end <= reach]
    quoted = [word for word in words if word[0] < near[-1].end] if near else words[:1]
    quoted = words[: max(len(quoted), SHORTEST_QUOTE)]
    if len(quoted) < SHORTEST_QUOTE:
        quoted = before[len(quoted) - SHORTEST_QUOTE :] + quoted
    return frozenset(hit.stem for hit in near), text[quoted[0][0] : quoted[-1][1]]


def _run_around(text: str, hit: Word) -> tuple[int, int]:
    """Return where the run of text that a word stands in begins and ends."""
    start = max(text.rfind("\n", 0, hit.start), text.rfind(SEAM, 0, hit.start)) + 1
    ends = [text.find(sign, hit.end) for sign in ("\n", SEAM)]
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
