"""Standard-setting studies: their items, their panels and the ratings of two rounds.

Revision ID: 20261122_standard_studies
Revises: 20261122_reviews
"""

import sqlalchemy as sa
from alembic import op

import lms.db

revision = "20261122_standard_studies"
down_revision = "20261122_reviews"
branch_labels = None
depends_on = None

TABLES = ("standard_ratings", "standard_judges", "standard_study_items", "standard_studies")


def upgrade() -> None:
    studies()
    items()
    judges()
    ratings()


def studies() -> None:
    op.create_table(
        "standard_studies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("bank_id", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("borderline", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", lms.db.Instant(), nullable=False),
        sa.Column("second_round_at", lms.db.Instant(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", lms.db.Instant(), nullable=True),
        sa.Column("cut_percent", sa.Integer(), nullable=True),
        sa.Column("standard_error", sa.String(length=40), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", lms.db.Instant(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (cut_percent IS NULL)"
            " AND (approved_at IS NULL) = (approved_by IS NULL)",
            name=op.f("ck_standard_studies_a_result_is_an_approved_one"),
        ),
        sa.CheckConstraint(
            "approved_at IS NULL OR withdrawn_at IS NULL",
            name=op.f("ck_standard_studies_approved_or_withdrawn_not_both"),
        ),
        sa.CheckConstraint(
            "approved_by <> opened_by", name=op.f("ck_standard_studies_approved_by_somebody_else")
        ),
        sa.CheckConstraint(
            "cut_percent BETWEEN 1 AND 100", name=op.f("ck_standard_studies_cut_within_the_paper")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["accounts.id"], name=op.f("fk_standard_studies_approved_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["accounts.id"], name=op.f("fk_standard_studies_opened_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_standard_studies_programme_id_programmes"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_standard_studies_release_id_releases")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"],
            ["accounts.id"],
            name=op.f("fk_standard_studies_withdrawn_by_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_studies")),
        sa.UniqueConstraint("programme_id", "label", name="study_labels_differ_in_a_programme"),
    )
    op.create_index(
        "ix_standard_studies_of_a_bank", "standard_studies", ["programme_id", "bank_id"]
    )


def judges() -> None:
    op.create_table(
        "standard_judges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("qualifications", sa.String(length=300), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("added_at", lms.db.Instant(), nullable=False),
        sa.Column("lowest_cut", sa.Integer(), nullable=True),
        sa.Column("highest_cut", sa.Integer(), nullable=True),
        sa.Column("lowest_failing", sa.Integer(), nullable=True),
        sa.Column("highest_failing", sa.Integer(), nullable=True),
        sa.Column("first_handed_in_at", lms.db.Instant(), nullable=True),
        sa.Column("second_handed_in_at", lms.db.Instant(), nullable=True),
        sa.Column("left_at", lms.db.Instant(), nullable=True),
        sa.CheckConstraint(
            "0 <= lowest_cut AND lowest_cut <= highest_cut AND highest_cut <= 100",
            name=op.f("ck_standard_judges_cuts_from_lowest_to_highest"),
        ),
        sa.CheckConstraint(
            "0 <= lowest_failing AND lowest_failing <= highest_failing AND highest_failing <= 100",
            name=op.f("ck_standard_judges_failing_from_lowest_to_highest"),
        ),
        sa.CheckConstraint(
            "length(trim(name)) > 0", name=op.f("ck_standard_judges_a_judge_has_a_name")
        ),
        sa.CheckConstraint(
            "second_handed_in_at IS NULL OR first_handed_in_at IS NOT NULL",
            name=op.f("ck_standard_judges_the_first_round_comes_first"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_standard_judges_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["study_id"],
            ["standard_studies.id"],
            name=op.f("fk_standard_judges_study_id_standard_studies"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_judges")),
        sa.UniqueConstraint("study_id", "account_id", name="an_account_judges_once_a_study"),
        sa.UniqueConstraint("study_id", "name", name="judges_differ_in_name"),
    )
    op.create_index(op.f("ix_standard_judges_account_id"), "standard_judges", ["account_id"])


def items() -> None:
    op.create_table(
        "standard_study_items",
        sa.Column("study_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_id"],
            ["standard_studies.id"],
            name=op.f("fk_standard_study_items_study_id_standard_studies"),
        ),
        sa.PrimaryKeyConstraint("study_id", "place", name=op.f("pk_standard_study_items")),
        sa.UniqueConstraint("study_id", "item_id", name="an_item_is_rated_once_a_study"),
    )


def ratings() -> None:
    op.create_table(
        "standard_ratings",
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("rated_at", lms.db.Instant(), nullable=False),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100", name=op.f("ck_standard_ratings_of_a_hundred_candidates")
        ),
        sa.CheckConstraint("round IN (1, 2)", name=op.f("ck_standard_ratings_two_rounds")),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["standard_judges.id"],
            name=op.f("fk_standard_ratings_judge_id_standard_judges"),
        ),
        sa.PrimaryKeyConstraint("judge_id", "round", "item_id", name=op.f("pk_standard_ratings")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
