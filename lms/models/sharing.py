"""Tables of what holders let others see: choices, links to show, and look-ups counted by day."""

from datetime import date, datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant

ShownName = Literal["full", "initials", "none"]
NAMES_ARE_KNOWN = "shown_name IN ('full', 'initials', 'none')"


class CredentialDisplay(Base):
    """What the holder of a credential lets its public page show; without a row, everything."""

    __tablename__ = "credential_displays"
    __table_args__ = (sa.CheckConstraint(NAMES_ARE_KNOWN, name="shown_name_is_known"),)

    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"), primary_key=True)
    is_published: Mapped[bool]
    shown_name: Mapped[ShownName] = mapped_column(sa.String(10))
    shows_profession: Mapped[bool]
    shows_hours: Mapped[bool]
    shows_assessment: Mapped[bool]
    changed_at: Mapped[datetime] = mapped_column(Instant)


class CredentialLookUps(Base):
    """How often the page of a credential was looked up on a day (UTC); by whom is not known."""

    __tablename__ = "credential_look_ups"
    __table_args__ = (sa.CheckConstraint("times >= 1", name="look_ups_counted_from_one"),)

    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"), primary_key=True)
    looked_on: Mapped[date] = mapped_column(primary_key=True)
    times: Mapped[int]


class ShareLink(Base):
    """A holder's link to chosen credentials: only the hash of its token is kept."""

    __tablename__ = "share_links"
    __table_args__ = (
        sa.CheckConstraint(NAMES_ARE_KNOWN, name="shown_name_is_known"),
        sa.CheckConstraint("expires_at > created_at", name="link_ends_after_it_began"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    label: Mapped[str] = mapped_column(sa.String(120))
    shown_name: Mapped[ShownName] = mapped_column(sa.String(10))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class SharedCredential(Base):
    """A credential that a link shows."""

    __tablename__ = "shared_credentials"

    link_id: Mapped[int] = mapped_column(sa.ForeignKey("share_links.id"), primary_key=True)
    credential_id: Mapped[int] = mapped_column(
        sa.ForeignKey("credentials.id"), primary_key=True, index=True
    )


class ShareLinkLookUps(Base):
    """How often a link was followed on a day (UTC); by whom is not known."""

    __tablename__ = "share_link_look_ups"
    __table_args__ = (sa.CheckConstraint("times >= 1", name="look_ups_counted_from_one"),)

    link_id: Mapped[int] = mapped_column(sa.ForeignKey("share_links.id"), primary_key=True)
    looked_on: Mapped[date] = mapped_column(primary_key=True)
    times: Mapped[int]
