"""Search: finds the passages that say something, for people who misspell, within their rights.

What is written when a release is published (`writing`) is a table of plain passages, their
full-text index (`index`) and the release's vocabulary (`spelling`). A question (`question`) is
put to the releases on somebody's shelves (`shelves`) and answered with excerpts (`excerpts`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.search import PassageRecord, SearchedRelease
from lms.services.search import excerpts, index, plain
from lms.services.search.excerpts import Piece, Pieces
from lms.services.search.passages import KINDS, Kind
from lms.services.search.question import LONGEST_QUERY, Question, tidy, understand
from lms.services.search.shelves import Shelf, chosen, shelves_of
from lms.services.search.spelling import Vocabulary, read_vocabulary
from lms.services.search.words import hits_in
from lms.services.search.writing import write_again, write_missing

__all__ = [
    "KINDS",
    "LONGEST_QUERY",
    "Answer",
    "Hit",
    "Kind",
    "Piece",
    "Pieces",
    "Question",
    "Shelf",
    "chosen",
    "find",
    "shelves_of",
    "tidy",
    "write_again",
    "write_missing",
]

# How many hits of a kind a page shows beside those of other kinds, and on its own.
MOST_TOGETHER: Mapping[Kind, int] = {"section": 8, "aid": 3, "term": 2, "claim": 2, "fact": 4}
MOST_ALONE = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; `shelf` says by what right, `quotes` what to show there.

    `mark` is the caution with which a fact is to be read, or the verdict on a claim. `lines` are
    its whole text for those who may read it and have no page of their own to open.
    """

    shelf: Shelf
    kind: Kind
    key: str
    module: str
    title: Pieces
    heading: Pieces
    anchor: str
    mark: str
    excerpt: Pieces
    quotes: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, the best of each kind first, and how many passages there are of each.

    `has_all` is false when no passage has all the words, so that these have some of them;
    `is_wide` when so many passages were found that not all of them could be compared.
    """

    question: Question
    hits: Mapping[Kind, tuple[Hit, ...]]
    counts: Mapping[Kind, int]
    has_all: bool
    is_wide: bool

    @property
    def total(self) -> int:
        """How many passages were found, of all kinds."""
        return sum(self.counts.values())


def find(
    session: Session,
    shelves: Sequence[Shelf],
    typed: str,
    *,
    kind: Kind | None = None,
    exactly: bool = False,
) -> Answer:
    """Look for what somebody typed in the releases on these shelves; `kind` asks for one only.

    Unless asked `exactly`, words that no passage has are looked for as they were probably meant.
    """
    vocabularies = [_vocabulary(session, shelf) for shelf in shelves]
    question = understand(tidy(typed), vocabularies, exactly=exactly)
    answer = Answer(question, {}, {}, has_all=True, is_wide=False)
    if not question.asked:
        return answer
    reaches = [index.Reach(each.release_id, *each.range, each.is_public) for each in shelves]
    connection = session.connection()
    for every in (True, False):
        ranked = index.ranked(connection, question.asked, reaches, every=every)
        if ranked:
            best = _best(connection, ranked, kind)
            return Answer(
                question=question,
                hits=_hits(best, shelves, question),
                counts=Counter(of for _, of in ranked if kind in (None, of)),
                has_all=every,
                is_wide=len(ranked) >= index.MOST_RANKED,
            )
        if len(question.asked) == 1:
            break
    return answer


_vocabularies: dict[tuple[str, bool], Vocabulary] = {}


def _vocabulary(session: Session, shelf: Shelf) -> Vocabulary:
    """Return the words of a shelf, from memory after the first time: releases never change."""
    key = (shelf.content_hash, shelf.is_public)
    if key not in _vocabularies:
        query = sa.select(SearchedRelease.words)
        record = session.scalars(query.where(SearchedRelease.release_id == shelf.release_id)).one()
        _vocabularies[key] = read_vocabulary(record, public=shelf.is_public)
    return _vocabularies[key]


def _best(
    connection: sa.Connection, ranked: Sequence[tuple[int, Kind]], kind: Kind | None
) -> list[sa.Row[Any]]:
    """Return the passages to show, the best first: so many of each kind, or of one only."""
    most = MOST_TOGETHER if kind is None else {kind: MOST_ALONE}
    taken: Counter[Kind] = Counter()
    places: dict[int, int] = {}
    for place, (passage, of) in enumerate(ranked):
        if taken[of] < most.get(of, 0):
            taken[of] += 1
            places[passage] = place
    rows = connection.execute(_BY_IDS, {"ids": list(places)})
    return sorted(rows, key=lambda row: places[row.id])


_BY_IDS = sa.select(PassageRecord.__table__).where(
    PassageRecord.id.in_(sa.bindparam("ids", expanding=True))
)


def _hits(
    best: Sequence[sa.Row[Any]], shelves: Sequence[Shelf], question: Question
) -> dict[Kind, tuple[Hit, ...]]:
    by_release = {shelf.release_id: shelf for shelf in shelves}
    hits: dict[Kind, list[Hit]] = {kind: [] for kind in KINDS}
    for row in best:
        hits[row.kind].append(_hit(by_release[row.release_id], row, question.stems))
    return {kind: tuple(each) for kind, each in hits.items() if each}


def _hit(shelf: Shelf, row: sa.Row[Any], stems: frozenset[str]) -> Hit:
    mark, text = row.mark, row.text
    if row.kind == "claim":
        # What is said of a claim begins with the verdict, which is never left out.
        mark, _, text = text.partition("\n")
    hits = hits_in(text, stems)
    # The reasons beside a claim stay folded until the reader has judged it.
    is_folded = row.kind == "claim"
    seen = (row.heading, hits_in(row.heading, stems)) if is_folded else (text, hits)
    return Hit(
        shelf=shelf,
        kind=row.kind,
        key=row.key,
        module=row.module,
        title=excerpts.marked(row.title, stems),
        heading=excerpts.marked(row.heading, stems),
        anchor=row.anchor,
        mark=mark,
        excerpt=excerpts.excerpt(text, hits),
        quotes=excerpts.quotations(*seen),
        lines=plain.shown_lines(row.text) if shelf.enrolment_id is None else (),
    )
