"""Certificates as they were handed out: signed files are not made twice, they are kept.

Revision ID: 20261122_certificate_files
Revises: 20261122_badges
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_certificate_files"
down_revision = "20261122_badges"
branch_labels = None
depends_on = None

TABLE = "certificate_files"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("paper", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "length(sha256) = 64", name=op.f("ck_certificate_files_named_by_a_sha256")
        ),
        sa.CheckConstraint(
            "paper IN ('a4', 'letter')", name=op.f("ck_certificate_files_paper_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_certificate_files_credential_id_credentials"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_files")),
        sa.UniqueConstraint("credential_id", "paper", name="one_file_of_a_credential_and_paper"),
    )
    op.create_index(op.f("ix_certificate_files_sha256"), TABLE, ["sha256"])
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
