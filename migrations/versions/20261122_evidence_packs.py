"""Evidence packs: what an accreditor asks of a cohort, made in the background.

Revision ID: 20261122_evidence_packs
Revises: 20261122_reminders_announcements
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_evidence_packs"
down_revision = "20261122_reminders_announcements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", lms.db.Instant(), nullable=False),
        sa.Column("claimed_until", lms.db.Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=True),
        sa.Column("removed_at", lms.db.Instant(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_evidence_packs_{column}_{table}")
            )
            for column, table in (
                ("programme_id", "programmes"),
                ("cohort_id", "cohorts"),
                ("asked_by", "accounts"),
            )
        ),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_evidence_packs_{name}"))
            for name, rule in (
                (
                    "made_packs_have_a_digest",
                    "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (size IS NULL)",
                ),
                ("made_or_failed", "made_at IS NULL OR failure IS NULL"),
                ("only_made_packs_are_removed", "removed_at IS NULL OR made_at IS NOT NULL"),
                ("tries_are_not_negative", "tries >= 0"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_packs")),
        sa.UniqueConstraint("file_name", name=op.f("uq_evidence_packs_file_name")),
    )
    op.create_index(op.f("ix_evidence_packs_programme_id"), "evidence_packs", ["programme_id"])
    op.create_index(
        "one_pack_under_way_per_cohort",
        "evidence_packs",
        ["cohort_id"],
        unique=True,
        sqlite_where=sa.text("made_at IS NULL AND failure IS NULL"),
        postgresql_where=sa.text("made_at IS NULL AND failure IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("evidence_packs")
