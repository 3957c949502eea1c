"""What holders let the public see, links to show for a time, and look-ups counted by day.

Revision ID: 20261122_sharing
Revises: 20261122_batches
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_sharing"
down_revision = "20261122_batches"
branch_labels = None
depends_on = None

NAMES = "shown_name IN ('full', 'initials', 'none')"


def upgrade() -> None:
    op.create_table(
        "credential_displays",
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("shown_name", sa.String(10), nullable=False),
        sa.Column("shows_profession", sa.Boolean(), nullable=False),
        sa.Column("shows_hours", sa.Boolean(), nullable=False),
        sa.Column("shows_assessment", sa.Boolean(), nullable=False),
        sa.Column("changed_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(NAMES, name=op.f("ck_credential_displays_shown_name_is_known")),
        reference("credential_displays", "credential_id", "credentials"),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credential_displays")),
    )
    links()
    look_ups("credential_look_ups", "credential_id", "credentials")
    look_ups("share_link_look_ups", "link_id", "share_links")


def links() -> None:
    op.create_table(
        "share_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("shown_name", sa.String(10), nullable=False),
        sa.Column("created_at", lms.db.Instant(), nullable=False),
        sa.Column("expires_at", lms.db.Instant(), nullable=False),
        sa.Column("ended_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(NAMES, name=op.f("ck_share_links_shown_name_is_known")),
        sa.CheckConstraint(
            "expires_at > created_at", name=op.f("ck_share_links_link_ends_after_it_began")
        ),
        reference("share_links", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_links_token_hash")),
    )
    op.create_index(op.f("ix_share_links_account_id"), "share_links", ["account_id"])
    op.create_table(
        "shared_credentials",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        reference("shared_credentials", "link_id", "share_links"),
        reference("shared_credentials", "credential_id", "credentials"),
        sa.PrimaryKeyConstraint("link_id", "credential_id", name=op.f("pk_shared_credentials")),
    )
    op.create_index(
        op.f("ix_shared_credentials_credential_id"), "shared_credentials", ["credential_id"]
    )


def look_ups(table: str, column: str, of: str) -> None:
    op.create_table(
        table,
        sa.Column(column, sa.Integer(), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("times >= 1", name=op.f(f"ck_{table}_look_ups_counted_from_one")),
        reference(table, column, of),
        sa.PrimaryKeyConstraint(column, "looked_on", name=op.f(f"pk_{table}")),
    )


def reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def downgrade() -> None:
    for table in (
        "share_link_look_ups",
        "credential_look_ups",
        "shared_credentials",
        "share_links",
        "credential_displays",
    ):
        op.drop_table(table)
