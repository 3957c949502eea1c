"""The table of a learner's own notes and highlights on lessons; private to who wrote them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ReadingNote(Base):
    """Words of the learner's own, a passage of the lesson they marked, or both.

    The passage is kept as its words with a little of what stood before and after it, so that a
    later release of the lesson can be searched for it.
    """

    __tablename__ = "reading_notes"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_note_per_form_sent"),
        sa.CheckConstraint("length(quote) + length(body) > 0", name="note_says_something"),
        sa.CheckConstraint("length(body) <= 4000", name="note_is_not_too_long"),
        sa.CheckConstraint("length(quote) <= 1200", name="quote_is_not_too_long"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    lesson_key: Mapped[str] = mapped_column(sa.String(160))
    heading: Mapped[str] = mapped_column(sa.String(200))
    quote: Mapped[str] = mapped_column(sa.Text)
    before: Mapped[str] = mapped_column(sa.String(64))
    after: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[str] = mapped_column(sa.Text)
    ticket: Mapped[str] = mapped_column(sa.String(36))
    written_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
