"""What staff did to a sitting, put into the audit trail of its programme."""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.services import audit
from lms.services.cohorts import RunCohort


def record_act(
    session: Session,
    act: str,
    subject: str,
    cohort: RunCohort,
    by: int,
    now: datetime,
    detail: dict[str, object],
) -> None:
    """Write down who did what, in the transaction of the act."""
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act=act,
        subject=subject,
        detail=detail,
    )
