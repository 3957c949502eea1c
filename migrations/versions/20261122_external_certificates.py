"""Certificates from elsewhere on a transcript, and what a programme found when it checked them.

Revision ID: 20261122_external_certificates
Revises: 20261122_safety_rechecks
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_external_certificates"
down_revision = "20261122_safety_rechecks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    certificates()
    checks_of_certificates()


def certificates() -> None:
    table = "external_certificates"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("credit", sa.String(length=20), nullable=False),
        sa.Column("proof_name", sa.String(length=40), nullable=True),
        sa.Column("proof_type", sa.String(length=20), nullable=True),
        sa.Column("proof_size", sa.Integer(), nullable=True),
        sa.Column("proof_sha256", sa.String(length=64), nullable=True),
        sa.Column("added_at", lms.db.Instant(), nullable=False),
        sa.Column("removed_at", lms.db.Instant(), nullable=True),
        *foreign_keys(table, account_id="accounts"),
        *checks(
            table,
            external_certificate_has_a_title="length(trim(title)) > 0",
            external_certificate_has_an_issuer="length(trim(issuer)) > 0",
            minutes_are_not_negative="minutes >= 0",
            expires_after_completion="expires_on IS NULL OR expires_on >= completed_on",
            proof_is_whole_or_absent="(proof_name IS NULL) = (proof_type IS NULL)"
            " AND (proof_name IS NULL) = (proof_sha256 IS NULL)"
            " AND (proof_name IS NULL) = (proof_size IS NULL)",
            proof_type_is_known="proof_type IN ('application/pdf', 'image/png', 'image/jpeg')",
        ),
        sa.UniqueConstraint("account_id", "ticket", name="one_external_certificate_per_form_sent"),
        sa.UniqueConstraint("proof_name", name="one_external_certificate_per_proof"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_account_id"), table, ["account_id"])


def checks_of_certificates() -> None:
    table = "external_checks"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", lms.db.Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", lms.db.Instant(), nullable=True),
        *foreign_keys(
            table,
            certificate_id="external_certificates",
            programme_id="programmes",
            decided_by="accounts",
        ),
        *checks(
            table,
            outcome_is_known="outcome IN ('confirmed', 'not-confirmed')",
            somebody_decided_it="(outcome IS NULL) = (decided_at IS NULL)"
            " AND (outcome IS NULL) = (decided_by IS NULL)",
            refusal_says_why="outcome IS NULL OR outcome = 'confirmed' OR length(trim(words)) > 0",
        ),
        sa.UniqueConstraint(
            "certificate_id", "programme_id", name="one_check_per_certificate_and_programme"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_programme_id"), table, ["programme_id"])


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
    op.drop_table("external_checks")
    op.drop_table("external_certificates")
