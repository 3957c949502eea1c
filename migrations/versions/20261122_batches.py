"""Batches: a cohort's certificates as one file, with the progress of each certificate.

Revision ID: 20261122_batches
Revises: 20261122_external_certificates
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_batches"
down_revision = "20261122_external_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    batches()
    entries()


def batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", lms.db.Instant(), nullable=False),
        sa.Column("claimed_until", lms.db.Instant(), nullable=True),
        sa.Column("made_at", lms.db.Instant(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", lms.db.Instant(), nullable=True),
        *foreign_keys(
            "batches", programme_id="programmes", cohort_id="cohorts", asked_by="accounts"
        ),
        *checks(
            "batches",
            made_batches_have_a_digest="(made_at IS NULL) = (sha256 IS NULL)"
            " AND (made_at IS NULL) = (size IS NULL)",
            only_made_batches_are_removed="removed_at IS NULL OR made_at IS NOT NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("file_name", name=op.f("uq_batches_file_name")),
    )
    op.create_index(op.f("ix_batches_cohort_id"), "batches", ["cohort_id"])
    op.create_index(
        "one_batch_under_way_per_cohort",
        "batches",
        ["cohort_id"],
        unique=True,
        sqlite_where=sa.text("made_at IS NULL"),
        postgresql_where=sa.text("made_at IS NULL"),
    )


def entries() -> None:
    op.create_table(
        "batch_entries",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("claimed_until", lms.db.Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("left_out", sa.String(length=40), nullable=True),
        sa.Column("done_at", lms.db.Instant(), nullable=True),
        *foreign_keys("batch_entries", batch_id="batches", credential_id="credentials"),
        *checks(
            "batch_entries",
            counted_from_one="number >= 1",
            tries_are_not_negative="tries >= 0",
            done_means_made_or_left_out="(done_at IS NULL) = (sha256 IS NULL AND left_out IS NULL)",
            made_or_left_out_and_not_both="sha256 IS NULL OR left_out IS NULL",
        ),
        sa.UniqueConstraint("batch_id", "credential_id", name="one_entry_per_credential"),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_batch_entries")),
    )


def foreign_keys(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}_{other}"))
        for name, other in columns.items()
    ]


def checks(table: str, **sentences: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))
        for name, text in sentences.items()
    ]


def downgrade() -> None:
    op.drop_table("batch_entries")
    op.drop_table("batches")
