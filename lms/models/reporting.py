"""Tables of completion reports: consents, the reports that were made, and what came back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ReportConsent(Base):
    """What somebody agreed to have reported by a programme; sealed, and erased when taken back.

    `sealed` holds name, licence or board number, and month and day of birth, encrypted; never a
    year. A later consent of the same person takes the place of the one before.
    """

    __tablename__ = "report_consents"
    __table_args__ = (
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (sealed IS NOT NULL)", name="sealed_until_it_is_withdrawn"
        ),
        sa.CheckConstraint("length(wording) = 64", name="names_its_wording_by_a_sha256"),
        sa.Index(
            "one_consent_of_a_person_at_a_time",
            "programme_id",
            "account_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    wording: Mapped[str] = mapped_column(sa.String(64))
    given_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ReportedActivity(Base):
    """The number by which an accreditor knows a course of a programme; it does not change."""

    __tablename__ = "reported_activities"
    __table_args__ = (
        sa.CheckConstraint("length(trim(activity_id)) > 0", name="activity_id_is_not_empty"),
    )

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    course: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    activity_id: Mapped[str] = mapped_column(sa.String(60))
    set_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class CompletionReport(Base):
    """A file of completions that was made for an accreditor."""

    __tablename__ = "completion_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    course: Mapped[str] = mapped_column(sa.String(80))
    activity_id: Mapped[str] = mapped_column(sa.String(60))
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)


class ReportLine(Base):
    """One completion of a report: which credential, by which consent, and what came back.

    What was told is read from the consent when the file is written, so that it is gone from here
    as soon as the consent is taken back. A rejection is settled by a later line, or by a person.
    """

    __tablename__ = "report_lines"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "credential_id", name="one_line_of_a_credential"),
        sa.CheckConstraint("(rejected_at IS NULL) = (rejection IS NULL)", name="rejected_says_why"),
        sa.CheckConstraint(
            "settled_at IS NULL OR rejected_at IS NOT NULL", name="only_what_is_rejected_is_settled"
        ),
    )

    report_id: Mapped[int] = mapped_column(sa.ForeignKey("completion_reports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"), index=True)
    consent_id: Mapped[int] = mapped_column(sa.ForeignKey("report_consents.id"), index=True)
    rejected_at: Mapped[datetime | None] = mapped_column(Instant)
    rejection: Mapped[str | None] = mapped_column(sa.String(300))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
