"""The state of a place in a cohort, and the acts that changed it.

Revision ID: 20261122_seat_states
Revises: 20261122_mail_of_kinds
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_seat_states"
down_revision = "20261122_mail_of_kinds"
branch_labels = None
depends_on = None

STATES = "state IN ('active', 'paused', 'withdrawn')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # With its check in the column, the table need not be written anew.
        op.execute(
            "ALTER TABLE enrolments ADD COLUMN state VARCHAR(10) DEFAULT 'active' NOT NULL "
            f"CONSTRAINT ck_enrolments_seat_state_is_known CHECK ({STATES})"
        )
    else:
        op.add_column(
            "enrolments",
            sa.Column("state", sa.String(length=10), nullable=False, server_default="active"),
        )
        op.create_check_constraint(op.f("ck_enrolments_seat_state_is_known"), "enrolments", STATES)
    op.create_table(
        "enrolment_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_cohort_id", sa.Integer(), nullable=True),
        sa.Column("to_cohort_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("done_at", lms.db.Instant(), nullable=False),
        check("act_is_known", "kind IN ('pause', 'resume', 'withdraw', 'rejoin', 'move')"),
        check(
            "a_move_names_both_cohorts",
            "(kind = 'move') = (from_cohort_id IS NOT NULL AND to_cohort_id IS NOT NULL)",
        ),
        reference("enrolment_id", "enrolments"),
        reference("from_cohort_id", "cohorts"),
        reference("to_cohort_id", "cohorts"),
        reference("done_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_acts")),
    )
    op.create_index(op.f("ix_enrolment_acts_enrolment_id"), "enrolment_acts", ["enrolment_id"])
    refuse_changes("enrolment_acts")


def check(name: str, sentence: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sentence, name=op.f(f"ck_enrolment_acts_{name}"))


def reference(column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_enrolment_acts_{column}_{other}")
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
    op.drop_table("enrolment_acts")
    # Its check stands in the column and goes with it.
    op.drop_column("enrolments", "state")
