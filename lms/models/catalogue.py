"""Tables of what is offered: programmes and the frozen releases of the curriculum."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lms.db import Base, Instant


class Programme(Base):
    """Who teaches and attests: the issuer of credentials."""

    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    summary: Mapped[str] = mapped_column(sa.Text)
    time_zone: Mapped[str] = mapped_column(sa.String(60))
    web: Mapped[str | None] = mapped_column(sa.String(200))
    contact_email: Mapped[str] = mapped_column(sa.String(254))
    director_name: Mapped[str] = mapped_column(sa.String(120))
    director_title: Mapped[str] = mapped_column(sa.String(120))
    educator_name: Mapped[str | None] = mapped_column(sa.String(120))
    educator_title: Mapped[str | None] = mapped_column(sa.String(120))
    created_at: Mapped[datetime] = mapped_column(Instant)


class Release(Base):
    """A course with its banks, frozen under the hash of its content."""

    __tablename__ = "releases"
    __table_args__ = (
        sa.UniqueConstraint("course_slug", "label", name="release_labels_differ_within_a_course"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_slug: Mapped[str] = mapped_column(sa.String(80), index=True)
    label: Mapped[str] = mapped_column(sa.String(20))
    content_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    document: Mapped[str] = deferred(mapped_column(sa.Text))
    published_at: Mapped[datetime] = mapped_column(Instant)
