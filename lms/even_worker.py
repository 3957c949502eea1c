"""A process of the web server that leaves new connections to whichever has fewer of its own.

All processes that listen are woken by a new connection, and the first to ask is given it: of
sixteen opened at once, one process of two took fourteen. Connections are kept open, so that its
core had seven eighths of the work, and the other nearly none, for as long as they lasted.
"""

import ctypes
import time
from multiprocessing.sharedctypes import RawArray
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

COURTESY = 0.001
"""Seconds in which a process with fewer connections may ask first."""

_PLACES = 64
_ABSENT = 1 << 30
# Made before the processes are, and so shared by all: how many connections each of them has.
_connections = RawArray(ctypes.c_int, [_ABSENT] * _PLACES)


class EvenWorker(ThreadWorker):  # type: ignore[misc]
    """Waits a moment before it takes a connection while another process has fewer."""

    @property
    def place(self) -> int:
        """Where this process tells how many connections it has."""
        return int(self.age) % _PLACES

    def notify(self) -> None:
        """Tell, with every sign of life, how many connections there are."""
        _connections[self.place] = self.nr_conns
        super().notify()

    def accept(self, listener: Any) -> None:
        """Take a connection that is still waiting when it is this process's turn."""
        if self.nr_conns > min(_connections):
            time.sleep(COURTESY)
        super().accept(listener)
        _connections[self.place] = self.nr_conns


def forget(worker: EvenWorker) -> None:
    """Count a process no more that has ended."""
    _connections[worker.place] = _ABSENT
