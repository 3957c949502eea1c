"""Table of brands: every version of what a programme's certificates look like, for ever."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class BrandVersion(Base):
    """One version of a programme's brand: its document, by its digest; the last one counts."""

    __tablename__ = "brand_versions"
    __table_args__ = (
        sa.UniqueConstraint(
            "programme_id", "number", name="brand_versions_of_a_programme_are_numbered"
        ),
        sa.CheckConstraint("number >= 1", name="numbered_from_one"),
        sa.CheckConstraint("length(digest) = 64", name="named_by_a_sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    document: Mapped[str] = mapped_column(sa.Text)
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
