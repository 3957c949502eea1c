"""Tables of study: lessons completed (a ledger) and the place where a learner left off."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class LessonCompletion(Base):
    """A lesson finished by a learner, with the minutes it credits; never changed."""

    __tablename__ = "lesson_completions"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "lesson_key", name="one_completion_per_lesson"),
        sa.CheckConstraint("minutes >= 0", name="minutes_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    lesson_key: Mapped[str] = mapped_column(sa.String(160))
    minutes: Mapped[int]
    completed_at: Mapped[datetime] = mapped_column(Instant)


class Place(Base):
    """The heading at which a learner was last seen in a lesson, whatever the device."""

    __tablename__ = "places"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "lesson_key", name="one_place_per_lesson"),
        # When somebody was last seen is asked of everybody in a cohort at once.
        sa.Index("ix_places_when_seen", "enrolment_id", "seen_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    lesson_key: Mapped[str] = mapped_column(sa.String(160))
    heading: Mapped[str] = mapped_column(sa.String(160))
    seen_at: Mapped[datetime] = mapped_column(Instant)
