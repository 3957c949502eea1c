"""Table of evidence packs: asked for, made in the background, fetched for a limited time."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class EvidencePack(Base):
    """What an accreditor asks of a cohort as one signed ZIP file.

    The file lies under `file_name`, a random name, from `made_at` until `removed_at`; `failure`
    says why none was made. Who is making it has it claimed until `claimed_until`.
    """

    __tablename__ = "evidence_packs"
    __table_args__ = (
        sa.Index(
            "one_pack_under_way_per_cohort",
            "cohort_id",
            unique=True,
            sqlite_where=sa.text("made_at IS NULL AND failure IS NULL"),
            postgresql_where=sa.text("made_at IS NULL AND failure IS NULL"),
        ),
        sa.CheckConstraint(
            "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (size IS NULL)",
            name="made_packs_have_a_digest",
        ),
        sa.CheckConstraint("made_at IS NULL OR failure IS NULL", name="made_or_failed"),
        sa.CheckConstraint(
            "removed_at IS NULL OR made_at IS NOT NULL", name="only_made_packs_are_removed"
        ),
        sa.CheckConstraint("tries >= 0", name="tries_are_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    file_name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int]
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    failure: Mapped[str | None] = mapped_column(sa.String(300))
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
