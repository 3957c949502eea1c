"""Rules of reminders, and announcements.

Revision ID: 20261122_reminders_announcements
Revises: 20261122_completion_reports
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_reminders_announcements"
down_revision = "20261122_completion_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_rules",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", lms.db.Instant(), nullable=False),
        check("reminder_rules", "days_within_a_year", "days BETWEEN 0 AND 365"),
        reference("reminder_rules", "programme_id", "programmes"),
        reference("reminder_rules", "changed_by", "accounts"),
        sa.PrimaryKeyConstraint("programme_id", "rule", name=op.f("pk_reminder_rules")),
    )
    op.create_table(
        "reminder_rounds",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("begun_at", lms.db.Instant(), nullable=False),
        sa.Column("finished_at", lms.db.Instant(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=False, server_default="0"),
        reference("reminder_rounds", "programme_id", "programmes"),
        sa.PrimaryKeyConstraint("programme_id", "on", name=op.f("pk_reminder_rounds")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", lms.db.Instant(), nullable=False),
        sa.Column("send_at", lms.db.Instant(), nullable=True),
        sa.Column("sent_at", lms.db.Instant(), nullable=True),
        sa.Column("readers", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("recalled_at", lms.db.Instant(), nullable=True),
        sa.Column("recalled_by", sa.Integer(), nullable=True),
        check("announcements", "announcement_has_a_subject", "length(trim(subject)) > 0"),
        check("announcements", "announcement_has_a_text", "length(trim(body)) > 0"),
        check("announcements", "sent_when_it_was_due", "sent_at IS NULL OR send_at IS NOT NULL"),
        check(
            "announcements",
            "only_what_was_sent_is_recalled",
            "recalled_at IS NULL OR sent_at IS NOT NULL",
        ),
        reference("announcements", "programme_id", "programmes"),
        reference("announcements", "cohort_id", "cohorts"),
        reference("announcements", "written_by", "accounts"),
        reference("announcements", "recalled_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    for column in ("programme_id", "cohort_id"):
        op.create_index(op.f(f"ix_announcements_{column}"), "announcements", [column])


def check(table: str, name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}"))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def downgrade() -> None:
    op.drop_table("announcements")
    op.drop_table("reminder_rounds")
    op.drop_table("reminder_rules")
