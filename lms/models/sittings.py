"""Tables of sittings: accommodations, windows and what groups or people get, incidents, pauses."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class AccommodationRecord(Base):
    """What a programme grants somebody for all their sittings there; withdrawn, never deleted.

    `percent` is the share of the usual time, 125 for time and a quarter. Why it was granted stands
    in a table of its own.
    """

    __tablename__ = "accommodations"
    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 100 AND 400", name="extra_time_up_to_four_times"),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name="extra_minutes_up_to_a_day"),
        sa.CheckConstraint("pause_minutes BETWEEN 0 AND 1440", name="pauses_up_to_a_day"),
        sa.CheckConstraint("percent = 100 OR minutes = 0", name="a_share_or_minutes_not_both"),
        sa.CheckConstraint(
            "percent > 100 OR minutes > 0 OR pause_minutes > 0 OR unlimited OR larger_spacing",
            name="accommodation_grants_something",
        ),
        sa.CheckConstraint("valid_until >= valid_from", name="valid_until_after_valid_from"),
        sa.Index("ix_accommodations_of_a_person", "account_id", "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    percent: Mapped[int]
    minutes: Mapped[int]
    unlimited: Mapped[bool]
    pause_minutes: Mapped[int]
    pauses_move_window: Mapped[bool]
    larger_spacing: Mapped[bool]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    approved_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    approved_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class AccommodationReason(Base):
    """Why an accommodation was granted: often health, so no other query reads it."""

    __tablename__ = "accommodation_reasons"
    __table_args__ = (
        sa.CheckConstraint("length(trim(reason)) > 0", name="reason_says_something"),
        sa.CheckConstraint("length(reason) <= 2000", name="reason_is_not_too_long"),
    )

    accommodation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("accommodations.id"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(sa.Text)


class LearnerGroup(Base):
    """A label that some learners of a cohort carry."""

    __tablename__ = "learner_groups"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "name", name="group_names_differ_within_a_cohort"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    name: Mapped[str] = mapped_column(sa.String(60))


class GroupMember(Base):
    """A learner who carries the label of a group."""

    __tablename__ = "group_members"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("learner_groups.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrolments.id"), primary_key=True, index=True
    )


class SittingRule(Base):
    """What a cohort, a group or a learner gets in the sitting of a module.

    Without group and enrolment it is the cohort's own window. A field that is empty says nothing;
    to lift a bound, its `lifts_` says so.
    """

    __tablename__ = "sitting_rules"
    __table_args__ = (
        sa.Index(
            "one_window_per_cohort_and_module",
            "cohort_id",
            "module_key",
            unique=True,
            sqlite_where=sa.text("group_id IS NULL AND enrolment_id IS NULL"),
            postgresql_where=sa.text("group_id IS NULL AND enrolment_id IS NULL"),
        ),
        sa.UniqueConstraint("group_id", "module_key", name="one_rule_per_group_and_module"),
        sa.UniqueConstraint("enrolment_id", "module_key", name="one_rule_per_learner_and_module"),
        sa.CheckConstraint(
            "group_id IS NULL OR enrolment_id IS NULL", name="for_a_group_or_a_learner_not_both"
        ),
        sa.CheckConstraint("closes_at > opens_at", name="closes_after_it_opens"),
        sa.CheckConstraint("limit_minutes BETWEEN 1 AND 10080", name="limit_up_to_a_week"),
        sa.CheckConstraint("attempts BETWEEN 1 AND 100", name="attempts_from_one_to_a_hundred"),
        sa.CheckConstraint(
            "NOT (lifts_opening AND opens_at IS NOT NULL)"
            " AND NOT (lifts_closing AND closes_at IS NOT NULL)"
            " AND NOT (lifts_limit AND limit_minutes IS NOT NULL)"
            " AND NOT (lifts_attempts AND attempts IS NOT NULL)",
            name="a_bound_is_set_or_lifted_not_both",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    module_key: Mapped[str] = mapped_column(sa.String(80))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("learner_groups.id"))
    enrolment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enrolments.id"))
    opens_at: Mapped[datetime | None] = mapped_column(Instant)
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    limit_minutes: Mapped[int | None]
    attempts: Mapped[int | None]
    lifts_opening: Mapped[bool] = mapped_column(default=False)
    lifts_closing: Mapped[bool] = mapped_column(default=False)
    lifts_limit: Mapped[bool] = mapped_column(default=False)
    lifts_attempts: Mapped[bool] = mapped_column(default=False)
    set_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class SittingIncident(Base):
    """What went wrong in a sitting and the minutes that all its learners get back for it."""

    __tablename__ = "sitting_incidents"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "ticket", name="one_incident_per_form_sent"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="incident_minutes_up_to_a_day"),
        sa.CheckConstraint("length(trim(description)) > 0", name="incident_says_what_happened"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    module_key: Mapped[str] = mapped_column(sa.String(80))
    minutes: Mapped[int]
    description: Mapped[str] = mapped_column(sa.String(200))
    ticket: Mapped[str] = mapped_column(sa.String(36))
    declared_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    declared_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class AttemptPause(Base):
    """A pause of an attempt that an accommodation allows; without an end it lasts."""

    __tablename__ = "attempt_pauses"
    __table_args__ = (
        sa.Index(
            "one_pause_of_an_attempt_at_a_time",
            "attempt_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.CheckConstraint("ended_at >= began_at", name="pause_ends_after_it_began"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempts.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
