"""Tables of search: what a release has to search, passage by passage.

Their full-text index, `passage_index`, is an FTS5 table on SQLite and a table of text vectors on
PostgreSQL; the migration makes it, and `lms.services.search.index` alone knows how to ask it.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class PassageRecord(Base):
    """One place in a release that a search can lead to, in plain words; never changed."""

    __tablename__ = "passages"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('section', 'claim', 'aid', 'term', 'fact')", name="passage_kind_is_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    key: Mapped[str] = mapped_column(sa.String(200))
    module: Mapped[str] = mapped_column(sa.Text)
    title: Mapped[str] = mapped_column(sa.Text)
    heading: Mapped[str] = mapped_column(sa.Text)
    anchor: Mapped[str] = mapped_column(sa.String(300))
    mark: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text)


class SearchedRelease(Base):
    """A release whose passages are written: where they lie, and the words they use.

    The ids of its passages run from `first` to `last` without another release's between them;
    those that anybody may read begin at `first_public`. `words` is JSON, as
    `lms.services.search.spelling` describes it.
    """

    __tablename__ = "searched_releases"
    __table_args__ = (
        sa.CheckConstraint(
            "first <= first_public AND first_public <= last + 1", name="passages_lie_in_order"
        ),
    )

    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"), primary_key=True)
    first: Mapped[int]
    first_public: Mapped[int]
    last: Mapped[int]
    words: Mapped[str] = mapped_column(sa.Text)
