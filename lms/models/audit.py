"""The audit trail: a hash-chained list of every act on a score, credit, credential or role."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class AuditEntry(Base):
    """One act; its hash covers its content and the entry before it, so that none can vanish."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts.id"))
    programme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    act: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(120))
    detail: Mapped[str] = mapped_column(sa.Text)
    # Unique: two entries that follow the same one would be a fork of the chain.
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
