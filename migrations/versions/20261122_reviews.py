"""Rulings on items, acts that void attempts, doubtful credentials, appeals and their steps.

Revision ID: 20261122_reviews
Revises: 20261122_answers_of_every_kind
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_reviews"
down_revision = "20261122_answers_of_every_kind"
branch_labels = None
depends_on = None

TABLES = (
    "appeal_steps",
    "appeals",
    "concern_decisions",
    "credential_concerns",
    "void_acts",
    "rulings",
)


def upgrade() -> None:
    rulings()
    void_acts()
    concerns()
    appeals()


def rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("programme_id"),
        reference("release_id"),
        sa.Column("bank_id", sa.String(length=80), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("item_hash", sa.String(length=64), nullable=False),
        sa.Column("remedy", sa.String(length=20), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("keeps_passes", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        reference("proposed_by"),
        sa.Column("proposed_at", lms.db.Instant(), nullable=False),
        reference("confirmed_by", nullable=True),
        sa.Column("confirmed_at", lms.db.Instant(), nullable=True),
        sa.Column("set_aside_at", lms.db.Instant(), nullable=True),
        *foreign_keys(
            "rulings",
            programme_id="programmes",
            release_id="releases",
            proposed_by="accounts",
            confirmed_by="accounts",
        ),
        *checks(
            "rulings",
            remedy_is_known="remedy IN ('new-key', 'full-credit', 'drop', 'as-published')",
            a_new_key_says_which="(remedy = 'new-key') = (length(keys) > 0)",
            ruling_says_why="length(trim(reason)) > 0",
            somebody_confirmed_it="(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            confirmed_or_set_aside_not_both="confirmed_at IS NULL OR set_aside_at IS NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    op.create_index("ix_rulings_of_an_item", "rulings", ["programme_id", "item_hash"])


def void_acts() -> None:
    op.create_table(
        "void_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("attempt_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("gives_back", sa.Boolean(), nullable=False),
        reference("done_by"),
        sa.Column("done_at", lms.db.Instant(), nullable=False),
        *foreign_keys("void_acts", attempt_id="attempts", done_by="accounts"),
        *checks(
            "void_acts",
            act_is_known="act IN ('void', 'restore')",
            counted_from_one="number >= 1",
            void_act_says_why="length(trim(reason)) > 0",
        ),
        sa.UniqueConstraint("attempt_id", "number", name="acts_on_an_attempt_are_numbered"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_void_acts")),
    )


def concerns() -> None:
    op.create_table(
        "credential_concerns",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("credential_id"),
        reference("ruling_id", nullable=True),
        reference("void_act_id", nullable=True),
        sa.Column("raised_at", lms.db.Instant(), nullable=False),
        *foreign_keys(
            "credential_concerns",
            credential_id="credentials",
            ruling_id="rulings",
            void_act_id="void_acts",
        ),
        *checks(
            "credential_concerns",
            concern_has_one_cause="(ruling_id IS NULL) <> (void_act_id IS NULL)",
        ),
        sa.UniqueConstraint("credential_id", "ruling_id", name="one_concern_per_ruling"),
        sa.UniqueConstraint("credential_id", "void_act_id", name="one_concern_per_void_act"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_concerns")),
    )
    op.create_table(
        "concern_decisions",
        reference("concern_id"),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        reference("decided_by"),
        sa.Column("decided_at", lms.db.Instant(), nullable=False),
        *foreign_keys("concern_decisions", concern_id="credential_concerns", decided_by="accounts"),
        *checks(
            "concern_decisions",
            outcome_is_known="outcome IN ('stands', 'revoked')",
            decision_says_why="length(trim(words)) > 0",
        ),
        sa.PrimaryKeyConstraint("concern_id", name=op.f("pk_concern_decisions")),
    )


def appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("attempt_id"),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        reference("filed_by"),
        sa.Column("filed_at", lms.db.Instant(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        *foreign_keys("appeals", attempt_id="attempts", filed_by="accounts"),
        *checks(
            "appeals",
            slot_or_the_whole_result="slot >= 0",
            appeal_says_why="length(trim(ground)) > 0",
        ),
        sa.UniqueConstraint("attempt_id", "slot", name="one_appeal_per_result_or_item"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_table(
        "appeal_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        reference("appeal_id"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        reference("taken_by", nullable=True),
        sa.Column("taken_at", lms.db.Instant(), nullable=False),
        reference("ruling_id", nullable=True),
        reference("void_act_id", nullable=True),
        reference("manual_mark_id", nullable=True),
        *foreign_keys(
            "appeal_steps",
            appeal_id="appeals",
            taken_by="accounts",
            ruling_id="rulings",
            void_act_id="void_acts",
            manual_mark_id="manual_marks",
        ),
        *checks(
            "appeal_steps",
            step_is_known="kind IN ('acknowledged', 'found', 'decided')",
            outcome_is_known="outcome IN ('upheld', 'changed')",
            findings_have_an_outcome="(kind = 'acknowledged') = (outcome IS NULL)",
            findings_have_an_author="kind = 'acknowledged' OR taken_by IS NOT NULL",
        ),
        sa.UniqueConstraint("appeal_id", "kind", name="each_step_of_an_appeal_once"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_steps")),
    )


def reference(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


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
    for table in TABLES:
        op.drop_table(table)
