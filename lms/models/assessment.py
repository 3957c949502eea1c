"""Tables of attempts: the frozen paper, the steps taken over it, and the scores they earned."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Attempt(Base):
    """One sitting of a module's quiz over a paper that never changes."""

    __tablename__ = "attempts"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "module_key", "number", name="attempt_numbers_differ"),
        sa.Index(
            "one_open_attempt_at_a_time",
            "enrolment_id",
            "module_key",
            unique=True,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        ),
        sa.CheckConstraint("number >= 1", name="numbered_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    module_key: Mapped[str] = mapped_column(sa.String(80))
    number: Mapped[int]
    bank_id: Mapped[str] = mapped_column(sa.String(80))
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    paper: Mapped[str] = mapped_column(sa.Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)


class ResponseStep(Base):
    """An answer chosen in a slot; a later one has a higher sequence, none is ever changed."""

    __tablename__ = "response_steps"
    __table_args__ = (
        sa.UniqueConstraint(
            "attempt_id", "slot", "sequence", name="one_step_per_slot_and_sequence"
        ),
        sa.CheckConstraint("slot >= 1 AND sequence >= 1", name="counted_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    slot: Mapped[int]
    sequence: Mapped[int]
    option: Mapped[str] = mapped_column(sa.String(8))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ScoreRecord(Base):
    """A score of an attempt; a rescore appends a higher revision with its reason."""

    __tablename__ = "scores"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "revision", name="one_score_per_revision"),
        sa.CheckConstraint("points >= 0 AND points <= maximum", name="points_within_maximum"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    revision: Mapped[int]
    points: Mapped[int]
    maximum: Mapped[int]
    cut_percent: Mapped[int]
    passed: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(200))
    scored_at: Mapped[datetime] = mapped_column(Instant)
