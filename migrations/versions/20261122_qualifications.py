"""Qualifications that expire, and which of them a programme asks for.

Revision ID: 20261122_qualifications
Revises: 20261122_live_sessions
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_qualifications"
down_revision = "20261122_live_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qualification_demands",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", lms.db.Instant(), nullable=False),
        reference("qualification_demands", "programme_id", "programmes"),
        reference("qualification_demands", "asked_by", "accounts"),
        sa.PrimaryKeyConstraint("programme_id", "kind", name=op.f("pk_qualification_demands")),
    )
    op.create_table(
        "qualifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("proof_name", sa.String(length=40), nullable=True),
        sa.Column("proof_type", sa.String(length=20), nullable=False),
        sa.Column("proof_size", sa.Integer(), nullable=False),
        sa.Column("proof_sha256", sa.String(length=64), nullable=False),
        sa.Column("stated_at", lms.db.Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", lms.db.Instant(), nullable=True),
        sa.Column("removed_at", lms.db.Instant(), nullable=True),
        check("qualification_has_an_issuer", "length(trim(issuer)) > 0"),
        check("expires_after_it_was_issued", "expires_on >= issued_on"),
        check("outcome_is_known", "outcome IN ('confirmed', 'not-confirmed')"),
        check(
            "somebody_decided_it",
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
        ),
        check(
            "refusal_says_why",
            "outcome IS NULL OR outcome = 'confirmed' OR length(trim(words)) > 0",
        ),
        check("a_proof_until_taken_back", "(removed_at IS NULL) = (proof_name IS NOT NULL)"),
        reference("qualifications", "programme_id", "programmes"),
        reference("qualifications", "account_id", "accounts"),
        reference("qualifications", "decided_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualifications")),
        sa.UniqueConstraint("account_id", "ticket", name="one_qualification_per_form_sent"),
        sa.UniqueConstraint("proof_name", name="one_qualification_per_proof"),
    )
    op.create_index(
        "ix_qualifications_of_a_programme", "qualifications", ["programme_id", "expires_on"]
    )
    op.create_index(
        "ix_qualifications_of_a_person", "qualifications", ["account_id", "programme_id"]
    )


def check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_qualifications_{name}"))


def reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def downgrade() -> None:
    op.drop_table("qualifications")
    op.drop_table("qualification_demands")
