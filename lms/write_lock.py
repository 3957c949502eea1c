"""A fair queue for writers to one SQLite file, across the threads and processes of a machine.

SQLite's own busy handler lets late comers overtake: under load some writers wait many times longer
than the rest. A thread lock within the process and `flock` between processes keep the queue short.
"""

import fcntl
import os
import threading
from pathlib import Path


class WriteLock:
    """Held from BEGIN IMMEDIATE until the connection goes back to its pool."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread_lock = threading.Lock()
        self._descriptor: int | None = None
        self._process: int | None = None

    def acquire(self) -> None:
        """Wait for this process's turn, then for this machine's."""
        self._thread_lock.acquire()
        try:
            fcntl.flock(self._file(), fcntl.LOCK_EX)
        except BaseException:
            self._thread_lock.release()
            raise

    def release(self) -> None:
        """Let the next writer in; safe to call from another thread than acquired it."""
        try:
            fcntl.flock(self._file(), fcntl.LOCK_UN)
        finally:
            self._thread_lock.release()

    def _file(self) -> int:
        # A descriptor inherited through fork would share the parent's lock: open one per process.
        if self._descriptor is None or self._process != os.getpid():
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._process = os.getpid()
        return self._descriptor
