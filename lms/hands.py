"""Hands: processes of their own for long work, so that no page and no answer waits for it.

A hand is started when there is work. It is spawned, never forked: fonts that go through a fork come
out corrupt. It gives way to pages wherever both want the processor, and it ends when nothing is
left to do or when the process that started it is gone.
"""

import contextlib
import fcntl
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import orm as so

from lms import clock
from lms.config import Settings
from lms.db import make_engine

Now = Callable[[], datetime]
GoesOn = Callable[[], bool]
Work = Callable[[so.Session, Settings, Now, GoesOn], int]
"""Does what waits and returns how much it did; ends early once `GoesOn` says no."""

NICENESS = 10
# A hand that stays ends after so many looks in vain, and is started again when it is needed.
MOST_LOOKS_IN_VAIN = 5
log = logging.getLogger(__name__)


@dataclass
class Hand:
    """One kind of long work, and the process that does it for this one, if it runs.

    Without `every` each serving process may have one, which ends when it has done what waited. With
    it a hand stays and looks again after so many seconds, and a machine has one.
    """

    name: str
    work: Work
    every: float | None = None
    _process: SpawnProcess | None = field(default=None, init=False)

    def tend(self, settings: Settings, has_work: Callable[[], bool]) -> SpawnProcess | None:
        """Start the process if there is work and none runs; return that of this process, if any."""
        if self._process is not None and not self._process.is_alive():
            if self._process.exitcode:
                log.error("The %s ended with status %s.", self.name, self._process.exitcode)
            self._process.close()
            self._process = None
        if self._process is None and not self._is_elsewhere(settings) and has_work():
            # A daemon ends with the process that started it; if that one is killed, see `run`.
            started = multiprocessing.get_context("spawn").Process(
                target=run, args=(self, settings), name=self.name, daemon=True
            )
            started.start()
            self._process = started
        return self._process

    def _is_elsewhere(self, settings: Settings) -> bool:
        if self.every is None:
            return False
        with _alone(_lock_file(self, settings)) as is_alone:
            return not is_alone


def run(hand: Hand, settings: Settings) -> None:
    """Work as a hand does, in the process that was started for it."""
    os.nice(NICENESS)
    # Ctrl-C goes to the server, which ends its hands.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = make_engine(settings.database)
    try:
        if hand.every is None:
            _do(hand, engine, settings)
            return
        with _alone(_lock_file(hand, settings)) as is_alone:
            in_vain = 0
            while is_alone and in_vain < MOST_LOOKS_IN_VAIN and not _is_orphan_within(0):
                in_vain = 0 if _do(hand, engine, settings) else in_vain + 1
                _is_orphan_within(hand.every)
    finally:
        engine.dispose()


def _do(hand: Hand, engine: sa.Engine, settings: Settings) -> int:
    with so.Session(engine, expire_on_commit=False) as session:
        return hand.work(session, settings, clock.now, lambda: not _is_orphan_within(0))


def _is_orphan_within(seconds: float) -> bool:
    """Whether the process that started this one ends within so many seconds; waits for it."""
    parent = multiprocessing.parent_process()
    return parent is not None and bool(wait([parent.sentinel], seconds))


def _lock_file(hand: Hand, settings: Settings) -> Path:
    return settings.data / f"{hand.name}.lock"


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Hold a lock for all of a machine while the block runs; yield whether nobody else does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
