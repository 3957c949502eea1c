"""Tables of standard-setting studies: the study, its items, its panel and their ratings."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class StudyRecord(Base):
    """A study of what a pass in one bank of one release has to be worth.

    `evidence` is what learners earned when the second round began, as JSON, so that every judge
    sees the same and the report stays what it was. The result stands in the row once another
    administrator than the one who opened the study has approved it. A study is withdrawn with a
    reason, never deleted.
    """

    __tablename__ = "standard_studies"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "label", name="study_labels_differ_in_a_programme"),
        sa.CheckConstraint("approved_by <> opened_by", name="approved_by_somebody_else"),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (cut_percent IS NULL)"
            " AND (approved_at IS NULL) = (approved_by IS NULL)",
            name="a_result_is_an_approved_one",
        ),
        sa.CheckConstraint("cut_percent BETWEEN 1 AND 100", name="cut_within_the_paper"),
        sa.CheckConstraint(
            "approved_at IS NULL OR withdrawn_at IS NULL", name="approved_or_withdrawn_not_both"
        ),
        sa.Index("ix_standard_studies_of_a_bank", "programme_id", "bank_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    bank_id: Mapped[str] = mapped_column(sa.String(80))
    label: Mapped[str] = mapped_column(sa.String(120))
    borderline: Mapped[str] = mapped_column(sa.Text)
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    second_round_at: Mapped[datetime | None] = mapped_column(Instant)
    evidence: Mapped[str | None] = mapped_column(sa.Text)
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    cut_percent: Mapped[int | None]
    standard_error: Mapped[str | None] = mapped_column(sa.String(40))
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_reason: Mapped[str | None] = mapped_column(sa.String(300))


class StudyItem(Base):
    """An item that the panel of a study rates, in the order of the paper it was drawn for."""

    __tablename__ = "standard_study_items"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "item_id", name="an_item_is_rated_once_a_study"),
    )

    study_id: Mapped[int] = mapped_column(sa.ForeignKey("standard_studies.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.String(80))


class JudgeRecord(Base):
    """A member of a panel: somebody with an account, or a name whose ratings are entered for them.

    The four bounds are Hofstee's, in whole percent, given before anything of the others is seen.
    """

    __tablename__ = "standard_judges"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "name", name="judges_differ_in_name"),
        sa.UniqueConstraint("study_id", "account_id", name="an_account_judges_once_a_study"),
        sa.CheckConstraint("length(trim(name)) > 0", name="a_judge_has_a_name"),
        sa.CheckConstraint(
            "0 <= lowest_cut AND lowest_cut <= highest_cut AND highest_cut <= 100",
            name="cuts_from_lowest_to_highest",
        ),
        sa.CheckConstraint(
            "0 <= lowest_failing AND lowest_failing <= highest_failing AND highest_failing <= 100",
            name="failing_from_lowest_to_highest",
        ),
        sa.CheckConstraint(
            "second_handed_in_at IS NULL OR first_handed_in_at IS NOT NULL",
            name="the_first_round_comes_first",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(sa.ForeignKey("standard_studies.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    qualifications: Mapped[str] = mapped_column(sa.String(300))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    lowest_cut: Mapped[int | None]
    highest_cut: Mapped[int | None]
    lowest_failing: Mapped[int | None]
    highest_failing: Mapped[int | None]
    first_handed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    second_handed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)


class RatingRecord(Base):
    """What a judge says of an item: so many of 100 barely competent candidates get it right."""

    __tablename__ = "standard_ratings"
    __table_args__ = (
        sa.CheckConstraint("round IN (1, 2)", name="two_rounds"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="of_a_hundred_candidates"),
    )

    judge_id: Mapped[int] = mapped_column(sa.ForeignKey("standard_judges.id"), primary_key=True)
    round: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    item_id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    percent: Mapped[int] = mapped_column(sa.SmallInteger)
    rated_at: Mapped[datetime] = mapped_column(Instant)
