"""Notes and highlights of one's own on a lesson.

Revision ID: 20261122_reading_notes
Revises: 20261122_first_tables
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_reading_notes"
down_revision = "20261122_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_key", sa.String(length=160), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("written_at", lms.db.Instant(), nullable=False),
        sa.Column("changed_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "length(quote) + length(body) > 0",
            name=op.f("ck_reading_notes_note_says_something"),
        ),
        sa.CheckConstraint(
            "length(body) <= 4000", name=op.f("ck_reading_notes_note_is_not_too_long")
        ),
        sa.CheckConstraint(
            "length(quote) <= 1200", name=op.f("ck_reading_notes_quote_is_not_too_long")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_reading_notes_enrolment_id_enrolments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_notes")),
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_note_per_form_sent"),
    )


def downgrade() -> None:
    op.drop_table("reading_notes")
