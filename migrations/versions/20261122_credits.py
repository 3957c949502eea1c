"""Approvals as a provider of continuing education, credits claimed by them, statements kept.

Revision ID: 20261122_credits
Revises: 20261122_brand_versions
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_credits"
down_revision = "20261122_brand_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    approvals()
    claims()
    statements()
    for table in ("credit_claims", "credit_statements"):
        refuse_changes(table)


def approvals() -> None:
    op.create_table(
        "provider_approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=160), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("unit_minutes", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        check("provider_approvals", "ends_after_it_begins", "valid_until >= valid_from"),
        check("provider_approvals", "a_unit_has_minutes", "unit_minutes >= 1"),
        reference("provider_approvals", "programme_id", "programmes"),
        reference("provider_approvals", "recorded_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_approvals")),
    )
    op.create_index(
        op.f("ix_provider_approvals_programme_id"), "provider_approvals", ["programme_id"]
    )


def claims() -> None:
    op.create_table(
        "credit_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("claimed_at", lms.db.Instant(), nullable=False),
        check("credit_claims", "minutes_are_not_negative", "minutes >= 0"),
        reference("credit_claims", "credential_id", "credentials"),
        reference("credit_claims", "approval_id", "provider_approvals"),
        sa.UniqueConstraint("credential_id", "approval_id", name="one_claim_by_each_approval"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_claims")),
    )
    op.create_index(op.f("ix_credit_claims_approval_id"), "credit_claims", ["approval_id"])


def statements() -> None:
    op.create_table(
        "credit_statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("paper", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        check("credit_statements", "paper_is_known", "paper IN ('a4', 'letter')"),
        reference("credit_statements", "claim_id", "credit_claims"),
        sa.UniqueConstraint("claim_id", "paper", name="one_statement_of_a_claim_and_paper"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_statements")),
    )
    op.create_index(op.f("ix_credit_statements_sha256"), "credit_statements", ["sha256"])


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
    for table in ("credit_statements", "credit_claims", "provider_approvals"):
        op.drop_table(table)
