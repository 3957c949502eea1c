"""Tables of what learners add to their transcripts: certificates from elsewhere, and checks."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ExternalCertificate(Base):
    """A certificate that somebody else issued, as its holder describes it.

    The proof lies as a file under `proof_name`, a random name. A certificate that its holder took
    off the transcript keeps its row and loses its file.
    """

    __tablename__ = "external_certificates"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "ticket", name="one_external_certificate_per_form_sent"),
        sa.UniqueConstraint("proof_name", name="one_external_certificate_per_proof"),
        sa.CheckConstraint("length(trim(title)) > 0", name="external_certificate_has_a_title"),
        sa.CheckConstraint("length(trim(issuer)) > 0", name="external_certificate_has_an_issuer"),
        sa.CheckConstraint("minutes >= 0", name="minutes_are_not_negative"),
        sa.CheckConstraint(
            "expires_on IS NULL OR expires_on >= completed_on", name="expires_after_completion"
        ),
        sa.CheckConstraint(
            "(proof_name IS NULL) = (proof_type IS NULL)"
            " AND (proof_name IS NULL) = (proof_sha256 IS NULL)"
            " AND (proof_name IS NULL) = (proof_size IS NULL)",
            name="proof_is_whole_or_absent",
        ),
        sa.CheckConstraint(
            "proof_type IN ('application/pdf', 'image/png', 'image/jpeg')",
            name="proof_type_is_known",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    ticket: Mapped[str] = mapped_column(sa.String(36))
    title: Mapped[str] = mapped_column(sa.String(200))
    issuer: Mapped[str] = mapped_column(sa.String(200))
    completed_on: Mapped[date]
    expires_on: Mapped[date | None]
    minutes: Mapped[int]
    credit: Mapped[str] = mapped_column(sa.String(20))
    proof_name: Mapped[str | None] = mapped_column(sa.String(40))
    proof_type: Mapped[str | None] = mapped_column(sa.String(20))
    proof_size: Mapped[int | None]
    proof_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class ExternalCheck(Base):
    """A holder asks a programme to look at an external certificate; an administrator answers."""

    __tablename__ = "external_checks"
    __table_args__ = (
        sa.UniqueConstraint(
            "certificate_id", "programme_id", name="one_check_per_certificate_and_programme"
        ),
        sa.CheckConstraint("outcome IN ('confirmed', 'not-confirmed')", name="outcome_is_known"),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name="somebody_decided_it",
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'confirmed' OR length(trim(words)) > 0",
            name="refusal_says_why",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(sa.ForeignKey("external_certificates.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(sa.String(20))
    words: Mapped[str] = mapped_column(sa.String(500))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
