"""Releases by kind, the updates they bring, and who has confirmed reading one.

Revision ID: 20261122_release_kinds
Revises: 20261122_reading_notes
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_release_kinds"
down_revision = "20261122_reading_notes"
branch_labels = None
depends_on = None


APPEND_ONLY = ("release_kinds", "update_completions")


def refuse_change(table: str) -> None:
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


def upgrade() -> None:
    op.create_table(
        "release_kinds",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('editorial', 'material', 'safety-critical')",
            name=op.f("ck_release_kinds_kind_is_known"),
        ),
        sa.CheckConstraint(
            "kind <> 'safety-critical' OR length(trim(note)) > 0",
            name=op.f("ck_release_kinds_safety_critical_release_says_why"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_kinds_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_release_kinds")),
    )
    op.create_table(
        "release_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("course_slug", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("published_at", lms.db.Instant(), nullable=False),
        sa.Column("announced_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('material', 'safety-critical')",
            name=op.f("ck_release_updates_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_updates_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_updates")),
        sa.UniqueConstraint("course_slug", "slug", name="update_slugs_differ_within_a_course"),
    )
    op.create_table(
        "update_completions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("completed_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_update_completions_minutes_not_negative")),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_update_completions_credential_id_credentials"),
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["release_updates.id"],
            name=op.f("fk_update_completions_update_id_release_updates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_completions")),
        sa.UniqueConstraint(
            "update_id", "credential_id", name="one_completion_per_update_and_credential"
        ),
    )
    with op.batch_alter_table("update_completions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_update_completions_credential_id"), ["credential_id"], unique=False
        )
    for table in APPEND_ONLY:
        refuse_change(table)


def downgrade() -> None:
    with op.batch_alter_table("update_completions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_update_completions_credential_id"))

    op.drop_table("update_completions")
    op.drop_table("release_updates")
    op.drop_table("release_kinds")
