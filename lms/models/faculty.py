"""Tables of faculty: who is invited, what each may teach, who looks in, completion conferred."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ProgrammeRules(Base):
    """What a programme demands beside what the course does; without a row, nothing."""

    __tablename__ = "programme_rules"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    director_confers: Mapped[bool]


class RoleInvitation(Base):
    """A message that asks somebody to work for a programme, with a link that works once.

    It is open until it is used or ended; sent again, it has a new link and the earlier one is
    void. The role is given in the name of whoever sent it last.
    """

    __tablename__ = "role_invitations"
    __table_args__ = (
        sa.CheckConstraint(
            "role IN ('director', 'administrator', 'educator', 'instructor', 'supervisor', "
            "'auditor', 'partner')",
            name="role_is_known",
        ),
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.CheckConstraint(
            "(used_at IS NULL) = (account_id IS NULL)", name="whoever_uses_it_is_named"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="whoever_ends_is_named"),
        sa.CheckConstraint("used_at IS NULL OR ended_at IS NULL", name="used_or_ended_not_both"),
        sa.Index(
            "ix_role_invitations_one_open_per_address",
            "programme_id",
            "email",
            unique=True,
            sqlite_where=sa.text("used_at IS NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("used_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    email: Mapped[str] = mapped_column(sa.String(254))
    full_name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(20))
    site: Mapped[str] = mapped_column(sa.String(120))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    times_sent: Mapped[int]
    sent_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))


class Competence(Base):
    """That somebody may teach a module of a course, and what that rests on.

    One that has ended stays on record, with when and by whom it was ended.
    """

    __tablename__ = "competences"
    __table_args__ = (
        sa.CheckConstraint(
            "basis IN ('degree', 'licence', 'training', 'experience')", name="basis_is_known"
        ),
        sa.CheckConstraint("length(trim(evidence)) > 0", name="competence_has_evidence"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name="whoever_ends_it_is_named"
        ),
        sa.Index(
            "ix_competences_one_in_force_per_module",
            "programme_id",
            "account_id",
            "course_slug",
            "module_key",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    course_slug: Mapped[str] = mapped_column(sa.String(80))
    module_key: Mapped[str] = mapped_column(sa.String(120))
    basis: Mapped[str] = mapped_column(sa.String(20))
    evidence: Mapped[str] = mapped_column(sa.String(500))
    valid_until: Mapped[date | None]
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PartnerSite(Base):
    """For which site somebody is a partner of a programme; it stays when the role has gone."""

    __tablename__ = "partner_sites"

    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))


class PartnerConsent(Base):
    """That a learner let a site partner see their status, or took that back; append-only.

    The last one for a partner counts.
    """

    __tablename__ = "partner_consents"
    __table_args__ = (
        sa.Index("ix_partner_consents_by_partner", "partner_id", "enrolment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"))
    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    is_given: Mapped[bool]
    said_at: Mapped[datetime] = mapped_column(Instant)


class Conferral(Base):
    """That the director conferred completion on a learner; append-only, once for an enrolment."""

    __tablename__ = "conferrals"

    enrolment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrolments.id"), primary_key=True, autoincrement=False
    )
    conferred_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    conferred_at: Mapped[datetime] = mapped_column(Instant)
