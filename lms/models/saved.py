"""Table of saved reports: a table with its filters, under an address of its own."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

SCHEDULES = ("never", "weekly", "monthly")


class SavedReport(Base):
    """A report as somebody saved it: what it shows is worked out anew each time.

    `definition` is JSON: the source, the columns, the conditions and the order. With a schedule a
    letter with its address goes to whoever saved it: weekly on `weekday` (0 is Monday) or on the
    first of each month, in the programme's zone. A removed one keeps its row for the trail.
    """

    __tablename__ = "saved_reports"
    __table_args__ = (
        sa.CheckConstraint("schedule IN ('never', 'weekly', 'monthly')", name="schedule_is_known"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_is_one_of_seven"),
        sa.CheckConstraint("length(trim(title)) > 0", name="report_has_a_title"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    definition: Mapped[str] = mapped_column(sa.Text)
    schedule: Mapped[str] = mapped_column(sa.String(10))
    weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    saved_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    saved_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
