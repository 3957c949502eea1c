"""Badges, each signed once and kept: asked for again, it is the same to the byte.

Revision ID: 20261122_badges
Revises: 20261122_closing
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_badges"
down_revision = "20261122_closing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badges",
        sa.Column("credential_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("signed_at", lms.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_badges_credential_id_credentials"),
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_badges")),
    )
    refuse("badges", "UPDATE", "DELETE")


def refuse(table: str, *verbs: str) -> None:
    """Have the database itself refuse to alter or remove a recorded fact."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in verbs:
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE {' OR '.join(verbs)} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("badges")
