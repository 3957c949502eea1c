"""The full-text index in the words of each database: how it is filled, and how it is asked.

Nothing but stems, which are letters and digits, ever becomes part of an expression, and the
expression itself is a bound value: no quote, operator or column of a database's own query
language can come in from outside.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.services.search.passages import PUBLIC_KINDS, TOP, Kind
from lms.services.search.question import Alternatives
from lms.services.search.words import words_in

# What a word counts for in the title, in the heading and in the text below them.
WEIGHTS = {"title": 3.0, "heading": 4.0, "text": 1.0}
# A vector knows no place beyond this one and no more places of a word than these.
LAST_PLACE, MOST_PLACES = 16_383, 255
# More passages than these are not ranked against each other: the question is too wide.
MOST_RANKED = 500

_FILL_SQLITE = sa.text(
    "INSERT INTO passage_index (rowid, title, heading, body) VALUES (:id, :title, :heading, :text)"
)
_FILL_POSTGRESQL = sa.text(
    "INSERT INTO passage_index (passage_id, words) VALUES (:id, CAST(:words AS tsvector))"
)
_NEAR_SQLITE = """
    SELECT rowid AS id, bm25(passage_index, :title, :heading, :text) AS distance
    FROM passage_index
    WHERE passage_index MATCH :expression AND ({within}) LIMIT :most_ranked
"""
_NEAR_POSTGRESQL = """
    SELECT passage_id AS id,
           -ts_rank(CAST(:weights AS real[]), words, CAST(:expression AS tsquery), 1) AS distance
    FROM passage_index
    WHERE words @@ CAST(:expression AS tsquery) AND ({within}) LIMIT :most_ranked
"""
# The rights are decided here, by release and kind; the ranges above only spare the index work.
# CROSS JOIN tells SQLite to begin with the few that are near, not with all of a release.
_RANKED = """
    SELECT passages.id, kind FROM ({near}) near CROSS JOIN passages
    WHERE passages.id = near.id AND ({rights}) ORDER BY distance, passages.id
"""
# In PostgreSQL's order of weights: D, C, B, A.
_WEIGHTS = [WEIGHTS[part] / max(WEIGHTS.values()) for part in ("text", "text", "title", "heading")]


def fill(connection: sa.Connection, passages: Iterable[Mapping[str, Any]]) -> None:
    """Put passages, as their table has them, into the index."""
    cut = [(passage["id"], _parts(passage)) for passage in passages]
    if not cut:
        return
    if connection.dialect.name == "sqlite":
        stems = [
            {"id": number, **{part: _stems(text) for part, text in parts.items()}}
            for number, parts in cut
        ]
        connection.execute(_FILL_SQLITE, stems)
        return
    vectors = [{"id": number, "words": vector(parts)} for number, parts in cut]
    connection.execute(_FILL_POSTGRESQL, vectors)


def _parts(passage: Mapping[str, Any]) -> dict[str, str]:
    """Return what is searched of a passage, by what it counts.

    The title of a lesson or job aid is its opening's own, and for what comes below it what goes
    without saying: it may supply one of several words, but is not found by itself.
    """
    title, heading = passage["title"], passage["heading"]
    if passage["anchor"] == TOP or passage["kind"] in ("term", "fact"):
        title, heading = "", f"{title} {heading}"
    return {"title": title, "heading": heading, "text": passage["text"]}


def clear(connection: sa.Connection) -> None:
    """Empty the index."""
    if connection.dialect.name == "sqlite":
        # The rows of an index without texts can only be removed together.
        connection.execute(
            sa.text("INSERT INTO passage_index (passage_index) VALUES ('delete-all')")
        )
        return
    connection.execute(sa.text("DELETE FROM passage_index"))


def _stems(text: str) -> str:
    return " ".join(word.stem for word in words_in(text))


def vector(parts: Mapping[str, str]) -> str:
    """Return the text form of a passage's vector: every stem with its places and their weight."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    place = 0
    for part, weight in (("title", "B"), ("heading", "A"), ("text", "D")):
        for word in words_in(parts[part]):
            place = min(place + 1, LAST_PLACE)
            if len(places[word.stem]) < MOST_PLACES:
                places[word.stem].append(f"{place}{weight}")
    return " ".join(f"'{stem}':{','.join(where)}" for stem, where in places.items())


@dataclass(frozen=True, slots=True)
class Reach:
    """The passages of a release that may be found: a range of their ids, all kinds or public."""

    release_id: int
    first: int
    last: int
    is_public: bool


def ranked(
    connection: sa.Connection,
    asked: Sequence[Alternatives],
    reaches: Sequence[Reach],
    *,
    every: bool,
) -> list[tuple[int, Kind]]:
    """Return (id, kind) of the passages that have the words asked for, the best first.

    With `every` a passage has all the words, else any of them.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    statement = _statement(is_sqlite, tuple(reach.is_public for reach in reaches))
    values: dict[str, Any] = {
        "expression": (fts5 if is_sqlite else tsquery)(asked, every=every),
        "most_ranked": MOST_RANKED,
        **(WEIGHTS if is_sqlite else {"weights": _WEIGHTS}),
    }
    for number, reach in enumerate(reaches):
        values |= {
            f"release_{number}": reach.release_id,
            f"first_{number}": reach.first,
            f"last_{number}": reach.last,
        }
    return [tuple(row) for row in connection.execute(statement, values).all()]


@functools.lru_cache(maxsize=64)
def _statement(is_sqlite: bool, public: tuple[bool, ...]) -> sa.TextClause:
    """Compose the statement for so many releases: composing it costs more than running it."""
    column = "rowid" if is_sqlite else "passage_id"
    within = [f"{column} BETWEEN :first_{n} AND :last_{n}" for n in range(len(public))]
    only = ", ".join(f"'{kind}'" for kind in PUBLIC_KINDS)
    rights = [
        f"release_id = :release_{number}" + (f" AND kind IN ({only})" if is_public else "")
        for number, is_public in enumerate(public)
    ]
    near = (_NEAR_SQLITE if is_sqlite else _NEAR_POSTGRESQL).format(within=" OR ".join(within))
    return sa.text(_RANKED.format(near=near, rights=" OR ".join(rights)))


def fts5(asked: Sequence[Alternatives], *, every: bool) -> str:
    """Return what to look for in the language of SQLite's index."""
    words = _joined(asked, " AND " if every else " OR ", " AND ", " OR ", lambda stem: f'"{stem}"')
    own = " OR ".join(f'"{stem}"' for stem in _all_stems(asked))
    return f"({words}) AND {{heading body}} : ({own})"


def tsquery(asked: Sequence[Alternatives], *, every: bool) -> str:
    """Return what to look for in the language of PostgreSQL's; A and D are heading and text."""
    words = _joined(asked, " & " if every else " | ", " & ", " | ", lambda stem: f"'{stem}'")
    own = " | ".join(f"'{stem}':AD" for stem in _all_stems(asked))
    return f"({words}) & ({own})"


def _joined(
    asked: Sequence[Alternatives],
    between: str,
    all_of: str,
    any_of: str,
    quoted: Callable[[str], str],
) -> str:
    words = (
        any_of.join(f"({all_of.join(map(quoted, way))})" for way in alternatives)
        for alternatives in asked
    )
    return between.join(f"({word})" for word in words)


def _all_stems(asked: Sequence[Alternatives]) -> list[str]:
    stems = dict.fromkeys(stem for ways in asked for way in ways for stem in way)
    for stem in stems:
        if not stem.isalnum():
            raise ValueError(f"not a stem: {stem!r}")
    return list(stems)
