"""Saved reports: a table with its filters, under an address of its own.

Revision ID: 20261122_saved_reports
Revises: 20261122_evidence_packs
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_saved_reports"
down_revision = "20261122_evidence_packs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("schedule", sa.String(length=10), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", lms.db.Instant(), nullable=False),
        sa.Column("removed_at", lms.db.Instant(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_saved_reports_{column}_{table}")
            )
            for column, table in (
                ("programme_id", "programmes"),
                ("cohort_id", "cohorts"),
                ("saved_by", "accounts"),
            )
        ),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_saved_reports_{name}"))
            for name, rule in (
                ("schedule_is_known", "schedule IN ('never', 'weekly', 'monthly')"),
                ("weekday_is_one_of_seven", "weekday BETWEEN 0 AND 6"),
                ("report_has_a_title", "length(trim(title)) > 0"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reports")),
    )
    op.create_index(op.f("ix_saved_reports_programme_id"), "saved_reports", ["programme_id"])


def downgrade() -> None:
    op.drop_table("saved_reports")
