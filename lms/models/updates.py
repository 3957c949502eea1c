"""Tables of releases by kind, of the updates they bring, and of who has confirmed reading one."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ReleaseKind(Base):
    """How serious a release is, against the one before it; never changed.

    The first release of a course changes nothing and has no row here.
    """

    __tablename__ = "release_kinds"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('editorial', 'material', 'safety-critical')", name="kind_is_known"
        ),
        sa.CheckConstraint(
            "kind <> 'safety-critical' OR length(trim(note)) > 0",
            name="safety_critical_release_says_why",
        ),
    )

    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    note: Mapped[str] = mapped_column(sa.Text)


class ReleaseUpdate(Base):
    """A delta lesson of a course, with the release that first brought it."""

    __tablename__ = "release_updates"
    __table_args__ = (
        sa.UniqueConstraint("course_slug", "slug", name="update_slugs_differ_within_a_course"),
        sa.CheckConstraint("kind IN ('material', 'safety-critical')", name="kind_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    course_slug: Mapped[str] = mapped_column(sa.String(80))
    slug: Mapped[str] = mapped_column(sa.String(120))
    title: Mapped[str] = mapped_column(sa.String(300))
    kind: Mapped[str] = mapped_column(sa.String(20))
    dated_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(Instant)
    announced_at: Mapped[datetime | None] = mapped_column(Instant)


class UpdateCompletion(Base):
    """A holder's confirmation that they have read an update, with its minutes; never changed."""

    __tablename__ = "update_completions"
    __table_args__ = (
        sa.UniqueConstraint(
            "update_id", "credential_id", name="one_completion_per_update_and_credential"
        ),
        sa.CheckConstraint("minutes >= 0", name="minutes_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(sa.ForeignKey("release_updates.id"))
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"), index=True)
    minutes: Mapped[int]
    completed_at: Mapped[datetime] = mapped_column(Instant)
