"""Answers of every kind, certainty, advances, deadlines, voids, flags and markers' points.

Revision ID: 20261122_answers_of_every_kind
Revises: 20261122_sittings
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_answers_of_every_kind"
down_revision = "20261122_sittings"
branch_labels = None
depends_on = None

APPEND_ONLY = ("advances", "manual_marks")


def upgrade() -> None:
    with op.batch_alter_table("response_steps", copy_from=_steps_of_old()) as steps:
        steps.alter_column(
            "option",
            new_column_name="answer",
            type_=sa.Text(),
            existing_type=sa.String(length=8),
            existing_nullable=False,
        )
        steps.add_column(sa.Column("certainty", sa.SmallInteger(), nullable=True))
        steps.create_check_constraint(
            op.f("ck_response_steps_certainty_one_to_three"), "certainty BETWEEN 1 AND 3"
        )
    with op.batch_alter_table("scores", copy_from=_scores_of_old()) as scores:
        scores.add_column(sa.Column("parts", sa.Integer(), nullable=False, server_default="1"))
        scores.create_check_constraint(op.f("ck_scores_counted_in_parts"), "parts >= 1")
    for table in ("response_steps", "scores"):
        _refuse_again(table)
    for column in (
        sa.Column("closes_at", lms.db.Instant(), nullable=True),
        sa.Column("grace_seconds", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("paused_at", lms.db.Instant(), nullable=True),
        sa.Column("voided_at", lms.db.Instant(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
    ):
        op.add_column("attempts", column)
    _create_tables()
    for table in APPEND_ONLY:
        _refuse_change(table)


def downgrade() -> None:
    for table in (*APPEND_ONLY, "slot_flags"):
        op.drop_table(table)
    for name in ("void_reason", "voided_at", "paused_at", "grace_seconds", "closes_at"):
        op.drop_column("attempts", name)
    with op.batch_alter_table("scores", copy_from=_scores_of_new()) as scores:
        scores.drop_constraint(op.f("ck_scores_counted_in_parts"), type_="check")
        scores.drop_column("parts")
    with op.batch_alter_table("response_steps", copy_from=_steps_of_new()) as steps:
        steps.drop_constraint(op.f("ck_response_steps_certainty_one_to_three"), type_="check")
        steps.drop_column("certainty")
        steps.alter_column(
            "answer",
            new_column_name="option",
            type_=sa.String(length=8),
            existing_type=sa.Text(),
            existing_nullable=False,
        )
    for table in ("response_steps", "scores"):
        _refuse_again(table)


def _create_tables() -> None:
    op.create_table(
        "advances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("first_slot", sa.Integer(), nullable=False),
        sa.Column("last_slot", sa.Integer(), nullable=False),
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "first_slot >= 1 AND last_slot >= first_slot",
            name=op.f("ck_advances_locks_first_to_last"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_advances_attempt_id_attempts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advances")),
        sa.UniqueConstraint(
            "attempt_id", "first_slot", "last_slot", name="slots_are_locked_together_once"
        ),
    )
    op.create_table(
        "slot_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_slot_flags_counted_from_one")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_slot_flags_attempt_id_attempts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_flags")),
        sa.UniqueConstraint("attempt_id", "slot", name="one_flag_per_slot"),
    )
    op.create_table(
        "manual_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=8), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=False),
        sa.Column("marked_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "slot >= 1 AND points >= 0", name=op.f("ck_manual_marks_points_in_a_slot")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_manual_marks_attempt_id_attempts")
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["accounts.id"], name=op.f("fk_manual_marks_marked_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_marks")),
    )
    op.create_index("ix_manual_marks_attempt_id", "manual_marks", ["attempt_id"])


# SQLite rewrites a table whose column changes; it is told what the table was, since it cannot
# read its own CHECK constraints back.


def _steps(*columns: "sa.Column[object] | sa.CheckConstraint") -> sa.Table:
    return sa.Table(
        "response_steps",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *columns,
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "slot >= 1 AND sequence >= 1", name=op.f("ck_response_steps_counted_from_one")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_response_steps_attempt_id_attempts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_steps")),
        sa.UniqueConstraint(
            "attempt_id", "slot", "sequence", name="one_step_per_slot_and_sequence"
        ),
    )


def _steps_of_old() -> sa.Table:
    return _steps(sa.Column("option", sa.String(length=8), nullable=False))


def _steps_of_new() -> sa.Table:
    return _steps(
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("certainty", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            "certainty BETWEEN 1 AND 3", name=op.f("ck_response_steps_certainty_one_to_three")
        ),
    )


def _scores(*columns: "sa.Column[object] | sa.CheckConstraint") -> sa.Table:
    return sa.Table(
        "scores",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("cut_percent", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("scored_at", lms.db.Instant(), nullable=False),
        *columns,
        sa.CheckConstraint(
            "points >= 0 AND points <= maximum", name=op.f("ck_scores_points_within_maximum")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_scores_attempt_id_attempts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint("attempt_id", "revision", name="one_score_per_revision"),
    )


def _scores_of_old() -> sa.Table:
    return _scores()


def _scores_of_new() -> sa.Table:
    return _scores(
        sa.Column("parts", sa.Integer(), nullable=False, server_default="1"),
        sa.CheckConstraint("parts >= 1", name=op.f("ck_scores_counted_in_parts")),
    )


def _refuse_again(table: str) -> None:
    """A rewritten table has lost its triggers; PostgreSQL rewrites none."""
    if op.get_bind().dialect.name == "sqlite":
        _refuse_change(table)


def _refuse_change(table: str) -> None:
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
