"""The outbox: mail written in the transaction of its cause, who wants which, what came back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

KINDS = ("account", "credential", "learning", "reminder", "announcement", "report")
# Why a message was never sent: its reader wants none, mail to them comes back, whoever wrote it
# took it back, or it went out as part of a digest.
WITHHELD = ("unsubscribed", "bounced", "recalled", "gathered")
CHOICES = ("each", "daily", "none")
MINUTES_A_DAY = 24 * 60


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class OutboxMessage(Base):
    """A message on its way to one person.

    `key` names its occasion: one message of a key is ever written. Nothing is sent before
    `send_after`: quiet hours, a digest, or a server that was out of reach.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("key", name="one_message_of_a_key"),
        sa.CheckConstraint(_one_of("kind", KINDS), name="kind_of_mail_is_known"),
        sa.CheckConstraint(_one_of("withheld_because", WITHHELD), name="reason_to_withhold_known"),
        sa.CheckConstraint(
            "(withheld_at IS NULL) = (withheld_because IS NULL)", name="withheld_with_its_reason"
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR (withheld_at IS NULL AND failed_at IS NULL)",
            name="sent_withheld_or_failed_not_two",
        ),
        sa.Index(
            "ix_outbox_waiting",
            "id",
            sqlite_where=sa.text("sent_at IS NULL AND withheld_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text(
                "sent_at IS NULL AND withheld_at IS NULL AND failed_at IS NULL"
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str | None] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.String(12), server_default="account")
    key: Mapped[str | None] = mapped_column(sa.String(200))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(Instant)
    send_after: Mapped[datetime | None] = mapped_column(Instant)
    in_digest: Mapped[bool] = mapped_column(server_default=sa.false())
    gathered_into: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    withheld_at: Mapped[datetime | None] = mapped_column(Instant)
    withheld_because: Mapped[str | None] = mapped_column(sa.String(12))
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(300))


class MailChoice(Base):
    """How somebody wants one kind of mail from now on; the latest row counts, none is changed."""

    __tablename__ = "mail_choices"
    __table_args__ = (
        sa.CheckConstraint(_one_of("kind", KINDS[2:]), name="kind_leaves_a_choice"),
        sa.CheckConstraint(_one_of("choice", CHOICES), name="choice_of_mail_is_known"),
        sa.Index("ix_mail_choices_of_a_person", "account_id", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    choice: Mapped[str] = mapped_column(sa.String(6))
    chosen_at: Mapped[datetime] = mapped_column(Instant)


class QuietHours(Base):
    """When a programme sends no mail, and when its digests leave: minutes after midnight there."""

    __tablename__ = "quiet_hours"
    __table_args__ = tuple(
        sa.CheckConstraint(
            f"{column} BETWEEN 0 AND {MINUTES_A_DAY - 1}", name=f"{column}_is_within_a_day"
        )
        for column in ("begins", "ends", "digest_at")
    )

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    begins: Mapped[int]
    ends: Mapped[int]
    digest_at: Mapped[int]
    set_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class AddressAct(Base):
    """Mail to an address came back for good, or staff found it right again; the latest counts."""

    __tablename__ = "address_acts"
    __table_args__ = (
        sa.CheckConstraint("act IN ('bounced', 'cleared')", name="act_on_address_is_known"),
        sa.CheckConstraint("address = lower(address)", name="address_is_lower_case"),
        sa.Index("ix_address_acts_of_an_address", "address", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(254))
    act: Mapped[str] = mapped_column(sa.String(8))
    status: Mapped[str | None] = mapped_column(sa.String(12))
    detail: Mapped[str | None] = mapped_column(sa.String(300))
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
