"""Tables of live sessions: when and where, who comes, who was there, and the minutes credited."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

MODE_IS_KNOWN = "mode IN ('in-person', 'live-online', 'asynchronous')"


class LiveSession(Base):
    """A session that a cohort meets for; `minutes` is what it credits, breaks left out.

    `uid` names it in calendars, `revision` grows with each change. A hybrid one is held in a room
    and online at once. A cancelled session keeps its row.
    """

    __tablename__ = "live_sessions"
    __table_args__ = (
        sa.UniqueConstraint("uid", name="one_session_per_calendar_name"),
        sa.CheckConstraint("length(trim(title)) > 0", name="session_has_a_title"),
        sa.CheckConstraint("ends_at > starts_at", name="session_ends_after_it_starts"),
        sa.CheckConstraint("minutes > 0", name="session_credits_some_minutes"),
        sa.CheckConstraint("mode IN ('in-person', 'online', 'hybrid')", name="mode_is_known"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_seats_somebody"),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="somebody_cancelled_it"
        ),
        sa.Index("ix_live_sessions_of_a_cohort", "cohort_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    uid: Mapped[str] = mapped_column(sa.String(32))
    title: Mapped[str] = mapped_column(sa.String(120))
    module_key: Mapped[str | None] = mapped_column(sa.String(80))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int]
    mode: Mapped[str] = mapped_column(sa.String(10))
    place: Mapped[str] = mapped_column(sa.String(200))
    link: Mapped[str] = mapped_column(sa.String(500))
    capacity: Mapped[int | None]
    led_by: Mapped[str] = mapped_column(sa.String(120))
    revision: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    cancelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class LiveBooking(Base):
    """A place that a learner holds in a session with a limited number of them."""

    __tablename__ = "live_bookings"
    __table_args__ = (
        sa.UniqueConstraint("live_id", "enrolment_id", name="one_place_per_learner_and_session"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    live_id: Mapped[int] = mapped_column(sa.ForeignKey("live_sessions.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    booked_at: Mapped[datetime] = mapped_column(Instant)


class CodeTry(Base):
    """A code that somebody typed for a session, and what became of it; append-only.

    `step` is that of the code where there ever was such a code. `device` and `network` are digests
    under a key of the session: they compare tries of one session, and tell nothing else.
    """

    __tablename__ = "live_code_tries"
    __table_args__ = (
        sa.CheckConstraint("outcome IN ('taken', 'passed', 'wrong')", name="outcome_is_known"),
        sa.Index("ix_live_code_tries_of_a_learner", "live_id", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    live_id: Mapped[int] = mapped_column(sa.ForeignKey("live_sessions.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    outcome: Mapped[str] = mapped_column(sa.String(10))
    step: Mapped[int | None] = mapped_column(sa.BigInteger)
    device: Mapped[str] = mapped_column(sa.String(32))
    network: Mapped[str] = mapped_column(sa.String(32))
    tried_at: Mapped[datetime] = mapped_column(Instant)


class HoursEntry(Base):
    """Minutes credited to a learner for a session; append-only.

    A correction is a row of its own that names the one it stands for from now on; the row that
    nobody corrected counts. So the rows of a learner and a session are one line of corrections.
    `module_key` is the module they were held for, by which they count by topic; None counts by
    mode alone, as do all rows from before a module was kept.
    """

    __tablename__ = "hours"
    __table_args__ = (
        sa.UniqueConstraint("corrects_id", name="an_entry_is_corrected_once"),
        sa.CheckConstraint("minutes >= 0", name="minutes_are_not_negative"),
        sa.CheckConstraint(MODE_IS_KNOWN, name="mode_is_known"),
        sa.CheckConstraint("evidence IN ('code', 'roster')", name="evidence_is_known"),
        sa.CheckConstraint(
            "(corrects_id IS NULL AND minutes > 0) OR length(trim(reason)) > 0",
            name="a_correction_says_why",
        ),
        sa.Index(
            "ix_hours_once_per_learner_and_session",
            "enrolment_id",
            "live_id",
            unique=True,
            sqlite_where=sa.text("corrects_id IS NULL"),
            postgresql_where=sa.text("corrects_id IS NULL"),
        ),
        sa.Index("ix_hours_of_a_session", "live_id"),
        sa.Index("ix_hours_of_a_learner", "enrolment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    live_id: Mapped[int] = mapped_column(sa.ForeignKey("live_sessions.id"))
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    module_key: Mapped[str | None] = mapped_column(sa.String(80))
    held_on: Mapped[date]
    minutes: Mapped[int]
    mode: Mapped[str] = mapped_column(sa.String(20))
    evidence: Mapped[str] = mapped_column(sa.String(10))
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hours.id"))
    reason: Mapped[str] = mapped_column(sa.String(300))
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class CalendarAddress(Base):
    """That somebody has a secret calendar address; a new `serial` makes every older one void."""

    __tablename__ = "calendar_addresses"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(sa.String(32))
    made_at: Mapped[datetime] = mapped_column(Instant)
