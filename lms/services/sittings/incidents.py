"""Incidents: one act gives a whole sitting the same extra time."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.sittings import SittingIncident
from lms.services.cohorts import RunCohort
from lms.services.sittings.acts import record_act
from lms.services.sittings.learners import quiz_of
from lms.services.sittings.under_way import lock_cohort, move_ends_of_cohort


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident as pages show it."""

    id: int
    minutes: int
    description: str
    declared_by: str
    declared_at: datetime
    withdrawn_at: datetime | None


def declare_incident(
    session: Session,
    cohort: RunCohort,
    module_key: str,
    *,
    minutes: int,
    description: str,
    ticket: str,
    by: int,
    now: datetime,
) -> int | None:
    """Give everybody in a sitting these minutes; return how many ends of attempts moved.

    `ticket` tells one sent form from another: sent twice, it gives the minutes once, and the
    second time None is returned.
    """
    quiz_of(session, cohort.release_id, module_key)
    lock_cohort(session, cohort.id)
    known = sa.select(SittingIncident.id).where(
        SittingIncident.cohort_id == cohort.id, SittingIncident.ticket == ticket
    )
    if session.scalar(known) is not None:
        return None
    session.add(
        SittingIncident(
            cohort_id=cohort.id,
            module_key=module_key,
            minutes=minutes,
            description=description,
            ticket=ticket,
            declared_by=by,
            declared_at=now,
        )
    )
    session.flush()
    moved = move_ends_of_cohort(session, cohort.id, module_key, now)
    detail: dict[str, object] = {
        "module": module_key,
        "extra_minutes": minutes,
        "reason": description,
        "attempts_moved": moved,
    }
    record_act(session, "incident.declared", cohort.title, cohort, by, now, detail)
    return moved


def withdraw_incident(
    session: Session,
    cohort: RunCohort,
    module_key: str,
    incident_id: int,
    *,
    by: int,
    now: datetime,
) -> int:
    """Take an incident back that was a slip; return how many ends of attempts moved.

    Whoever works towards an end that moves forward keeps a notice, as docs/deadlines.md says.
    """
    lock_cohort(session, cohort.id)
    row = session.scalar(
        sa.select(SittingIncident).where(
            SittingIncident.id == incident_id,
            SittingIncident.cohort_id == cohort.id,
            SittingIncident.module_key == module_key,
        )
    )
    if row is None:
        raise NotFound()
    changed = session.execute(
        sa.update(SittingIncident)
        .where(SittingIncident.id == incident_id, SittingIncident.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=by)
        .returning(SittingIncident.id)
    ).one_or_none()
    if changed is None:
        return 0
    moved = move_ends_of_cohort(session, cohort.id, module_key, now)
    detail: dict[str, object] = {
        "module": module_key,
        "extra_minutes": row.minutes,
        "attempts_moved": moved,
    }
    record_act(session, "incident.withdrawn", cohort.title, cohort, by, now, detail)
    return moved


def list_incidents(session: Session, cohort_id: int, module_key: str) -> list[IncidentLine]:
    """Return the incidents of a sitting, the newest first."""
    query = (
        sa.select(
            SittingIncident.id,
            SittingIncident.minutes,
            SittingIncident.description,
            Account.full_name,
            SittingIncident.declared_at,
            SittingIncident.withdrawn_at,
        )
        .join(Account, Account.id == SittingIncident.declared_by)
        .where(SittingIncident.cohort_id == cohort_id, SittingIncident.module_key == module_key)
        .order_by(SittingIncident.id.desc())
    )
    return [IncidentLine(*row) for row in session.execute(query)]
