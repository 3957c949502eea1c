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
    """One learner's place in one cohort."""

    __tablename__ = "enrolments"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "account_id", name="one_enrolment_per_learner_and_cohort"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
