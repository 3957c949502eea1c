"""Live sessions, attendance by code and roster, the ledger of hours, calendar addresses.

Revision ID: 20261122_live_sessions
Revises: 20261122_faculty
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_live_sessions"
down_revision = "20261122_faculty"
branch_labels = None
depends_on = None

APPEND_ONLY = ("live_code_tries", "hours")


def upgrade() -> None:
    sessions()
    attendance()
    hours()
    op.create_table(
        "calendar_addresses",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=32), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        reference("calendar_addresses", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_addresses")),
    )
    for table in APPEND_ONLY:
        refuse_changes(table)


def sessions() -> None:
    op.create_table(
        "live_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("module_key", sa.String(length=80), nullable=True),
        sa.Column("starts_at", lms.db.Instant(), nullable=False),
        sa.Column("ends_at", lms.db.Instant(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("led_by", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        sa.Column("changed_at", lms.db.Instant(), nullable=False),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", lms.db.Instant(), nullable=True),
        check("live_sessions", "session_has_a_title", "length(trim(title)) > 0"),
        check("live_sessions", "session_ends_after_it_starts", "ends_at > starts_at"),
        check("live_sessions", "session_credits_some_minutes", "minutes > 0"),
        check("live_sessions", "mode_is_known", "mode IN ('in-person', 'online', 'hybrid')"),
        check("live_sessions", "capacity_seats_somebody", "capacity IS NULL OR capacity > 0"),
        check(
            "live_sessions",
            "somebody_cancelled_it",
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)",
        ),
        reference("live_sessions", "cohort_id", "cohorts"),
        reference("live_sessions", "made_by", "accounts"),
        reference("live_sessions", "cancelled_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_sessions")),
        sa.UniqueConstraint("uid", name="one_session_per_calendar_name"),
    )
    op.create_index("ix_live_sessions_of_a_cohort", "live_sessions", ["cohort_id", "starts_at"])


def attendance() -> None:
    op.create_table(
        "live_bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("booked_at", lms.db.Instant(), nullable=False),
        reference("live_bookings", "live_id", "live_sessions"),
        reference("live_bookings", "enrolment_id", "enrolments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_bookings")),
        sa.UniqueConstraint("live_id", "enrolment_id", name="one_place_per_learner_and_session"),
    )
    op.create_index(op.f("ix_live_bookings_enrolment_id"), "live_bookings", ["enrolment_id"])
    op.create_table(
        "live_code_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("live_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("tried_at", lms.db.Instant(), nullable=False),
        check("live_code_tries", "outcome_is_known", "outcome IN ('taken', 'passed', 'wrong')"),
        reference("live_code_tries", "live_id", "live_sessions"),
        reference("live_code_tries", "enrolment_id", "enrolments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_code_tries")),
    )
    op.create_index(
        "ix_live_code_tries_of_a_learner", "live_code_tries", ["live_id", "enrolment_id"]
    )


def hours() -> None:
    op.create_table(
        "hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("live_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=10), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        check("hours", "minutes_are_not_negative", "minutes >= 0"),
        check("hours", "mode_is_known", "mode IN ('in-person', 'live-online', 'asynchronous')"),
        check("hours", "evidence_is_known", "evidence IN ('code', 'roster')"),
        check(
            "hours",
            "a_correction_says_why",
            "(corrects_id IS NULL AND minutes > 0) OR length(trim(reason)) > 0",
        ),
        reference("hours", "enrolment_id", "enrolments"),
        reference("hours", "live_id", "live_sessions"),
        reference("hours", "release_id", "releases"),
        reference("hours", "corrects_id", "hours"),
        reference("hours", "recorded_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
        sa.UniqueConstraint("corrects_id", name="an_entry_is_corrected_once"),
    )
    op.create_index("ix_hours_of_a_session", "hours", ["live_id"])
    op.create_index(
        "ix_hours_once_per_learner_and_session",
        "hours",
        ["enrolment_id", "live_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )


def check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    for table in ("calendar_addresses", "hours", "live_code_tries", "live_bookings"):
        op.drop_table(table)
    op.drop_table("live_sessions")
