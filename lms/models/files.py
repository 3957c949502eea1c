"""The table of certificates as they were handed out: each drawn and signed once, kept for ever."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class CertificateFile(Base):
    """The signed certificate of a credential on one kind of paper."""

    __tablename__ = "certificate_files"
    __table_args__ = (
        sa.UniqueConstraint("credential_id", "paper", name="one_file_of_a_credential_and_paper"),
        sa.CheckConstraint("paper IN ('a4', 'letter')", name="paper_is_known"),
        sa.CheckConstraint("length(sha256) = 64", name="named_by_a_sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credentials.id"))
    paper: Mapped[str] = mapped_column(sa.String(10))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)
