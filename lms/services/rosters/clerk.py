"""The clerk: a process of its own that reads long rosters, so that no page waits for a file."""

from datetime import datetime
from multiprocessing.context import SpawnProcess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm as so

from lms.config import Settings
from lms.hands import GoesOn, Hand, Now
from lms.models.rosters import Roster
from lms.services.rosters.trying import claim, try_roster


def tend(session: so.Session, settings: Settings, now: datetime) -> SpawnProcess | None:
    """Start the clerk of this process if a roster waits and it does not run; return it, if any."""
    return CLERK.tend(settings, lambda: has_work(session, now))


def has_work(session: so.Session, now: datetime) -> bool:
    """Whether a roster waits that nobody reads."""
    free = sa.or_(Roster.claimed_until.is_(None), Roster.claimed_until < now)
    waiting = sa.select(Roster.id).where(Roster.state == "waiting", free).limit(1)
    return session.scalar(waiting) is not None


def work(session: so.Session, data: Path, now: Now, goes_on: GoesOn = lambda: True) -> int:
    """Read the rosters that wait, one after the other; return how many."""
    read = 0
    while goes_on() and (waiting := claim(session, now())) is not None:
        try_roster(session, waiting, data, now())
        read += 1
    return read


def _work(session: so.Session, settings: Settings, now: Now, goes_on: GoesOn) -> int:
    return work(session, settings.data, now, goes_on)


CLERK = Hand("clerk", _work)
