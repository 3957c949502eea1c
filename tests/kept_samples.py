"""What the tests keep of reports: one under a title, and an evidence pack that is asked for."""

from datetime import datetime

from sqlalchemy.orm import Session

from lms.services import cohorts, packs, saved
from tests.cast import Cast


def keep_reports(session: Session, cast: Cast, now: datetime) -> None:
    """Let Ada keep a report on Autumn 2026, and ask for its evidence."""
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "overseer")
    saved.save(
        session,
        run,
        saved.Definition("practice"),
        title="Hours of everybody",
        schedule="never",
        weekday=0,
        by=cast.ada,
        now=now,
    )
    packs.ask(session, run, by=cast.ada, now=now)
