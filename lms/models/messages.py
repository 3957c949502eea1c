"""Tables of what programmes tell people: rules of reminders, and announcements."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ReminderRule(Base):
    """What a programme decided about one kind of reminder; without a row, the usual stands."""

    __tablename__ = "reminder_rules"
    __table_args__ = (sa.CheckConstraint("days BETWEEN 0 AND 365", name="days_within_a_year"),)

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    is_on: Mapped[bool]
    days: Mapped[int]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class ReminderRound(Base):
    """The reminders of one programme on one of its days: looked for once, by one process."""

    __tablename__ = "reminder_rounds"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    written: Mapped[int] = mapped_column(server_default="0")


class Announcement(Base):
    """Words for a cohort or a whole programme: a draft until `send_at`, then everybody's.

    `sent_at` is when the messages entered the outbox, once for each of its `readers`; recalled
    after that, those that had not left yet never do.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        sa.CheckConstraint("length(trim(subject)) > 0", name="announcement_has_a_subject"),
        sa.CheckConstraint("length(trim(body)) > 0", name="announcement_has_a_text"),
        sa.CheckConstraint("sent_at IS NULL OR send_at IS NOT NULL", name="sent_when_it_was_due"),
        sa.CheckConstraint(
            "recalled_at IS NULL OR sent_at IS NOT NULL", name="only_what_was_sent_is_recalled"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id"), index=True)
    subject: Mapped[str] = mapped_column(sa.String(120))
    body: Mapped[str] = mapped_column(sa.Text)
    written_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    written_at: Mapped[datetime] = mapped_column(Instant)
    send_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    readers: Mapped[int] = mapped_column(server_default="0")
    recalled_at: Mapped[datetime | None] = mapped_column(Instant)
    recalled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
