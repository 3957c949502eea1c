"""Tables of what comes before an award: interests disclosed, ethics attested, course evaluated."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class Disclosure(Base):
    """The financial interests of somebody who controls content; `interests` is a JSON list."""

    __tablename__ = "disclosures"
    __table_args__ = (sa.CheckConstraint("ended_at >= recorded_at", name="ends_after_it_began"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    person: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(120))
    interests: Mapped[str] = mapped_column(sa.Text)
    made_on: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class DisclosureReceipt(Base):
    """That a learner has seen the disclosures as they stood under this digest."""

    __tablename__ = "disclosure_receipts"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)


class EthicsAttestation(Base):
    """A learner's typed name under the code of ethics of this digest."""

    __tablename__ = "ethics_attestations"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    typed_name: Mapped[str] = mapped_column(sa.String(120))
    attested_at: Mapped[datetime] = mapped_column(Instant)


class EvaluationReceipt(Base):
    """That a learner has evaluated the course; what they said stands elsewhere, without them."""

    __tablename__ = "evaluation_receipts"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolments.id"), primary_key=True)
    given_on: Mapped[date]


class EvaluationAnswers(Base):
    """One evaluation without its author: no person, no cohort, no moment but the month.

    The key is random and the rows lie in its order, so that their place tells nothing either.
    """

    __tablename__ = "evaluation_answers"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programmes.id"), index=True)
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("releases.id"))
    month: Mapped[str] = mapped_column(sa.String(7))
    answers: Mapped[str] = mapped_column(sa.Text)
