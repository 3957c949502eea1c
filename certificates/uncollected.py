"""Puts the search for cyclic garbage off, where a great many objects are made to stay or go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave cyclic garbage until the end of the block, unless it is left alone anyway.

    Modules stay, and a page goes as a whole: the collector would search all of it several times
    and find next to nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
