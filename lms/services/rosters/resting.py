"""What rests on a row: every table that refers to it is asked, whichever feature it belongs to."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.db import Base


def _references(table: str, aside: Collection[str]) -> Iterator[sa.Column[int]]:
    """Yield the columns of other tables that refer to a table."""
    for other in Base.metadata.sorted_tables:
        if other.name in aside:
            continue
        for key in other.foreign_keys:
            if key.column.table.name == table and isinstance(key.parent, sa.Column):
                yield key.parent


def resting_on(
    session: Session, table: str, ids: Collection[int], *, aside: Collection[str] = ()
) -> dict[int, str]:
    """Return, of these rows of a table, those that something refers to, each with one such table.

    Tables named in `aside` are not asked. A table that a later release adds is asked too.
    """
    found: dict[int, str] = {}
    for column in _references(table, aside):
        query = sa.select(column).where(column.in_(ids)).distinct()
        for referred in session.scalars(query):
            found.setdefault(referred, column.table.name)
    return found
