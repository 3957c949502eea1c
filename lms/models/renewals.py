"""Tables of currency: until when a credential is current, renewals with their items, reminders."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class CurrencyRecord(Base):
    """What a credential's document says of time, where a query can reach it; never changed.

    `release_id` is the release that its holder is up to: the one it was earned on, or, of a
    renewed one, the release it was renewed on.
    """

    __tablename__ = "currencies"

    credential_id: Mapped[int] = mapped_column(
        sa.ForeignKey("credentials.id"), primary_key=True, autoincrement=False
    )
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    current_until: Mapped[date] = mapped_column(index=True)


class Renewal(Base):
    """A renewal that a holder began, for the cycle it leads to; never changed.

    It is done when there is a credential of that cycle. The release it is held on is frozen here,
    and the seed by which its items were drawn.
    """

    __tablename__ = "renewals"
    __table_args__ = (
        sa.UniqueConstraint(
            "account_id",
            "programme_id",
            "course_slug",
            "cycle",
            name="one_renewal_per_learner_course_and_cycle",
        ),
        sa.CheckConstraint("cycle >= 2", name="renewals_lead_to_a_later_cycle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    course_slug: Mapped[str] = mapped_column(sa.String(80))
    cycle: Mapped[int]
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    begun_at: Mapped[datetime] = mapped_column(Instant)


class RenewalItem(Base):
    """A safety-critical item asked in a renewal; after a miss its slot is asked another.

    An answer is given once. A slot is resolved by a right one.
    """

    __tablename__ = "renewal_items"
    __table_args__ = (
        sa.UniqueConstraint("renewal_id", "slot", "number", name="items_of_a_slot_are_numbered"),
        sa.Index(
            "one_open_item_of_a_slot",
            "renewal_id",
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
    renewal_id: Mapped[int] = mapped_column(sa.ForeignKey("renewals.id"))
    slot: Mapped[int]
    number: Mapped[int]
    item_id: Mapped[str] = mapped_column(sa.String(80))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(sa.Text)
    is_right: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


class RenewalReminder(Base):
    """A reminder that was written, so that it is never written again for that cycle."""

    __tablename__ = "renewal_reminders"
    __table_args__ = (
        sa.UniqueConstraint(
            "account_id",
            "programme_id",
            "course_slug",
            "cycle",
            "days",
            name="each_reminder_of_a_cycle_once",
        ),
        sa.CheckConstraint("days IN (90, 60, 30, 7)", name="days_of_reminders_are_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    course_slug: Mapped[str] = mapped_column(sa.String(80))
    cycle: Mapped[int]
    days: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(Instant)


class ReminderChoice(Base):
    """Whether somebody wants to be reminded of renewals; of several choices the latest holds."""

    __tablename__ = "reminder_choices"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    wanted: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(Instant)
