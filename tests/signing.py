"""The keys that tests share: made once a process, and older than any story a test tells."""

import atexit
import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from lms import keys
from lms.config import Settings

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@functools.cache
def shared_keys() -> str:
    """Return a folder of keys that no test changes; one that rotates keys makes its own."""
    folder = tempfile.TemporaryDirectory(prefix="lms-keys-")
    atexit.register(folder.cleanup)
    keys.make(Settings(data=Path(folder.name), keys=folder.name), SINCE)
    return folder.name
