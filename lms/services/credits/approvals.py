"""Approvals as provider of continuing education: stored with number and dates, or none is shown."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.errors import NotFound, Refused
from lms.models.credits import ProviderApproval
from lms.services import audit


@dataclass(frozen=True, slots=True)
class ApprovalLine:
    """An approval with the unit its body counts in; `is_ended` once taken off the list."""

    id: int
    approval: certificates.Approval
    rule: certificates.CreditRule
    is_ended: bool

    def covers(self, day: date) -> bool:
        """Whether instruction completed on a day falls under it."""
        until = self.approval.valid_until
        return self.approval.valid_from <= day and (until is None or day <= until)


def list_approvals(session: Session, programme_id: int) -> list[ApprovalLine]:
    """Return every approval a programme has stored, those in force first."""
    query = (
        sa.select(ProviderApproval)
        .where(ProviderApproval.programme_id == programme_id)
        .order_by(
            ProviderApproval.ended_at.is_not(None),
            ProviderApproval.valid_until.desc(),
            ProviderApproval.id.desc(),
        )
    )
    return [line_of(row) for row in session.scalars(query)]


def line_of(row: ProviderApproval) -> ApprovalLine:
    """Return a stored approval as a value."""
    return ApprovalLine(
        row.id,
        certificates.Approval(row.body, row.number, row.statement, row.valid_from, row.valid_until),
        certificates.CreditRule(row.unit, row.unit_minutes, Decimal(row.step)),
        row.ended_at is not None,
    )


def record_approval(
    session: Session,
    programme_id: int,
    approval: certificates.Approval,
    rule: certificates.CreditRule,
    *,
    by: int,
    now: datetime,
) -> int:
    """Store an approval that the programme holds; return its number here.

    Refused without its dates: an approval that names no end cannot be told from one that lapsed.
    """
    if approval.valid_until is None:
        raise Refused("Give the last day of the approval.")
    row = ProviderApproval(
        programme_id=programme_id,
        body=approval.body,
        number=approval.number,
        statement=approval.statement,
        unit=rule.unit,
        unit_minutes=rule.minutes,
        step=str(rule.step),
        valid_from=approval.valid_from,
        valid_until=approval.valid_until,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "approval.recorded", row, by, now)
    return row.id


def end_approval(
    session: Session, programme_id: int, approval_id: int, *, by: int, now: datetime
) -> None:
    """Take an approval off the list: nothing more is claimed by it, what was claimed stays."""
    row = session.scalars(
        sa.select(ProviderApproval)
        .where(ProviderApproval.id == approval_id, ProviderApproval.programme_id == programme_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound()
    if row.ended_at is not None:
        raise Refused("This approval is not on the list any more.")
    row.ended_at = now
    session.flush()
    _record(session, "approval.ended", row, by, now)


def _record(session: Session, act: str, row: ProviderApproval, by: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=f"approval {row.id}",
        detail={"body": row.body, "number": row.number, "until": row.valid_until.isoformat()},
    )
