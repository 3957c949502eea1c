"""What comes before an award: disclosures and who saw them, names under a code, evaluations.

Revision ID: 20261122_closing
Revises: 20261122_acts_on_credentials
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_closing"
down_revision = "20261122_acts_on_credentials"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "disclosure_receipts",
    "ethics_attestations",
    "evaluation_receipts",
    "evaluation_answers",
)


def upgrade() -> None:
    disclosures()
    promises()
    evaluations()
    for table in APPEND_ONLY:
        refuse_changes(table)


def disclosures() -> None:
    op.create_table(
        "disclosures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("interests", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "ended_at >= recorded_at", name=op.f("ck_disclosures_ends_after_it_began")
        ),
        reference("disclosures", "programme_id", "programmes"),
        reference("disclosures", "recorded_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index(op.f("ix_disclosures_programme_id"), "disclosures", ["programme_id"])
    receipts("disclosure_receipts", sa.Column("seen_at", lms.db.Instant(), nullable=False))


def promises() -> None:
    receipts(
        "ethics_attestations",
        sa.Column("typed_name", sa.String(length=120), nullable=False),
        sa.Column("attested_at", lms.db.Instant(), nullable=False),
    )


def receipts(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        *columns,
        reference(table, "enrolment_id", "enrolments"),
        sa.PrimaryKeyConstraint("enrolment_id", "digest", name=op.f(f"pk_{table}")),
    )


def evaluations() -> None:
    op.create_table(
        "evaluation_receipts",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        reference("evaluation_receipts", "enrolment_id", "enrolments"),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_evaluation_receipts")),
    )
    op.create_table(
        "evaluation_answers",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        reference("evaluation_answers", "programme_id", "programmes"),
        reference("evaluation_answers", "release_id", "releases"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_evaluation_answers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_evaluation_answers_programme_id"), "evaluation_answers", ["programme_id"]
    )


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
    for table in ("evaluation_answers", "evaluation_receipts", "ethics_attestations"):
        op.drop_table(table)
    op.drop_table("disclosure_receipts")
    op.drop_table("disclosures")
