"""Continuing education elsewhere, as far as it counts towards a renewal: with evidence, in time."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.transcripts import ExternalCertificate, ExternalCheck

Counts = Literal["counts", "no-proof", "too-early", "too-late", "not-confirmed"]


@dataclass(frozen=True, slots=True)
class Learned:
    """A certificate from elsewhere on its holder's transcript, and whether its minutes count.

    One without a file counts nothing, nor does one that the programme looked at and could not
    confirm, nor one from before the credential that is renewed or from after the day of renewal.
    """

    id: int
    title: str
    issuer: str
    completed_on: date
    minutes: int
    counts: Counts


def list_learned(
    session: Session, account_id: int, programme_id: int, since: date, until: date
) -> tuple[Learned, ...]:
    """Return what a person learned elsewhere, the latest first, judged for one renewal.

    It counts when it was completed after the day `since` and not after the day `until`.
    """
    query = (
        sa.select(
            ExternalCertificate.id,
            ExternalCertificate.title,
            ExternalCertificate.issuer,
            ExternalCertificate.completed_on,
            ExternalCertificate.minutes,
            ExternalCertificate.proof_name,
            ExternalCheck.outcome,
        )
        .outerjoin(
            ExternalCheck,
            sa.and_(
                ExternalCheck.certificate_id == ExternalCertificate.id,
                ExternalCheck.programme_id == programme_id,
            ),
        )
        .where(
            ExternalCertificate.account_id == account_id, ExternalCertificate.removed_at.is_(None)
        )
        .order_by(ExternalCertificate.completed_on.desc(), ExternalCertificate.id.desc())
    )
    return tuple(
        Learned(
            row.id,
            row.title,
            row.issuer,
            row.completed_on,
            row.minutes,
            _judge(row.completed_on, row.proof_name, row.outcome, since, until),
        )
        for row in session.execute(query)
    )


def _judge(
    completed_on: date, proof_name: str | None, outcome: str | None, since: date, until: date
) -> Counts:
    if completed_on <= since:
        return "too-early"
    if completed_on > until:
        return "too-late"
    if proof_name is None:
        return "no-proof"
    return "not-confirmed" if outcome == "not-confirmed" else "counts"
