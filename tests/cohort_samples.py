"""What the pages of places show: somebody who waits, and an invitation."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.models.cohorts import WaitingPlace
from lms.services import cohorts
from tests.cast import Cast


def queue_up(session: Session, cast: Cast, now: datetime) -> str:
    """Otto waits for Autumn, and somebody is invited into it; return the invitation's code."""
    session.add(WaitingPlace(cohort_id=cast.autumn, account_id=cast.otto, joined_at=now))
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    return cohorts.make_invitation(
        session,
        run,
        "s" * 48,
        label="St Bride’s",
        most_uses=3,
        expires_at=now + timedelta(days=7),
        by=cast.ada,
        now=now,
    )
