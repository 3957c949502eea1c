"""The table of what was attested: credentials, for ever."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class CredentialRecord(Base):
    """An awarded credential: its canonical document, and what it rests on.

    Issued again within its cycle, it is another row, with the next version and a serial of its
    own, which names the one it supersedes.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        sa.UniqueConstraint(
            "account_id",
            "programme_id",
            "course_slug",
            "cycle",
            "version",
            name="one_credential_per_learner_course_cycle_and_version",
        ),
        sa.UniqueConstraint("supersedes_id", name="a_credential_is_superseded_once"),
        sa.CheckConstraint("cycle >= 1", name="cycles_counted_from_one"),
        sa.CheckConstraint("version >= 1", name="versions_counted_from_one"),
        sa.CheckConstraint(
            "(version = 1) = (supersedes_id IS NULL)", name="a_later_version_names_the_earlier"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(sa.String(32), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    course_slug: Mapped[str] = mapped_column(sa.String(80))
    cycle: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("credentials.id"))
    document: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    evidence: Mapped[str] = mapped_column(sa.Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)
