"""Waiting for a library that only works asynchronously, from wherever one happens to be."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Value = TypeVar("Value")


def run_alone(coroutine: Coroutine[Any, Any, Value]) -> Value:
    """Return what the coroutine returns, in an event loop of its own.

    In a thread that runs a loop already, another thread does it: a loop cannot hold a second one.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
