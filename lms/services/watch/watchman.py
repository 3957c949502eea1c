"""The watchman: a process of its own that goes through cohorts, each as soon as it has news.

Reading a large cohort anew is seconds of work, and every learner who saves an answer is news.
"""

import logging
from datetime import datetime
from multiprocessing.context import SpawnProcess

from sqlalchemy.orm import Session

from lms.config import Settings
from lms.hands import GoesOn, Hand, Now
from lms.services.watch.sweeping import go_through, list_changed

EVERY_SECONDS = 60.0
log = logging.getLogger(__name__)


def tend(session: Session, settings: Settings, now: datetime) -> SpawnProcess | None:
    """Start the watchman if a cohort has news and none is about; return that of this process."""
    return WATCHMAN.tend(settings, lambda: bool(list_changed(session, now)))


def work(session: Session, _settings: Settings, now: Now, goes_on: GoesOn = lambda: True) -> int:
    """Open and close the flags of cohorts with news; return how many cohorts. Commits as it goes.

    One that fails is logged, looked at again, and keeps no other from being gone through.
    """
    changed = list_changed(session, now())
    for cohort in changed:
        if not goes_on():
            break
        try:
            go_through(session, cohort, now())
            session.commit()
        except Exception:
            session.rollback()
            log.exception("The watch over cohort %s failed; it is tried again.", cohort)
    return len(changed)


WATCHMAN = Hand("watchman", work, every=EVERY_SECONDS)
