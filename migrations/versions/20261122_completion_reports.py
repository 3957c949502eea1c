"""Completion reports: consents, activities, reports, and what came back.

Revision ID: 20261122_completion_reports
Revises: 20261122_rosters
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_completion_reports"
down_revision = "20261122_rosters"
branch_labels = None
depends_on = None

TABLES = (
    "report_consents",
    "reported_activities",
    "completion_reports",
    "report_lines",
)


def upgrade() -> None:
    report_consents()
    reported_activities()
    completion_reports()
    report_lines()


def report_consents() -> None:
    op.create_table(
        "report_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("wording", sa.String(length=64), nullable=False),
        sa.Column("given_at", lms.db.Instant(), nullable=False),
        sa.Column("withdrawn_at", lms.db.Instant(), nullable=True),
        check("report_consents", "names_its_wording_by_a_sha256", "length(wording) = 64"),
        check(
            "report_consents",
            "sealed_until_it_is_withdrawn",
            "(withdrawn_at IS NULL) = (sealed IS NOT NULL)",
        ),
        reference("report_consents", "programme_id", "programmes"),
        reference("report_consents", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_consents")),
    )
    op.create_index(op.f("ix_report_consents_account_id"), "report_consents", ["account_id"])
    op.create_index(
        "one_consent_of_a_person_at_a_time",
        "report_consents",
        ["programme_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def reported_activities() -> None:
    op.create_table(
        "reported_activities",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=80), nullable=False),
        sa.Column("activity_id", sa.String(length=60), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", lms.db.Instant(), nullable=False),
        check("reported_activities", "activity_id_is_not_empty", "length(trim(activity_id)) > 0"),
        reference("reported_activities", "programme_id", "programmes"),
        reference("reported_activities", "set_by", "accounts"),
        sa.PrimaryKeyConstraint("programme_id", "course", name=op.f("pk_reported_activities")),
    )


def completion_reports() -> None:
    op.create_table(
        "completion_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("course", sa.String(length=80), nullable=False),
        sa.Column("activity_id", sa.String(length=60), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        reference("completion_reports", "programme_id", "programmes"),
        reference("completion_reports", "made_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_reports")),
    )
    op.create_index(
        op.f("ix_completion_reports_programme_id"), "completion_reports", ["programme_id"]
    )


def report_lines() -> None:
    op.create_table(
        "report_lines",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("rejected_at", lms.db.Instant(), nullable=True),
        sa.Column("rejection", sa.String(length=300), nullable=True),
        sa.Column("settled_at", lms.db.Instant(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        check("report_lines", "rejected_says_why", "(rejected_at IS NULL) = (rejection IS NULL)"),
        check(
            "report_lines",
            "only_what_is_rejected_is_settled",
            "settled_at IS NULL OR rejected_at IS NOT NULL",
        ),
        reference("report_lines", "report_id", "completion_reports"),
        reference("report_lines", "credential_id", "credentials"),
        reference("report_lines", "consent_id", "report_consents"),
        reference("report_lines", "settled_by", "accounts"),
        sa.UniqueConstraint("report_id", "credential_id", name="one_line_of_a_credential"),
        sa.PrimaryKeyConstraint("report_id", "number", name=op.f("pk_report_lines")),
    )
    op.create_index(op.f("ix_report_lines_consent_id"), "report_lines", ["consent_id"])
    op.create_index(op.f("ix_report_lines_credential_id"), "report_lines", ["credential_id"])


def check(table: str, name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}"))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
