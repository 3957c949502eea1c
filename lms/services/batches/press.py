"""The press: a process of its own that makes batches, so that no page waits for a certificate.

Each process of the server keeps at most one, as long as there is work: as many cores as serve
pages make certificates. It is started anew (spawned), never forked, since fonts that go through a
fork come out corrupt; and it gives way to pages wherever both want the processor.
"""

import logging
import multiprocessing
import os
from multiprocessing.context import SpawnProcess

from sqlalchemy import orm as so

from lms import clock
from lms.config import Settings
from lms.db import make_engine
from lms.services.batches.making import has_work, work

_NICENESS = 10
log = logging.getLogger(__name__)
_press: SpawnProcess | None = None


def tend(session: so.Session, settings: Settings) -> SpawnProcess | None:
    """Start the press of this process if there is work and it does not run; return it, if any."""
    global _press
    if _press is not None and not _press.is_alive():
        if _press.exitcode:
            log.error("The press ended with status %s; what it had claimed waits.", _press.exitcode)
        _press.close()
        _press = None
    if _press is None and has_work(session):
        # A daemon ends with the process that started it; one that was killed is noticed, see run.
        _press = multiprocessing.get_context("spawn").Process(
            target=run, args=(settings,), name="press", daemon=True
        )
        _press.start()
    return _press


def run(settings: Settings) -> None:
    """Make what waits and end; also end when the process that started this one is gone."""
    os.nice(_NICENESS)
    parent = multiprocessing.parent_process()
    engine = make_engine(settings.database)
    try:
        with so.Session(engine, expire_on_commit=False) as session:
            work(session, settings, clock.now, lambda: parent is None or parent.is_alive())
    finally:
        engine.dispose()
