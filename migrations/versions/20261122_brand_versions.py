"""Brands of programmes, version by version.

Revision ID: 20261122_brand_versions
Revises: 20261122_certificate_files
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_brand_versions"
down_revision = "20261122_certificate_files"
branch_labels = None
depends_on = None

TABLE = "brand_versions"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_brand_versions_named_by_a_sha256")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_brand_versions_numbered_from_one")),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_brand_versions_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_brand_versions_programme_id_programmes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_versions")),
        sa.UniqueConstraint(
            "programme_id", "number", name="brand_versions_of_a_programme_are_numbered"
        ),
    )
    op.create_index(op.f("ix_brand_versions_digest"), TABLE, ["digest"])
    refuse_changes()


def refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_refuses_{verb.lower()} BEFORE {verb} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {TABLE}_is_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
