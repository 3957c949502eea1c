"""The press: a process of its own that makes batches, so that no page waits for a certificate.

Each process of the server keeps at most one: as many cores as serve pages make certificates.
"""

from multiprocessing.context import SpawnProcess

from sqlalchemy import orm as so

from lms.config import Settings
from lms.hands import Hand
from lms.services.batches.making import has_work, work

PRESS = Hand("press", work)


def tend(session: so.Session, settings: Settings) -> SpawnProcess | None:
    """Start the press of this process if there is work and it does not run; return it, if any."""
    return PRESS.tend(settings, lambda: has_work(session))
