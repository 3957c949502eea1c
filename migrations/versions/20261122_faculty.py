"""What a programme demands, what its people may teach, site partners, and completion conferred.

Revision ID: 20261122_faculty
Revises: 20261122_cohort_settings
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_faculty"
down_revision = "20261122_cohort_settings"
branch_labels = None
depends_on = None

APPEND_ONLY = ("partner_consents", "conferrals")


def upgrade() -> None:
    op.create_table(
        "programme_rules",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("director_confers", sa.Boolean(), nullable=False),
        reference("programme_rules", "programme_id", "programmes"),
        sa.PrimaryKeyConstraint("programme_id", name=op.f("pk_programme_rules")),
    )
    competences()
    partners()
    op.create_table(
        "conferrals",
        sa.Column("enrolment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conferred_by", sa.Integer(), nullable=False),
        sa.Column("conferred_at", lms.db.Instant(), nullable=False),
        reference("conferrals", "enrolment_id", "enrolments"),
        reference("conferrals", "conferred_by", "accounts"),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_conferrals")),
    )
    for table in APPEND_ONLY:
        refuse_change(table)


def competences() -> None:
    op.create_table(
        "competences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(length=80), nullable=False),
        sa.Column("module_key", sa.String(length=120), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "basis IN ('degree', 'licence', 'training', 'experience')",
            name=op.f("ck_competences_basis_is_known"),
        ),
        sa.CheckConstraint(
            "length(trim(evidence)) > 0", name=op.f("ck_competences_competence_has_evidence")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)",
            name=op.f("ck_competences_whoever_ends_it_is_named"),
        ),
        reference("competences", "programme_id", "programmes"),
        reference("competences", "account_id", "accounts"),
        reference("competences", "recorded_by", "accounts"),
        reference("competences", "ended_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competences")),
    )
    op.create_index(op.f("ix_competences_account_id"), "competences", ["account_id"])
    in_force = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_competences_one_in_force_per_module",
        "competences",
        ["programme_id", "account_id", "course_slug", "module_key"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def partners() -> None:
    op.create_table(
        "partner_sites",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        reference("partner_sites", "programme_id", "programmes"),
        reference("partner_sites", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("programme_id", "account_id", name=op.f("pk_partner_sites")),
    )
    op.create_table(
        "partner_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("said_at", lms.db.Instant(), nullable=False),
        reference("partner_consents", "enrolment_id", "enrolments"),
        reference("partner_consents", "partner_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_consents")),
    )
    op.create_index(
        "ix_partner_consents_by_partner", "partner_consents", ["partner_id", "enrolment_id", "id"]
    )


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
    )


def refuse_change(table: str) -> None:
    """Have the database itself refuse to alter or remove a recorded fact."""
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
        "conferrals",
        "partner_consents",
        "partner_sites",
        "competences",
        "programme_rules",
    ):
        op.drop_table(table)
