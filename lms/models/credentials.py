"""Tables of what was attested: credentials, for ever, and their revocations."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class CredentialRecord(Base):
    """An awarded credential: its canonical document, and what it rests on."""

    __tablename__ = "credentials"
    __table_args__ = (
        sa.UniqueConstraint(
            "account_id",
            "programme_id",
            "course_slug",
            "cycle",
            name="one_credential_per_learner_course_and_cycle",
        ),
        sa.CheckConstraint("cycle >= 1", name="cycles_counted_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(sa.String(32), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    course_slug: Mapped[str] = mapped_column(sa.String(80))
    cycle: Mapped[int]
    document: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    evidence: Mapped[str] = mapped_column(sa.Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)


class RevocationRecord(Base):
    """The end of a credential: who, when, why in public words and in private ones."""

    __tablename__ = "revocations"
    __table_args__ = (
        sa.CheckConstraint(
            "reason IN ('issued-in-error', 'misconduct', 'holder-request')", name="reason_is_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(30))
    note: Mapped[str] = mapped_column(sa.Text)
    revoked_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    revoked_at: Mapped[datetime] = mapped_column(Instant)
