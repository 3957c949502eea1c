"""Rosters: numbers of people in other registers, files, their rows, invitations.

Revision ID: 20261122_rosters
Revises: 20261122_qualifications
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_rosters"
down_revision = "20261122_qualifications"
branch_labels = None
depends_on = None

TABLES = (
    "external_ids",
    "rosters",
    "roster_rows",
    "roster_invitations",
)


def upgrade() -> None:
    external_ids()
    rosters()
    roster_rows()
    roster_invitations()


def external_ids() -> None:
    op.create_table(
        "external_ids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", lms.db.Instant(), nullable=False),
        check("external_ids", "external_id_is_not_empty", "length(trim(external_id)) > 0"),
        reference("external_ids", "programme_id", "programmes"),
        reference("external_ids", "account_id", "accounts"),
        sa.UniqueConstraint(
            "programme_id", "account_id", name="one_external_id_of_a_person_in_a_programme"
        ),
        sa.UniqueConstraint(
            "programme_id", "external_id", name="one_person_of_an_external_id_in_a_programme"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_ids")),
    )
    op.create_index(op.f("ix_external_ids_account_id"), "external_ids", ["account_id"])


def rosters() -> None:
    op.create_table(
        "rosters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=True),
        sa.Column("detail", sa.String(length=80), nullable=False),
        sa.Column("is_guess", sa.Boolean(), nullable=False),
        sa.Column("ignored", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(length=500), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("claimed_until", lms.db.Instant(), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("sent_at", lms.db.Instant(), nullable=False),
        sa.Column("tried_at", lms.db.Instant(), nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("applied_at", lms.db.Instant(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", lms.db.Instant(), nullable=True),
        check("rosters", "unreadable_says_why", "(state = 'unreadable') = (problem IS NOT NULL)"),
        check("rosters", "form_of_the_file_is_known", "form IN ('csv', 'xlsx')"),
        check("rosters", "undone_says_when", "(state = 'undone') = (undone_at IS NOT NULL)"),
        check("rosters", "the_file_goes_once_it_is_read", "state = 'waiting' OR file_name IS NULL"),
        check(
            "rosters",
            "applied_says_when",
            "(state IN ('applied', 'undone')) = (applied_at IS NOT NULL)",
        ),
        check(
            "rosters",
            "roster_state_is_known",
            "state IN ('waiting', 'tried', 'unreadable', 'applied', 'discarded', 'undone')",
        ),
        reference("rosters", "programme_id", "programmes"),
        reference("rosters", "cohort_id", "cohorts"),
        reference("rosters", "sent_by", "accounts"),
        reference("rosters", "applied_by", "accounts"),
        reference("rosters", "undone_by", "accounts"),
        sa.UniqueConstraint("file_name", name=op.f("uq_rosters_file_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rosters")),
    )
    op.create_index(op.f("ix_rosters_cohort_id"), "rosters", ["cohort_id"])
    op.create_index(op.f("ix_rosters_programme_id"), "rosters", ["programme_id"])
    op.create_index(
        "ix_rosters_waiting",
        "rosters",
        ["id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def roster_rows() -> None:
    op.create_table(
        "roster_rows",
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("profession", sa.String(length=120), nullable=False),
        sa.Column("licence_number", sa.String(length=60), nullable=False),
        sa.Column("licence_jurisdiction", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("acts", sa.String(length=60), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("made_account", sa.Boolean(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("undone", sa.String(length=6), nullable=True),
        sa.Column("stays_because", sa.String(length=40), nullable=True),
        check(
            "roster_rows",
            "verdict_on_a_row_is_known",
            "verdict IN ('new', 'match', 'change', 'conflict', 'error')",
        ),
        check(
            "roster_rows",
            "what_stays_says_why",
            "(undone = 'stays') = (stays_because IS NOT NULL) OR undone IS NULL",
        ),
        check("roster_rows", "rows_count_from_one", "number >= 1"),
        check("roster_rows", "end_of_a_row_is_known", "undone IN ('undone', 'stays')"),
        reference("roster_rows", "roster_id", "rosters"),
        reference("roster_rows", "account_id", "accounts"),
        reference("roster_rows", "enrolment_id", "enrolments"),
        sa.PrimaryKeyConstraint("roster_id", "number", name=op.f("pk_roster_rows")),
    )
    op.create_index(op.f("ix_roster_rows_account_id"), "roster_rows", ["account_id"])
    op.create_index(op.f("ix_roster_rows_enrolment_id"), "roster_rows", ["enrolment_id"])
    op.create_index("ix_roster_rows_verdict", "roster_rows", ["roster_id", "verdict", "number"])


def roster_invitations() -> None:
    op.create_table(
        "roster_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("times_sent", sa.Integer(), nullable=False),
        sa.Column("invited_at", lms.db.Instant(), nullable=False),
        sa.Column("written_at", lms.db.Instant(), nullable=True),
        sa.Column("expires_at", lms.db.Instant(), nullable=True),
        sa.Column("used_at", lms.db.Instant(), nullable=True),
        sa.Column("withdrawn_at", lms.db.Instant(), nullable=True),
        check(
            "roster_invitations",
            "written_with_its_link",
            "(written_at IS NULL) = (token_hash IS NULL)",
        ),
        check(
            "roster_invitations",
            "a_written_link_expires",
            "(written_at IS NULL) = (expires_at IS NULL)",
        ),
        check(
            "roster_invitations",
            "used_or_withdrawn_not_both",
            "used_at IS NULL OR withdrawn_at IS NULL",
        ),
        reference("roster_invitations", "roster_id", "rosters"),
        reference("roster_invitations", "programme_id", "programmes"),
        reference("roster_invitations", "cohort_id", "cohorts"),
        reference("roster_invitations", "account_id", "accounts"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_roster_invitations_token_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_invitations")),
    )
    op.create_index(op.f("ix_roster_invitations_account_id"), "roster_invitations", ["account_id"])
    op.create_index(
        "ix_roster_invitations_of_an_address", "roster_invitations", ["cohort_id", "email"]
    )
    op.create_index(op.f("ix_roster_invitations_roster_id"), "roster_invitations", ["roster_id"])
    op.create_index(
        "ix_roster_invitations_unwritten",
        "roster_invitations",
        ["id"],
        sqlite_where=sa.text("written_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("written_at IS NULL AND withdrawn_at IS NULL"),
    )


def check(table: str, name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}"))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
