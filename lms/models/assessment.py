"""Tables of attempts: frozen paper, steps, flags, markers' points and the scores they earned."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Attempt(Base):
    """One sitting of a module's quiz over a paper that never changes.

    `closes_at` is the end that holds for this learner, None without a limit; answers count for
    `grace_seconds` longer. A voided attempt counts for nothing.
    """

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
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    grace_seconds: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str | None] = mapped_column(sa.String(500))


class ResponseStep(Base):
    """An answer given in a slot; a later one has a higher sequence, none is ever changed.

    `certainty` is how sure the learner was: 1 a guess, 2 fairly, 3 certain; None if not asked.
    """

    __tablename__ = "response_steps"
    __table_args__ = (
        sa.UniqueConstraint(
            "attempt_id", "slot", "sequence", name="one_step_per_slot_and_sequence"
        ),
        sa.CheckConstraint("slot >= 1 AND sequence >= 1", name="counted_from_one"),
        sa.CheckConstraint("certainty BETWEEN 1 AND 3", name="certainty_one_to_three"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    slot: Mapped[int]
    sequence: Mapped[int]
    answer: Mapped[str] = mapped_column(sa.Text)
    certainty: Mapped[int | None] = mapped_column(sa.SmallInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class AdvanceStep(Base):
    """The learner went on: these slots are locked for good."""

    __tablename__ = "advances"
    __table_args__ = (
        sa.UniqueConstraint(
            "attempt_id", "first_slot", "last_slot", name="slots_are_locked_together_once"
        ),
        sa.CheckConstraint(
            "first_slot >= 1 AND last_slot >= first_slot", name="locks_first_to_last"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    first_slot: Mapped[int]
    last_slot: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class SlotFlag(Base):
    """Whether the learner wants to look at a slot again; a help, no part of any score."""

    __tablename__ = "slot_flags"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "slot", name="one_flag_per_slot"),
        sa.CheckConstraint("slot >= 1", name="counted_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    slot: Mapped[int]
    flagged: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ManualMark(Base):
    """A marker's points for one criterion of a constructed answer; of several the latest counts."""

    __tablename__ = "manual_marks"
    __table_args__ = (
        sa.CheckConstraint("slot >= 1 AND points >= 0", name="points_in_a_slot"),
        sa.Index("ix_manual_marks_attempt_id", "attempt_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    slot: Mapped[int]
    criterion: Mapped[str] = mapped_column(sa.String(8))
    points: Mapped[int]
    marked_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    marked_at: Mapped[datetime] = mapped_column(Instant)


class ScoreRecord(Base):
    """A score of an attempt; a rescore appends a higher revision with its reason.

    `points` and `maximum` are counted in parts of a mark: 7 of 10 with 2 parts are 3 1/2 of 5.
    """

    __tablename__ = "scores"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "revision", name="one_score_per_revision"),
        sa.CheckConstraint("points >= 0 AND points <= maximum", name="points_within_maximum"),
        sa.CheckConstraint("parts >= 1", name="counted_in_parts"),
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
    parts: Mapped[int] = mapped_column(default=1, server_default=sa.text("1"))


class SafetyRecheck(Base):
    """A short parallel item that resolves a safety-critical miss of an attempt when it is right."""

    __tablename__ = "safety_rechecks"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "slot", "number", name="rechecks_of_a_slot_are_numbered"),
        sa.Index(
            "one_open_recheck_of_a_slot",
            "attempt_id",
            "slot",
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
        sa.CheckConstraint("slot >= 1 AND number >= 1", name="counted_from_one"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_right IS NULL)", name="an_answer_is_right_or_not"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    slot: Mapped[int]
    number: Mapped[int]
    item_id: Mapped[str] = mapped_column(sa.String(80))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(sa.Text)
    is_right: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
