"""Tables of qualifications that expire: what is asked, what was stated and shown, and checks."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class QualificationDemand(Base):
    """A kind of qualification that a programme asks its learners to show."""

    __tablename__ = "qualification_demands"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)


class Qualification(Base):
    """A qualification that a learner states to a programme, with its proof and its check.

    The proof lies as a file under `proof_name`, a random name. Taken back, the row stays and the
    file goes. What was decided is never changed: a learner states it anew.
    """

    __tablename__ = "qualifications"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "ticket", name="one_qualification_per_form_sent"),
        sa.UniqueConstraint("proof_name", name="one_qualification_per_proof"),
        sa.CheckConstraint("length(trim(issuer)) > 0", name="qualification_has_an_issuer"),
        sa.CheckConstraint("expires_on >= issued_on", name="expires_after_it_was_issued"),
        sa.CheckConstraint("outcome IN ('confirmed', 'not-confirmed')", name="outcome_is_known"),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name="somebody_decided_it",
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'confirmed' OR length(trim(words)) > 0",
            name="refusal_says_why",
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (proof_name IS NOT NULL)", name="a_proof_until_taken_back"
        ),
        sa.Index("ix_qualifications_of_a_programme", "programme_id", "expires_on"),
        sa.Index("ix_qualifications_of_a_person", "account_id", "programme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    ticket: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(20))
    number: Mapped[str] = mapped_column(sa.String(60))
    issuer: Mapped[str] = mapped_column(sa.String(200))
    issued_on: Mapped[date]
    expires_on: Mapped[date]
    proof_name: Mapped[str | None] = mapped_column(sa.String(40))
    proof_type: Mapped[str] = mapped_column(sa.String(20))
    proof_size: Mapped[int]
    proof_sha256: Mapped[str] = mapped_column(sa.String(64))
    stated_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(sa.String(20))
    words: Mapped[str] = mapped_column(sa.String(500))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
