"""Tables of who is at risk: rules, flags with what was done about them, notes, and what is read."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

RULE_IS_KNOWN = "rule IN ('safety', 'certain', 'window', 'behind', 'silent')"


class RiskRuleRecord(Base):
    """The number of a rule in a programme, in place of the usual one; None switches it off."""

    __tablename__ = "risk_rules"
    __table_args__ = (
        sa.CheckConstraint(RULE_IS_KNOWN, name="rule_is_known"),
        sa.CheckConstraint("number BETWEEN 1 AND 365", name="number_up_to_a_year"),
    )

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    number: Mapped[int | None]
    set_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class RiskFlag(Base):
    """A rule that spoke about a learner: since when and, once its cause was gone, until when.

    `subject` tells two flags of one rule apart; `cause` is a document of why it speaks, as it was
    last seen. A cause that comes back is another flag.
    """

    __tablename__ = "risk_flags"
    __table_args__ = (
        sa.CheckConstraint(RULE_IS_KNOWN, name="rule_is_known"),
        sa.CheckConstraint("closed_at >= opened_at", name="flag_closes_after_it_opened"),
        sa.Index(
            "one_open_flag_of_a_cause",
            "enrolment_id",
            "rule",
            "subject",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index("ix_risk_flags_of_a_learner", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    rule: Mapped[str] = mapped_column(sa.String(10))
    subject: Mapped[str] = mapped_column(sa.String(160))
    cause: Mapped[str] = mapped_column(sa.Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class RiskFlagAct(Base):
    """What somebody did about a flag: took or gave it, noted something, or dealt with it.

    `again_on` is the day from which a flag that was dealt with asks again if its cause is still
    there; without one it asks again when its cause is fed.
    """

    __tablename__ = "risk_flag_acts"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('owner', 'note', 'outcome')", name="act_is_known"),
        sa.CheckConstraint(
            "(kind = 'outcome') = (outcome IS NOT NULL)", name="only_an_outcome_has_one"
        ),
        sa.CheckConstraint(
            "outcome IN ('contacted', 'plan', 'extension', 'teaching', 'no-action')",
            name="outcome_is_known",
        ),
        sa.CheckConstraint(
            "kind = 'outcome' OR again_on IS NULL", name="only_an_outcome_asks_again"
        ),
        sa.CheckConstraint(
            "kind = 'owner' OR owner_id IS NULL", name="only_an_owner_act_names_one"
        ),
        sa.CheckConstraint("kind <> 'note' OR length(trim(words)) > 0", name="note_says_something"),
        sa.CheckConstraint("length(words) <= 2000", name="words_are_not_too_long"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    flag_id: Mapped[int] = mapped_column(sa.ForeignKey("risk_flags.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    again_on: Mapped[date | None]
    words: Mapped[str] = mapped_column(sa.Text)
    done_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    done_at: Mapped[datetime] = mapped_column(Instant)


class LearnerNote(Base):
    """What a member of staff noted about a learner, for colleagues; never changed."""

    __tablename__ = "learner_notes"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_staff_note_per_form_sent"),
        sa.CheckConstraint("length(trim(words)) > 0", name="note_says_something"),
        sa.CheckConstraint("length(words) <= 2000", name="words_are_not_too_long"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    words: Mapped[str] = mapped_column(sa.Text)
    ticket: Mapped[str] = mapped_column(sa.String(36))
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    written_at: Mapped[datetime] = mapped_column(Instant)


class AttemptReading(Base):
    """What the rules need of one attempt, read once for each of its scores; made anew at will."""

    __tablename__ = "attempt_readings"

    attempt_id: Mapped[int] = mapped_column(
        sa.ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int]
    answers: Mapped[str] = mapped_column(sa.Text)


class CohortWatch(Base):
    """What a cohort looked like when its flags were last gone through: `state` is a fingerprint."""

    __tablename__ = "cohort_watches"

    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohorts.id"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(sa.String(64))
    watched_at: Mapped[datetime] = mapped_column(Instant)
