"""The table of badges: each credential's, as it was signed once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class BadgeRecord(Base):
    """The badge of a credential: its document with its proof (JSON), and its token."""

    __tablename__ = "badges"

    credential_id: Mapped[int] = mapped_column(
        sa.ForeignKey("credentials.id"), primary_key=True, autoincrement=False
    )
    document: Mapped[str] = mapped_column(sa.Text)
    token: Mapped[str] = mapped_column(sa.Text)
    signed_at: Mapped[datetime] = mapped_column(Instant)
