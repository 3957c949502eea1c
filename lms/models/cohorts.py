"""Tables of cohorts and of who is enrolled in them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Cohort(Base):
    """A group that learns one release of a course between two dates."""

    __tablename__ = "cohorts"
    __table_args__ = (
        sa.UniqueConstraint(
            "programme_id", "title", name="cohort_titles_differ_within_a_programme"
        ),
        sa.CheckConstraint("due_on > starts_on", name="due_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    starts_on: Mapped[date]
    due_on: Mapped[date]
    enrols_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)


class Enrolment(Base):
    """One learner's place in one cohort; `state` is what the last of its acts made of it."""

    __tablename__ = "enrolments"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "account_id", name="one_enrolment_per_learner_and_cohort"),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'withdrawn')", name="seat_state_is_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(10), default="active", server_default="active")


class EnrolmentAct(Base):
    """Something done to a place: paused, resumed, withdrawn, taken again, moved; append-only.

    A place without acts has been active in one cohort since the enrolment.
    """

    __tablename__ = "enrolment_acts"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('pause', 'resume', 'withdraw', 'rejoin', 'move')", name="act_is_known"
        ),
        sa.CheckConstraint(
            "(kind = 'move') = (from_cohort_id IS NOT NULL AND to_cohort_id IS NOT NULL)",
            name="a_move_names_both_cohorts",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    from_cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id"))
    to_cohort_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cohorts.id"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    done_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    done_at: Mapped[datetime] = mapped_column(Instant)
