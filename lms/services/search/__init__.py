"""Search: finds the passages that say something, for people who misspell, within their rights.

What is written when a release is published (`writing`) is a table of plain passages, their
full-text index (`index`) and the release's vocabulary (`spelling`). A question (`question`) is
put to the releases on somebody's shelves (`shelves`) and answered with excerpts (`excerpts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.search import SearchedRelease
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
MOST_TOGETHER: Mapping[Kind, int] = {"section": 10, "aid": 4, "term": 3, "claim": 3, "fact": 5}
MOST_ALONE = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; `shelf` says by what right, `quotes` what to show there.

    `lines` are its whole text for those who may read it and have no page of their own to open.
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
    most = MOST_TOGETHER if kind is None else {kind: MOST_ALONE}
    connection = session.connection()
    for every in (True, False):
        found = index.best(connection, question.asked, reaches, most, every=every)
        if found:
            return _answer(question, shelves, found, has_all=every)
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


def _answer(
    question: Question, shelves: Sequence[Shelf], rows: Sequence[sa.Row[Any]], *, has_all: bool
) -> Answer:
    by_release = {shelf.release_id: shelf for shelf in shelves}
    hits: dict[Kind, list[Hit]] = {}
    counts: dict[Kind, int] = {}
    for row in rows:
        hits.setdefault(row.kind, []).append(_hit(by_release[row.release_id], row, question.stems))
        counts[row.kind] = row.of_kind
    return Answer(
        question=question,
        hits={kind: tuple(hits[kind]) for kind in KINDS if kind in hits},
        counts=counts,
        has_all=has_all,
        is_wide=rows[0].of_all >= index.MOST_RANKED,
    )


def _hit(shelf: Shelf, row: sa.Row[Any], stems: frozenset[str]) -> Hit:
    hits = hits_in(row.text, stems)
    # The reasons beside a claim stay folded until the reader has judged it.
    is_folded = row.kind == "claim"
    seen = (row.heading, hits_in(row.heading, stems)) if is_folded else (row.text, hits)
    return Hit(
        shelf=shelf,
        kind=row.kind,
        key=row.key,
        module=row.module,
        title=excerpts.marked(row.title, stems),
        heading=excerpts.marked(row.heading, stems),
        anchor=row.anchor,
        mark=row.mark,
        excerpt=excerpts.excerpt(row.text, hits),
        quotes=excerpts.quotations(*seen),
        lines=plain.shown_lines(row.text) if shelf.enrolment_id is None else (),
    )
