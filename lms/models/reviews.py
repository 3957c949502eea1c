"""Tables of reviews: rulings on items, voided attempts, doubtful credentials, and appeals."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class RulingRecord(Base):
    """What a programme decided about an item; in force once confirmed, and never changed then.

    It holds for these very words (`item_hash`), in whichever of the programme's quizzes they were
    asked. `keys` are the new right answers, one a line. Learners read `reason`.
    """

    __tablename__ = "rulings"
    __table_args__ = (
        sa.CheckConstraint(
            "remedy IN ('new-key', 'full-credit', 'drop', 'as-published')", name="remedy_is_known"
        ),
        sa.CheckConstraint(
            "(remedy = 'new-key') = (length(keys) > 0)", name="a_new_key_says_which"
        ),
        sa.CheckConstraint("length(trim(reason)) > 0", name="ruling_says_why"),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="somebody_confirmed_it"
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR set_aside_at IS NULL", name="confirmed_or_set_aside_not_both"
        ),
        sa.Index("ix_rulings_of_an_item", "programme_id", "item_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    bank_id: Mapped[str] = mapped_column(sa.String(80))
    item_id: Mapped[str] = mapped_column(sa.String(80))
    item_hash: Mapped[str] = mapped_column(sa.String(64))
    remedy: Mapped[str] = mapped_column(sa.String(20))
    keys: Mapped[str] = mapped_column(sa.Text)
    keeps_passes: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(500))
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    set_aside_at: Mapped[datetime | None] = mapped_column(Instant)


class VoidAct(Base):
    """An attempt was voided or restored; the last act says how it stands.

    With `gives_back` a voided attempt is not counted among those that a learner may make.
    """

    __tablename__ = "void_acts"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "number", name="acts_on_an_attempt_are_numbered"),
        sa.CheckConstraint("act IN ('void', 'restore')", name="act_is_known"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("length(trim(reason)) > 0", name="void_act_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    number: Mapped[int]
    act: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(500))
    gives_back: Mapped[bool]
    done_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    done_at: Mapped[datetime] = mapped_column(Instant)


class CredentialConcern(Base):
    """A ruling or a voided attempt took the ground from under a credential: somebody decides."""

    __tablename__ = "credential_concerns"
    __table_args__ = (
        sa.UniqueConstraint("credential_id", "ruling_id", name="one_concern_per_ruling"),
        sa.UniqueConstraint("credential_id", "void_act_id", name="one_concern_per_void_act"),
        sa.CheckConstraint(
            "(ruling_id IS NULL) <> (void_act_id IS NULL)", name="concern_has_one_cause"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"))
    ruling_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rulings.id"))
    void_act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("void_acts.id"))
    raised_at: Mapped[datetime] = mapped_column(Instant)


class ConcernDecision(Base):
    """What an administrator decided about a credential in doubt, and why; once."""

    __tablename__ = "concern_decisions"
    __table_args__ = (
        sa.CheckConstraint("outcome IN ('stands', 'revoked')", name="outcome_is_known"),
        sa.CheckConstraint("length(trim(words)) > 0", name="decision_says_why"),
    )

    concern_id: Mapped[int] = mapped_column(
        sa.ForeignKey("credential_concerns.id"), primary_key=True
    )
    outcome: Mapped[str] = mapped_column(sa.String(10))
    words: Mapped[str] = mapped_column(sa.Text)
    decided_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(Instant)


class Appeal(Base):
    """A learner appeals the result of an attempt (slot 0), or how one item on it counted."""

    __tablename__ = "appeals"
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "slot", name="one_appeal_per_result_or_item"),
        sa.CheckConstraint("slot >= 0", name="slot_or_the_whole_result"),
        sa.CheckConstraint("length(trim(ground)) > 0", name="appeal_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"))
    slot: Mapped[int]
    ground: Mapped[str] = mapped_column(sa.Text)
    filed_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    filed_at: Mapped[datetime] = mapped_column(Instant)
    answer_by: Mapped[date]


class AppealStep(Base):
    """One step of an appeal: acknowledged, looked into by one person, decided by another."""

    __tablename__ = "appeal_steps"
    __table_args__ = (
        sa.UniqueConstraint("appeal_id", "kind", name="each_step_of_an_appeal_once"),
        sa.CheckConstraint("kind IN ('acknowledged', 'found', 'decided')", name="step_is_known"),
        sa.CheckConstraint("outcome IN ('upheld', 'changed')", name="outcome_is_known"),
        sa.CheckConstraint(
            "(kind = 'acknowledged') = (outcome IS NULL)", name="findings_have_an_outcome"
        ),
        sa.CheckConstraint(
            "kind = 'acknowledged' OR taken_by IS NOT NULL", name="findings_have_an_author"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(sa.ForeignKey("appeals.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    words: Mapped[str] = mapped_column(sa.Text)
    taken_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    taken_at: Mapped[datetime] = mapped_column(Instant)
    ruling_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rulings.id"))
    void_act_id: Mapped[int | None] = mapped_column(sa.ForeignKey("void_acts.id"))
    manual_mark_id: Mapped[int | None] = mapped_column(sa.ForeignKey("manual_marks.id"))
