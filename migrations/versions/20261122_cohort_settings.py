"""What a cohort is set to, who waits for it, who is invited, and days of one's own.

Revision ID: 20261122_cohort_settings
Revises: 20261122_roles_of_a_programme
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_cohort_settings"
down_revision = "20261122_roles_of_a_programme"
branch_labels = None
depends_on = None

CHECKS = {
    "cadence_weeks": ("cadence_up_to_a_year", "cadence_weeks BETWEEN 1 AND 52"),
    "capacity": ("capacity_for_somebody", "capacity BETWEEN 1 AND 100000"),
}
APPEND_ONLY = ("due_extensions", "invitation_uses")


def upgrade() -> None:
    settings()
    parts()
    extensions()
    waiting()
    invitations()
    for table in APPEND_ONLY:
        refuse_changes(table)


def settings() -> None:
    for column, (name, sentence) in CHECKS.items():
        if op.get_bind().dialect.name == "sqlite":
            # With its check in the column, the table need not be written anew.
            op.execute(
                f"ALTER TABLE cohorts ADD COLUMN {column} INTEGER "
                f"CONSTRAINT ck_cohorts_{name} CHECK ({sentence})"
            )
        else:
            op.add_column("cohorts", sa.Column(column, sa.Integer(), nullable=True))
            op.create_check_constraint(op.f(f"ck_cohorts_{name}"), "cohorts", sentence)
    op.add_column(
        "cohorts",
        sa.Column("has_waiting_list", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def parts() -> None:
    op.create_table(
        "cohort_required_modules",
        number("cohort_id"),
        sa.Column("module_key", sa.String(length=120), nullable=False),
        reference("cohort_required_modules", "cohort_id", "cohorts"),
        sa.PrimaryKeyConstraint("cohort_id", "module_key", name=op.f("pk_cohort_required_modules")),
    )
    op.create_table(
        "cohort_faculty",
        number("cohort_id"),
        number("account_id"),
        number("added_by"),
        instant("added_at"),
        reference("cohort_faculty", "cohort_id", "cohorts"),
        reference("cohort_faculty", "account_id", "accounts"),
        reference("cohort_faculty", "added_by", "accounts"),
        sa.PrimaryKeyConstraint("cohort_id", "account_id", name=op.f("pk_cohort_faculty")),
    )
    op.create_table(
        "cohort_due_rules",
        number("cohort_id"),
        sa.Column("module_key", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        check("cohort_due_rules", "a_day_or_days_not_both", "(due_on IS NULL) <> (days IS NULL)"),
        check("cohort_due_rules", "days_up_to_ten_years", "days BETWEEN 1 AND 3650"),
        reference("cohort_due_rules", "cohort_id", "cohorts"),
        sa.PrimaryKeyConstraint("cohort_id", "module_key", name=op.f("pk_cohort_due_rules")),
    )


def extensions() -> None:
    op.create_table(
        "due_extensions",
        number("id"),
        number("enrolment_id"),
        sa.Column("module_key", sa.String(length=120), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        number("granted_by"),
        instant("granted_at"),
        reference("due_extensions", "enrolment_id", "enrolments"),
        reference("due_extensions", "granted_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_extensions")),
    )
    op.create_index(op.f("ix_due_extensions_enrolment_id"), "due_extensions", ["enrolment_id"])


def waiting() -> None:
    op.create_table(
        "waiting_places",
        number("id"),
        number("cohort_id"),
        number("account_id"),
        instant("joined_at"),
        instant("ended_at", nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        check(
            "waiting_places",
            "waiting_ends_in_a_known_way",
            "outcome IN ('enrolled', 'left', 'removed')",
        ),
        check("waiting_places", "an_end_has_an_outcome", "(ended_at IS NULL) = (outcome IS NULL)"),
        reference("waiting_places", "cohort_id", "cohorts"),
        reference("waiting_places", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_places")),
    )
    op.create_index(op.f("ix_waiting_places_account_id"), "waiting_places", ["account_id"])
    op.create_index(
        "ix_waiting_places_one_open_per_person_and_cohort",
        "waiting_places",
        ["cohort_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def invitations() -> None:
    table = "cohort_invitations"
    op.create_table(
        table,
        number("id"),
        number("cohort_id"),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=4), nullable=False),
        number("most_uses"),
        number("uses"),
        number("made_by"),
        instant("made_at"),
        instant("expires_at"),
        instant("ended_at", nullable=True),
        check(table, "uses_up_to_a_thousand", "most_uses BETWEEN 1 AND 1000"),
        check(table, "never_used_too_often", "uses BETWEEN 0 AND most_uses"),
        check(table, "expires_after_it_was_made", "expires_at > made_at"),
        reference(table, "cohort_id", "cohorts"),
        reference(table, "made_by", "accounts"),
        sa.UniqueConstraint("code_hash", name=op.f("uq_cohort_invitations_code_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_invitations")),
    )
    op.create_index(op.f("ix_cohort_invitations_cohort_id"), table, ["cohort_id"])
    op.create_table(
        "invitation_uses",
        number("invitation_id"),
        number("account_id"),
        instant("used_at"),
        reference("invitation_uses", "invitation_id", table),
        reference("invitation_uses", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("invitation_id", "account_id", name=op.f("pk_invitation_uses")),
    )


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, lms.db.Instant(), nullable=nullable)


def check(table: str, name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_{table}_{name}"))


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
    for table in (
        "invitation_uses",
        "cohort_invitations",
        "waiting_places",
        "due_extensions",
        "cohort_due_rules",
        "cohort_faculty",
        "cohort_required_modules",
    ):
        op.drop_table(table)
    # A check that stands in its column goes with it.
    for column in (*CHECKS, "has_waiting_list"):
        op.drop_column("cohorts", column)
