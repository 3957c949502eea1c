"""Tables of people: their accounts, sign-ins, and roles in a programme."""

from datetime import datetime

import sqlalchemy as sa
from flask_security import UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

ROLES = (
    "director",
    "administrator",
    "educator",
    "instructor",
    "supervisor",
    "auditor",
    "partner",
)


class Account(UserMixin, Base):  # type: ignore[misc]
    """A person who can sign in, whatever they do in a programme."""

    __tablename__ = "accounts"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.CheckConstraint("length(trim(full_name)) > 0", name="account_has_a_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password: Mapped[str] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    full_name: Mapped[str] = mapped_column(sa.String(120))
    profession: Mapped[str] = mapped_column(sa.String(120))
    licence_number: Mapped[str | None] = mapped_column(sa.String(60))
    licence_jurisdiction: Mapped[str | None] = mapped_column(sa.String(80))
    created_at: Mapped[datetime] = mapped_column(Instant)

    # Not columns: filled when the person is loaded for a request, in the same query.
    is_staff = False
    is_visitor = False
    is_auditor = False
    sign_in_id = 0


class SignIn(Base):
    """One signed-in browser; ending the row ends the session on its next request."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    device: Mapped[str] = mapped_column(sa.String(120))
    began_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleGrant(Base):
    """What somebody may do in one programme; learners hold an enrolment instead."""

    __tablename__ = "role_grants"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "programme_id", name="one_role_per_person_and_programme"),
        sa.CheckConstraint(
            "role IN ('director', 'administrator', 'educator', 'instructor', 'supervisor', "
            "'auditor', 'partner')",
            name="role_is_known",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))


class SetupLink(Base):
    """A one-time address that makes its first visitor the first administrator."""

    __tablename__ = "setup_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
