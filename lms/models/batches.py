"""Tables of batches: a cohort's certificates as one file, made step by step in the background."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Batch(Base):
    """The certificates of a cohort that somebody asked for as one ZIP file.

    The file lies under `file_name`, a random name, from `made_at` until `removed_at`. Who is
    assembling it has it claimed until `claimed_until`.
    """

    __tablename__ = "batches"
    __table_args__ = (
        sa.Index(
            "one_batch_under_way_per_cohort",
            "cohort_id",
            unique=True,
            sqlite_where=sa.text("made_at IS NULL"),
            postgresql_where=sa.text("made_at IS NULL"),
        ),
        sa.CheckConstraint(
            "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (size IS NULL)",
            name="made_batches_have_a_digest",
        ),
        sa.CheckConstraint(
            "removed_at IS NULL OR made_at IS NOT NULL", name="only_made_batches_are_removed"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    size: Mapped[int | None] = mapped_column(sa.BigInteger)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class BatchEntry(Base):
    """One certificate of a batch: waiting, claimed by a process, then made or left out.

    `number` counts from 1 in the order of the file. `left_out` says why it is not in it.
    """

    __tablename__ = "batch_entries"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "credential_id", name="one_entry_per_credential"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("tries >= 0", name="tries_are_not_negative"),
        sa.CheckConstraint(
            "(done_at IS NULL) = (sha256 IS NULL AND left_out IS NULL)",
            name="done_means_made_or_left_out",
        ),
        sa.CheckConstraint(
            "sha256 IS NULL OR left_out IS NULL", name="made_or_left_out_and_not_both"
        ),
    )

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"))
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int]
    name: Mapped[str | None] = mapped_column(sa.String(200))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    left_out: Mapped[str | None] = mapped_column(sa.String(40))
    done_at: Mapped[datetime | None] = mapped_column(Instant)
