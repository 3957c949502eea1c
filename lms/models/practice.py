"""Tables of the practice log: sites, supervisors, rows of the log, and what was done about each.

There is no column for a client, and none for words of a learner's own: a row is days, minutes,
choices and ticks, so that no client can be named in it.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class PracticeSwitch(Base):
    """Whether a programme's credential waits for practice; empty means as the course says."""

    __tablename__ = "practice_switches"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    log_demanded: Mapped[bool | None]
    ratings_demanded: Mapped[bool | None]
    set_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    set_at: Mapped[datetime] = mapped_column(Instant)


class PracticeSite(Base):
    """A place of practice that a programme's staff entered; ended, never deleted."""

    __tablename__ = "practice_sites"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "name", name="site_names_differ_within_a_programme"),
        sa.CheckConstraint("length(trim(name)) > 0", name="site_has_a_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    place: Mapped[str] = mapped_column(sa.String(120))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PracticeSupervisor(Base):
    """Somebody who signs for learners, by an account or by links sent to their address.

    Entered by staff only, so that no learner can make up who signs for them.
    """

    __tablename__ = "practice_supervisors"
    __table_args__ = (
        sa.UniqueConstraint(
            "programme_id",
            "licence_number",
            "licence_jurisdiction",
            name="one_supervisor_per_licence_and_programme",
        ),
        sa.UniqueConstraint(
            "programme_id", "account_id", name="one_supervisor_per_account_and_programme"
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name="supervisor_has_a_name"),
        sa.CheckConstraint("length(trim(licence_number)) > 0", name="supervisor_has_a_licence"),
        sa.CheckConstraint("email = lower(email)", name="supervisor_email_is_lower_case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(254))
    licence_number: Mapped[str] = mapped_column(sa.String(60))
    licence_jurisdiction: Mapped[str] = mapped_column(sa.String(80))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PracticeEntry(Base):
    """One row of a log: a day of practicum at a site, or a consultation. Never changed.

    A correction is a new row with its reason, the next revision of the row that was entered first;
    once it is signed it takes the place of those before it.
    `competencies` is a JSON list of ids of the crosswalk.
    """

    __tablename__ = "practice_entries"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "ticket", name="one_entry_per_form_sent"),
        sa.UniqueConstraint("corrects_id", "revision", name="each_revision_once"),
        sa.CheckConstraint("kind IN ('practicum', 'consultation')", name="kind_is_known"),
        sa.CheckConstraint(
            "role IN ('observe', 'assist', 'lead', 'role-play')", name="role_is_known"
        ),
        sa.CheckConstraint(
            "substance IN ('classic', 'entactogen', 'dissociative', 'none')",
            name="substance_class_is_known",
        ),
        sa.CheckConstraint(
            "reason IN ('typing', 'minutes', 'day', 'supervisor', 'site', 'other')",
            name="reason_is_known",
        ),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (reason IS NULL)", name="a_correction_has_its_reason"
        ),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (revision = 1) AND revision BETWEEN 1 AND 99",
            name="corrections_are_counted_from_two",
        ),
        sa.CheckConstraint(
            "administration_minutes >= 0 AND other_minutes >= 0 AND consultation_minutes >= 0"
            " AND administration_minutes + other_minutes + consultation_minutes"
            " BETWEEN 1 AND 1440",
            name="minutes_of_one_day",
        ),
        sa.CheckConstraint("dosing_sessions BETWEEN 0 AND 10", name="sessions_of_one_day"),
        sa.CheckConstraint(
            "kind <> 'practicum' OR (site_id IS NOT NULL AND role IS NOT NULL"
            " AND substance IS NOT NULL AND group_size IS NULL AND consultation_minutes = 0)",
            name="practicum_has_site_role_and_substance",
        ),
        sa.CheckConstraint(
            "kind <> 'consultation' OR (site_id IS NULL AND role IS NULL AND substance IS NULL"
            " AND group_size BETWEEN 1 AND 99 AND consultation_minutes > 0"
            " AND administration_minutes + other_minutes = 0 AND dosing_sessions = 0"
            " AND NOT consented)",
            name="consultation_has_its_group",
        ),
        sa.CheckConstraint(
            "kind <> 'practicum' OR role = 'role-play' OR consented",
            name="no_practice_without_written_consent",
        ),
        sa.CheckConstraint(
            "role <> 'role-play' OR (administration_minutes = 0 AND dosing_sessions = 0"
            " AND substance = 'none')",
            name="role_play_is_no_session",
        ),
        sa.CheckConstraint(
            "dosing_sessions = 0 OR administration_minutes > 0", name="sessions_take_time"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    ticket: Mapped[str] = mapped_column(sa.String(36))
    kind: Mapped[str] = mapped_column(sa.String(12))
    practised_on: Mapped[date]
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("practice_supervisors.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(sa.ForeignKey("practice_sites.id"))
    role: Mapped[str | None] = mapped_column(sa.String(12))
    substance: Mapped[str | None] = mapped_column(sa.String(12))
    administration_minutes: Mapped[int]
    other_minutes: Mapped[int]
    dosing_sessions: Mapped[int]
    consultation_minutes: Mapped[int]
    group_size: Mapped[int | None]
    competencies: Mapped[str] = mapped_column(sa.Text)
    consented: Mapped[bool]
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("practice_entries.id"))
    revision: Mapped[int] = mapped_column(sa.SmallInteger)
    reason: Mapped[str | None] = mapped_column(sa.String(12))
    entered_at: Mapped[datetime] = mapped_column(Instant)


class PracticeAct(Base):
    """What was done about an entry: signed or returned by its supervisor, or withdrawn.

    A signature holds the name as it was typed, the licence, the words attested and the SHA-256 of
    all of it with the entry.
    """

    __tablename__ = "practice_acts"
    __table_args__ = (
        sa.UniqueConstraint("entry_id", "act", name="each_act_on_an_entry_once"),
        sa.Index(
            "an_entry_is_signed_or_returned",
            "entry_id",
            unique=True,
            sqlite_where=sa.text("act <> 'withdrawn'"),
            postgresql_where=sa.text("act <> 'withdrawn'"),
        ),
        sa.CheckConstraint("act IN ('signed', 'returned', 'withdrawn')", name="act_is_known"),
        sa.CheckConstraint("way IN ('account', 'link')", name="way_is_known"),
        sa.CheckConstraint(
            "reason IN ('not-there', 'minutes', 'details')", name="return_reason_is_known"
        ),
        sa.CheckConstraint(
            "(act = 'signed') = (digest IS NOT NULL)"
            " AND (act = 'signed') = (typed_name IS NOT NULL)"
            " AND (act = 'signed') = (licence IS NOT NULL)"
            " AND (act = 'signed') = (statement IS NOT NULL)",
            name="a_signature_is_whole",
        ),
        sa.CheckConstraint("(act = 'returned') = (reason IS NOT NULL)", name="a_return_says_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("practice_entries.id"))
    act: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    way: Mapped[str] = mapped_column(sa.String(12))
    typed_name: Mapped[str | None] = mapped_column(sa.String(120))
    licence: Mapped[str | None] = mapped_column(sa.String(160))
    statement: Mapped[str | None] = mapped_column(sa.String(500))
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    reason: Mapped[str | None] = mapped_column(sa.String(12))


class PracticeLink(Base):
    """A one-time address under which a supervisor without an account signs for one learner.

    It covers what waited for them when it was sent; only its hash is kept.
    """

    __tablename__ = "practice_links"
    __table_args__ = (
        sa.UniqueConstraint("token_hash", name="one_link_per_token"),
        sa.CheckConstraint("expires_at > sent_at", name="expires_after_it_was_sent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("practice_supervisors.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), index=True)
    # The last entry it covers: what is entered later asks for a link of its own.
    up_to: Mapped[int] = mapped_column(sa.ForeignKey("practice_entries.id"))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
