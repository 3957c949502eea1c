"""Tables of rosters: the files people send, their rows, what was made of them, who was invited."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ExternalId(Base):
    """The number by which a programme's own register knows somebody; it finds them first."""

    __tablename__ = "external_ids"
    __table_args__ = (
        sa.UniqueConstraint(
            "programme_id", "external_id", name="one_person_of_an_external_id_in_a_programme"
        ),
        sa.UniqueConstraint(
            "programme_id", "account_id", name="one_external_id_of_a_person_in_a_programme"
        ),
        sa.CheckConstraint("length(trim(external_id)) > 0", name="external_id_is_not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    external_id: Mapped[str] = mapped_column(sa.String(80))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(Instant)


class Roster(Base):
    """A file of people for a cohort: waiting to be read, then tried, applied or not, and undone.

    The file lies under `file_name`, a random name, until it has been read. `detail` says how it
    was read, `ignored` which headings were left aside, `problem` why it could not be.
    """

    __tablename__ = "rosters"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('waiting', 'tried', 'unreadable', 'applied', 'discarded', 'undone')",
            name="roster_state_is_known",
        ),
        sa.CheckConstraint("form IN ('csv', 'xlsx')", name="form_of_the_file_is_known"),
        sa.CheckConstraint(
            "(state = 'unreadable') = (problem IS NOT NULL)", name="unreadable_says_why"
        ),
        sa.CheckConstraint(
            "(state IN ('applied', 'undone')) = (applied_at IS NOT NULL)",
            name="applied_says_when",
        ),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_says_when"),
        sa.CheckConstraint(
            "state = 'waiting' OR file_name IS NULL", name="the_file_goes_once_it_is_read"
        ),
        sa.Index(
            "ix_rosters_waiting",
            "id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    file_name: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    form: Mapped[str | None] = mapped_column(sa.String(4))
    detail: Mapped[str] = mapped_column(sa.String(80), default="")
    is_guess: Mapped[bool] = mapped_column(default=False)
    ignored: Mapped[str] = mapped_column(sa.Text, default="[]")
    problem: Mapped[str | None] = mapped_column(sa.String(500))
    rows_read: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    sent_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    applied_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class RosterRow(Base):
    """One row of a roster: what it says, what it does or did, and what an undoing left of it.

    `acts` are what it takes, `before` what a correction replaced, `notes` what there is to say.
    """

    __tablename__ = "roster_rows"
    __table_args__ = (
        sa.CheckConstraint(
            "verdict IN ('new', 'match', 'change', 'conflict', 'error')",
            name="verdict_on_a_row_is_known",
        ),
        sa.CheckConstraint("number >= 1", name="rows_count_from_one"),
        sa.CheckConstraint("undone IN ('undone', 'stays')", name="end_of_a_row_is_known"),
        sa.CheckConstraint(
            "(undone = 'stays') = (stays_because IS NOT NULL) OR undone IS NULL",
            name="what_stays_says_why",
        ),
        sa.Index("ix_roster_rows_verdict", "roster_id", "verdict", "number"),
    )

    roster_id: Mapped[int] = mapped_column(sa.ForeignKey("rosters.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    external_id: Mapped[str] = mapped_column(sa.String(80))
    email: Mapped[str] = mapped_column(sa.String(254))
    full_name: Mapped[str] = mapped_column(sa.String(120))
    profession: Mapped[str] = mapped_column(sa.String(120))
    licence_number: Mapped[str] = mapped_column(sa.String(60))
    licence_jurisdiction: Mapped[str] = mapped_column(sa.String(80))
    verdict: Mapped[str] = mapped_column(sa.String(10))
    acts: Mapped[str] = mapped_column(sa.String(60))
    notes: Mapped[str] = mapped_column(sa.Text)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    made_account: Mapped[bool] = mapped_column(default=False)
    before: Mapped[str | None] = mapped_column(sa.Text)
    undone: Mapped[str | None] = mapped_column(sa.String(6))
    stays_because: Mapped[str | None] = mapped_column(sa.String(40))


class RosterInvitation(Base):
    """A message to somebody whom a roster brought in, with a link that works once.

    Somebody new sets a password by it. Somebody with an account that the programme does not know
    is asked (`is_asked`), and has no place before they take it; their number waits with it.
    """

    __tablename__ = "roster_invitations"
    __table_args__ = (
        sa.CheckConstraint(
            "(written_at IS NULL) = (token_hash IS NULL)", name="written_with_its_link"
        ),
        sa.CheckConstraint(
            "(written_at IS NULL) = (expires_at IS NULL)", name="a_written_link_expires"
        ),
        sa.CheckConstraint(
            "used_at IS NULL OR withdrawn_at IS NULL", name="used_or_withdrawn_not_both"
        ),
        sa.Index(
            "ix_roster_invitations_unwritten",
            "id",
            sqlite_where=sa.text("written_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("written_at IS NULL AND withdrawn_at IS NULL"),
        ),
        sa.Index("ix_roster_invitations_of_an_address", "cohort_id", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(sa.ForeignKey("rosters.id"), index=True)
    number: Mapped[int]
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohorts.id"))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    external_id: Mapped[str] = mapped_column(sa.String(80))
    is_asked: Mapped[bool]
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    times_sent: Mapped[int] = mapped_column(default=0)
    invited_at: Mapped[datetime] = mapped_column(Instant)
    written_at: Mapped[datetime | None] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
