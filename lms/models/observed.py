"""Tables of observed skills: observations, what each rater judged, and plans of remediation."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Observation(Base):
    """One learner seen at one skill, by the lines of a checklist of their release.

    `digest` names the wording of the checklist that was judged.
    """

    __tablename__ = "observations"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_observation_per_form_sent"),
        sa.CheckConstraint(
            "setting IN ('role-play', 'simulation', 'session', 'recording')",
            name="setting_is_known",
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="somebody_withdrew_it"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    checklist: Mapped[str] = mapped_column(sa.String(80))
    digest: Mapped[str] = mapped_column(sa.String(64))
    setting: Mapped[str] = mapped_column(sa.String(12))
    observed_on: Mapped[date]
    ticket: Mapped[str] = mapped_column(sa.String(36))
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ObservedRating(Base):
    """What one of them judged: the raters on seats 1 and 2, who adjudicates on seat 3.

    `judged` is a JSON object from line to judgement. Handed in, a rating is never changed.
    """

    __tablename__ = "observed_ratings"
    __table_args__ = (
        sa.UniqueConstraint("observation_id", "seat", name="one_person_per_seat"),
        sa.UniqueConstraint(
            "observation_id", "account_id", name="nobody_rates_an_observation_twice"
        ),
        sa.CheckConstraint("seat IN (1, 2, 3)", name="two_raters_and_one_who_adjudicates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observations.id"))
    seat: Mapped[int] = mapped_column(sa.SmallInteger)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    judged: Mapped[str] = mapped_column(sa.Text)
    named_at: Mapped[datetime] = mapped_column(Instant)
    handed_in_at: Mapped[datetime | None] = mapped_column(Instant)


class RemediationPlan(Base):
    """What a learner does about the lines of an observation that were not met, and until when."""

    __tablename__ = "remediation_plans"
    __table_args__ = (
        sa.CheckConstraint("length(trim(steps)) > 0", name="plan_says_what_to_do"),
        sa.CheckConstraint("length(steps) <= 1000", name="plan_is_not_too_long"),
    )

    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observations.id"), primary_key=True)
    due_on: Mapped[date]
    steps: Mapped[str] = mapped_column(sa.Text)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
