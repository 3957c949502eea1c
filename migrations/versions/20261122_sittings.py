"""Accommodations, windows and overrides of sittings, incidents and pauses.

Revision ID: 20261122_sittings
Revises: 20261122_search_passages
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_sittings"
down_revision = "20261122_search_passages"
branch_labels = None
depends_on = None

TABLES = (
    "attempt_pauses",
    "sitting_incidents",
    "sitting_rules",
    "group_members",
    "learner_groups",
    "accommodation_reasons",
    "accommodations",
)


def upgrade() -> None:
    accommodations()
    groups()
    sitting_rules()
    incidents()
    pauses()


def accommodations() -> None:
    op.create_table(
        "accommodations",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("programme_id"),
        reference("account_id"),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("unlimited", sa.Boolean(), nullable=False),
        sa.Column("pause_minutes", sa.Integer(), nullable=False),
        sa.Column("pauses_move_window", sa.Boolean(), nullable=False),
        sa.Column("larger_spacing", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        reference("approved_by"),
        sa.Column("approved_at", lms.db.Instant(), nullable=False),
        reference("withdrawn_by", nullable=True),
        sa.Column("withdrawn_at", lms.db.Instant(), nullable=True),
        *foreign_keys(
            "accommodations",
            programme_id="programmes",
            account_id="accounts",
            approved_by="accounts",
            withdrawn_by="accounts",
        ),
        *checks(
            "accommodations",
            extra_time_up_to_four_times="percent BETWEEN 100 AND 400",
            extra_minutes_up_to_a_day="minutes BETWEEN 0 AND 1440",
            pauses_up_to_a_day="pause_minutes BETWEEN 0 AND 1440",
            a_share_or_minutes_not_both="percent = 100 OR minutes = 0",
            accommodation_grants_something="percent > 100 OR minutes > 0 OR pause_minutes > 0"
            " OR unlimited OR larger_spacing",
            valid_until_after_valid_from="valid_until >= valid_from",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodations")),
    )
    op.create_index(
        "ix_accommodations_of_a_person", "accommodations", ["account_id", "programme_id"]
    )
    op.create_table(
        "accommodation_reasons",
        reference("accommodation_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        *foreign_keys("accommodation_reasons", accommodation_id="accommodations"),
        *checks(
            "accommodation_reasons",
            reason_says_something="length(trim(reason)) > 0",
            reason_is_not_too_long="length(reason) <= 2000",
        ),
        sa.PrimaryKeyConstraint("accommodation_id", name=op.f("pk_accommodation_reasons")),
    )


def groups() -> None:
    op.create_table(
        "learner_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("cohort_id"),
        sa.Column("name", sa.String(length=60), nullable=False),
        *foreign_keys("learner_groups", cohort_id="cohorts"),
        sa.UniqueConstraint("cohort_id", "name", name="group_names_differ_within_a_cohort"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_groups")),
    )
    op.create_table(
        "group_members",
        reference("group_id"),
        reference("enrolment_id"),
        *foreign_keys("group_members", group_id="learner_groups", enrolment_id="enrolments"),
        sa.PrimaryKeyConstraint("group_id", "enrolment_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_enrolment_id"), "group_members", ["enrolment_id"])


def sitting_rules() -> None:
    op.create_table(
        "sitting_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("cohort_id"),
        sa.Column("module_key", sa.String(length=80), nullable=False),
        reference("group_id", nullable=True),
        reference("enrolment_id", nullable=True),
        sa.Column("opens_at", lms.db.Instant(), nullable=True),
        sa.Column("closes_at", lms.db.Instant(), nullable=True),
        sa.Column("limit_minutes", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        *(
            sa.Column(f"lifts_{bound}", sa.Boolean(), nullable=False)
            for bound in ("opening", "closing", "limit", "attempts")
        ),
        reference("set_by"),
        sa.Column("set_at", lms.db.Instant(), nullable=False),
        *foreign_keys(
            "sitting_rules",
            cohort_id="cohorts",
            group_id="learner_groups",
            enrolment_id="enrolments",
            set_by="accounts",
        ),
        *checks(
            "sitting_rules",
            for_a_group_or_a_learner_not_both="group_id IS NULL OR enrolment_id IS NULL",
            closes_after_it_opens="closes_at > opens_at",
            limit_up_to_a_week="limit_minutes BETWEEN 1 AND 10080",
            attempts_from_one_to_a_hundred="attempts BETWEEN 1 AND 100",
            a_bound_is_set_or_lifted_not_both="NOT (lifts_opening AND opens_at IS NOT NULL)"
            " AND NOT (lifts_closing AND closes_at IS NOT NULL)"
            " AND NOT (lifts_limit AND limit_minutes IS NOT NULL)"
            " AND NOT (lifts_attempts AND attempts IS NOT NULL)",
        ),
        sa.UniqueConstraint("group_id", "module_key", name="one_rule_per_group_and_module"),
        sa.UniqueConstraint("enrolment_id", "module_key", name="one_rule_per_learner_and_module"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_rules")),
    )
    no_other = sa.text("group_id IS NULL AND enrolment_id IS NULL")
    op.create_index(
        "one_window_per_cohort_and_module",
        "sitting_rules",
        ["cohort_id", "module_key"],
        unique=True,
        sqlite_where=no_other,
        postgresql_where=no_other,
    )


def incidents() -> None:
    op.create_table(
        "sitting_incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("cohort_id"),
        sa.Column("module_key", sa.String(length=80), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        reference("declared_by"),
        sa.Column("declared_at", lms.db.Instant(), nullable=False),
        reference("withdrawn_by", nullable=True),
        sa.Column("withdrawn_at", lms.db.Instant(), nullable=True),
        *foreign_keys(
            "sitting_incidents",
            cohort_id="cohorts",
            declared_by="accounts",
            withdrawn_by="accounts",
        ),
        *checks(
            "sitting_incidents",
            incident_minutes_up_to_a_day="minutes BETWEEN 1 AND 1440",
            incident_says_what_happened="length(trim(description)) > 0",
        ),
        sa.UniqueConstraint("cohort_id", "ticket", name="one_incident_per_form_sent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_incidents")),
    )


def pauses() -> None:
    op.create_table(
        "attempt_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("attempt_id"),
        sa.Column("began_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        *foreign_keys("attempt_pauses", attempt_id="attempts"),
        *checks("attempt_pauses", pause_ends_after_it_began="ended_at >= began_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_pauses")),
    )
    op.create_index(op.f("ix_attempt_pauses_attempt_id"), "attempt_pauses", ["attempt_id"])
    lasting = sa.text("ended_at IS NULL")
    op.create_index(
        "one_pause_of_an_attempt_at_a_time",
        "attempt_pauses",
        ["attempt_id"],
        unique=True,
        sqlite_where=lasting,
        postgresql_where=lasting,
    )


def reference(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


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
    for table in TABLES:
        op.drop_table(table)
