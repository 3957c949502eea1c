"""The full-text index in the words of each database: how it is filled, and how it is asked.

Nothing but stems, which are letters and digits, ever becomes part of an expression, and the
expression itself is a bound value: no quote, operator or column of a database's own query
language can come in from outside.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from lms.services.search.question import Alternatives
from lms.services.search.words import words_in

# What a word counts for in the title, in the heading and in the text below them.
WEIGHTS = {"title": 3.0, "heading": 4.0, "text": 1.0}
# A vector knows no place beyond this one and no more places of a word than these.
LAST_PLACE, MOST_PLACES = 16_383, 255
# More passages than these are not ranked against each other: the question is too wide.
MOST_RANKED = 2_000

_FILL_SQLITE = sa.text(
    "INSERT INTO passage_index (rowid, title, heading, body) VALUES (:id, :title, :heading, :text)"
)
_FILL_POSTGRESQL = sa.text(
    "INSERT INTO passage_index (passage_id, words) VALUES (:id, CAST(:words AS tsvector))"
)
_ASK_SQLITE = (
    "SELECT rowid AS id, bm25(passage_index, {title}, {heading}, {text}) AS distance "
    "FROM passage_index WHERE passage_index MATCH :expression AND ({within}) LIMIT {most}"
)
_ASK_POSTGRESQL = (
    "SELECT passage_id AS id, "
    "-ts_rank(CAST(:weights AS real[]), words, CAST(:expression AS tsquery), 1) AS distance "
    "FROM passage_index WHERE words @@ CAST(:expression AS tsquery) AND ({within}) LIMIT {most}"
)


def fill(connection: sa.Connection, passages: Iterable[Mapping[str, Any]]) -> None:
    """Put passages (with id, title, heading and text) into the index."""
    rows = [dict(passage) for passage in passages]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        values = [
            {"id": row["id"], **{part: _stems(row[part]) for part in WEIGHTS}} for row in rows
        ]
        connection.execute(_FILL_SQLITE, values)
        return
    connection.execute(_FILL_POSTGRESQL, [{"id": row["id"], "words": vector(row)} for row in rows])


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


def vector(passage: Mapping[str, Any]) -> str:
    """Return the text form of a passage's vector: every stem with its places and their weight."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    place = 0
    for part, weight in (("title", "B"), ("heading", "A"), ("text", "D")):
        for word in words_in(passage[part]):
            place = min(place + 1, LAST_PLACE)
            if len(places[word.stem]) < MOST_PLACES:
                places[word.stem].append(f"{place}{weight}")
    return " ".join(f"'{stem}':{','.join(where)}" for stem, where in places.items())


def ranked(
    dialect: str, asked: Sequence[Alternatives], ranges: Sequence[tuple[int, int]], *, every: bool
) -> tuple[sa.TextualSelect, dict[str, Any]]:
    """Return the question for (id, distance) of passages within ranges of ids, and its values.

    The nearest has the least distance. With `every` a passage has all the words, else any.
    """
    values: dict[str, Any] = {}
    conditions = []
    column = "rowid" if dialect == "sqlite" else "passage_id"
    for number, (first, last) in enumerate(ranges):
        conditions.append(f"{column} BETWEEN :first_{number} AND :last_{number}")
        values |= {f"first_{number}": first, f"last_{number}": last}
    within = " OR ".join(conditions)
    if dialect == "sqlite":
        values["expression"] = expression(asked, every, " AND ", " OR ", '"')
        asking = _ASK_SQLITE.format(within=within, most=MOST_RANKED, **WEIGHTS)
    else:
        values["expression"] = expression(asked, every, " & ", " | ", "'")
        most = max(WEIGHTS.values())
        # In the order of PostgreSQL: D, C, B, A.
        weights = [WEIGHTS["text"], WEIGHTS["text"], WEIGHTS["title"], WEIGHTS["heading"]]
        values["weights"] = [weight / most for weight in weights]
        asking = _ASK_POSTGRESQL.format(within=within, most=MOST_RANKED)
    text = sa.text(asking).columns(id=sa.Integer, distance=sa.Float)
    return text, values


def expression(
    asked: Sequence[Alternatives], every: bool, all_of: str, any_of: str, quote: str
) -> str:
    """Return what to look for in a database's query language; each stem stands in quotes."""

    def quoted(stem: str) -> str:
        if not stem.isalnum():
            raise ValueError(f"not a stem: {stem!r}")
        return f"{quote}{stem}{quote}"

    words = [
        any_of.join(f"({all_of.join(map(quoted, way))})" for way in alternatives)
        for alternatives in asked
    ]
    return (all_of if every else any_of).join(f"({word})" for word in words)
