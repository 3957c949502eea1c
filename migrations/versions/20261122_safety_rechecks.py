"""Re-checks of safety-critical misses.

Revision ID: 20261122_safety_rechecks
Revises: 20261122_standard_studies
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_safety_rechecks"
down_revision = "20261122_standard_studies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "safety_rechecks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(80), nullable=False),
        sa.Column("begun_at", lms.db.Instant(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("answered_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "slot >= 1 AND number >= 1", name=op.f("ck_safety_rechecks_counted_from_one")
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_right IS NULL)",
            name=op.f("ck_safety_rechecks_an_answer_is_right_or_not"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_safety_rechecks_attempt_id_attempts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_rechecks")),
        sa.UniqueConstraint("attempt_id", "slot", "number", name="rechecks_of_a_slot_are_numbered"),
    )
    open_ones = sa.text("answered_at IS NULL")
    op.create_index(
        "one_open_recheck_of_a_slot",
        "safety_rechecks",
        ["attempt_id", "slot"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )


def downgrade() -> None:
    op.drop_table("safety_rechecks")
