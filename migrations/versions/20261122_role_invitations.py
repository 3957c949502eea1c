"""Colleagues are invited into a role of a programme, by a link that works once.

Revision ID: 20261122_role_invitations
Revises: 20261122_when_places_seen
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_role_invitations"
down_revision = "20261122_when_places_seen"
branch_labels = None
depends_on = None
OPEN = sa.text("used_at IS NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "role_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("site", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("times_sent", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("sent_at", lms.db.Instant(), nullable=False),
        sa.Column("expires_at", lms.db.Instant(), nullable=False),
        sa.Column("used_at", lms.db.Instant(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_role_invitations_{column}_{table}")
            )
            for column, table in (
                ("programme_id", "programmes"),
                ("sent_by", "accounts"),
                ("account_id", "accounts"),
                ("ended_by", "accounts"),
            )
        ),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_role_invitations_{name}"))
            for name, rule in (
                (
                    "role_is_known",
                    "role IN ('director', 'administrator', 'educator', 'instructor', "
                    "'supervisor', 'auditor', 'partner')",
                ),
                ("email_is_lower_case", "email = lower(email)"),
                ("whoever_uses_it_is_named", "(used_at IS NULL) = (account_id IS NULL)"),
                ("whoever_ends_is_named", "(ended_at IS NULL) = (ended_by IS NULL)"),
                ("used_or_ended_not_both", "used_at IS NULL OR ended_at IS NULL"),
            )
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_role_invitations_token_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_invitations")),
    )
    op.create_index(op.f("ix_role_invitations_account_id"), "role_invitations", ["account_id"])
    op.create_index(
        "ix_role_invitations_one_open_per_address",
        "role_invitations",
        ["programme_id", "email"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("role_invitations")
