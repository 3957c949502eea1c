"""The archivist: a process of its own that makes evidence packs, so that no page waits for one."""

from datetime import datetime
from multiprocessing.context import SpawnProcess

from sqlalchemy.orm import Session

from lms.config import Settings
from lms.hands import Hand
from lms.services.packs.making import has_work, work

ARCHIVIST = Hand("archivist", work)


def tend(session: Session, settings: Settings, now: datetime) -> SpawnProcess | None:
    """Start the archivist of this process if a pack waits; return it, if any."""
    return ARCHIVIST.tend(settings, lambda: has_work(session, now))
