"""The clerk: a process of its own that reads long rosters, so that no page waits for a file.

Each process of the server keeps at most one, as long as a roster waits; it gives way to pages
wherever both want the processor, and ends when the process that started it is gone.
"""

import logging
import multiprocessing
import os
from collections.abc import Callable
from datetime import datetime
from multiprocessing.context import SpawnProcess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm as so

from lms import clock
from lms.config import Settings
from lms.db import make_engine
from lms.models.rosters import Roster
from lms.services.rosters.trying import claim, try_roster

_NICENESS = 10
log = logging.getLogger(__name__)
_clerk: SpawnProcess | None = None


def tend(session: so.Session, settings: Settings, now: datetime) -> SpawnProcess | None:
    """Start the clerk of this process if a roster waits and it does not run; return it, if any."""
    global _clerk
    if _clerk is not None and not _clerk.is_alive():
        if _clerk.exitcode:
            log.error("The clerk ended with status %s; its roster is read again.", _clerk.exitcode)
        _clerk.close()
        _clerk = None
    if _clerk is None and has_work(session, now):
        _clerk = multiprocessing.get_context("spawn").Process(
            target=run, args=(settings,), name="clerk", daemon=True
        )
        _clerk.start()
    return _clerk


def has_work(session: so.Session, now: datetime) -> bool:
    """Whether a roster waits that nobody reads."""
    free = sa.or_(Roster.claimed_until.is_(None), Roster.claimed_until < now)
    waiting = sa.select(Roster.id).where(Roster.state == "waiting", free).limit(1)
    return session.scalar(waiting) is not None


def run(settings: Settings) -> None:
    """Read what waits and end; also end when the process that started this one is gone."""
    os.nice(_NICENESS)
    parent = multiprocessing.parent_process()
    engine = make_engine(settings.database)
    try:
        with so.Session(engine, expire_on_commit=False) as session:
            goes_on = (lambda: True) if parent is None else parent.is_alive
            work(session, settings.data, clock.now, goes_on)
    finally:
        engine.dispose()


def work(
    session: so.Session,
    data: Path,
    now: Callable[[], datetime],
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Read the rosters that wait, one after the other; return how many."""
    read = 0
    while goes_on() and (waiting := claim(session, now())) is not None:
        try_roster(session, waiting, data, now())
        read += 1
    return read
