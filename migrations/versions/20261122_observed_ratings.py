"""Observed ratings: observations, two raters and one who adjudicates, remediation.

Revision ID: 20261122_observed_ratings
Revises: 20261122_practice_log
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_observed_ratings"
down_revision = "20261122_practice_log"
branch_labels = None
depends_on = None

TABLES = ("remediation_plans", "observed_ratings", "observations")


def upgrade() -> None:
    observations()
    ratings()
    remediation_plans()


def observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("checklist", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("setting", sa.String(length=12), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", lms.db.Instant(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "setting IN ('role-play', 'simulation', 'session', 'recording')",
            name=op.f("ck_observations_setting_is_known"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            name=op.f("ck_observations_somebody_withdrew_it"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name=op.f("fk_observations_enrolment_id_enrolments"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["accounts.id"], name=op.f("fk_observations_opened_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_observations_release_id_releases")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["accounts.id"], name=op.f("fk_observations_withdrawn_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_observation_per_form_sent"),
    )
    op.create_index(
        op.f("ix_observations_enrolment_id"), "observations", ["enrolment_id"], unique=False
    )


def ratings() -> None:
    op.create_table(
        "observed_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("named_at", lms.db.Instant(), nullable=False),
        sa.Column("handed_in_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "seat IN (1, 2, 3)", name=op.f("ck_observed_ratings_two_raters_and_one_who_adjudicates")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_observed_ratings_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observations.id"],
            name=op.f("fk_observed_ratings_observation_id_observations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observed_ratings")),
        sa.UniqueConstraint(
            "observation_id", "account_id", name="nobody_rates_an_observation_twice"
        ),
        sa.UniqueConstraint("observation_id", "seat", name="one_person_per_seat"),
    )
    op.create_index(
        op.f("ix_observed_ratings_account_id"), "observed_ratings", ["account_id"], unique=False
    )
    refuse_what_was_handed_in()


def remediation_plans() -> None:
    op.create_table(
        "remediation_plans",
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "length(steps) <= 1000", name=op.f("ck_remediation_plans_plan_is_not_too_long")
        ),
        sa.CheckConstraint(
            "length(trim(steps)) > 0", name=op.f("ck_remediation_plans_plan_says_what_to_do")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_remediation_plans_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observations.id"],
            name=op.f("fk_remediation_plans_observation_id_observations"),
        ),
        sa.PrimaryKeyConstraint("observation_id", name=op.f("pk_remediation_plans")),
    )


def refuse_what_was_handed_in() -> None:
    """Have the database itself refuse to alter a rating that was handed in, or to remove any."""
    locked = "OLD.handed_in_at IS NOT NULL"
    if op.get_bind().dialect.name == "sqlite":
        for verb, when in (("UPDATE", f"WHEN {locked} "), ("DELETE", "")):
            op.execute(
                f"CREATE TRIGGER observed_ratings_refuses_{verb.lower()} BEFORE {verb} "
                f"ON observed_ratings {when}"
                "BEGIN SELECT RAISE(ABORT, 'what was handed in is final'); END"
            )
        return
    for verb, when in (("UPDATE", f"WHEN ({locked}) "), ("DELETE", "")):
        op.execute(
            f"CREATE TRIGGER observed_ratings_refuses_{verb.lower()} BEFORE {verb} "
            f"ON observed_ratings FOR EACH ROW {when}EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
