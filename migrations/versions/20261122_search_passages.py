"""The passages of a release, and their full-text index.

Revision ID: 20261122_search_passages
Revises: 20261122_release_kinds
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_search_passages"
down_revision = "20261122_release_kinds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("anchor", sa.String(length=300), nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('section', 'claim', 'aid', 'term', 'fact')",
            name=op.f("ck_passages_passage_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_passages_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
    )
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passages_release_id"), ["release_id"], unique=False)
    op.create_table(
        "searched_releases",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("first_public", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "first <= first_public AND first_public <= last + 1",
            name=op.f("ck_searched_releases_passages_lie_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_searched_releases_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_searched_releases")),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Words are stemmed before they come here, so that both databases find the same; the
        # texts themselves stand in the table of passages, so that the index keeps none.
        op.execute(
            "CREATE VIRTUAL TABLE passage_index "
            "USING fts5(title, heading, body, content='', tokenize='ascii')"
        )
        return
    op.execute(
        "CREATE TABLE passage_index (passage_id integer CONSTRAINT pk_passage_index PRIMARY KEY "
        "CONSTRAINT fk_passage_index_passage_id_passages REFERENCES passages (id), "
        "words tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_passage_index_words ON passage_index USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE passage_index")
    op.drop_table("searched_releases")
    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passages_release_id"))
    op.drop_table("passages")
