"""Tables of continuing education: approvals that a programme holds, and credits claimed by them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ProviderApproval(Base):
    """An approval as provider of continuing education, with its number, words, dates and unit."""

    __tablename__ = "provider_approvals"
    __table_args__ = (
        sa.CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
        sa.CheckConstraint("unit_minutes >= 1", name="a_unit_has_minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    body: Mapped[str] = mapped_column(sa.String(160))
    number: Mapped[str] = mapped_column(sa.String(80))
    statement: Mapped[str] = mapped_column(sa.Text)
    unit: Mapped[str] = mapped_column(sa.String(80))
    unit_minutes: Mapped[int]
    step: Mapped[str] = mapped_column(sa.String(8))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class CreditClaim(Base):
    """What a holder claimed for a credential by an approval, once, and the statement of it."""

    __tablename__ = "credit_claims"
    __table_args__ = (
        sa.UniqueConstraint("credential_id", "approval_id", name="one_claim_by_each_approval"),
        sa.CheckConstraint("minutes >= 0", name="minutes_are_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"))
    approval_id: Mapped[int] = mapped_column(sa.ForeignKey("provider_approvals.id"), index=True)
    amount: Mapped[str] = mapped_column(sa.String(20))
    minutes: Mapped[int]
    claimed_at: Mapped[datetime] = mapped_column(Instant)


class CreditStatement(Base):
    """The signed statement of a claim on one kind of paper, made once and kept."""

    __tablename__ = "credit_statements"
    __table_args__ = (
        sa.UniqueConstraint("claim_id", "paper", name="one_statement_of_a_claim_and_paper"),
        sa.CheckConstraint("paper IN ('a4', 'letter')", name="paper_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("credit_claims.id"))
    paper: Mapped[str] = mapped_column(sa.String(10))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)
