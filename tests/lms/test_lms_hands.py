"""Hands: started when there is work, alone where they stay, gone with whoever started them."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms import hands
from lms.config import Settings
from lms.hands import GoesOn, Hand, Now

MOST_SECONDS = 40.0
STARTER = """
import sys, time
from pathlib import Path
from tests.cast import settings_for
from tests.lms.test_lms_hands import Hand, write_on
if __name__ == "__main__":
    hand = Hand("writer", write_on)
    hand.tend(settings_for(Path(sys.argv[1]), sys.argv[2]), lambda: True)
    time.sleep(60)
"""


def write(_session: Session, settings: Settings, _now: Now, _goes_on: GoesOn) -> int:
    """Add a line to a file; say that it was work the first time."""
    with (settings.data / "done").open("a") as file:
        file.write(f"{os.getpid()} {os.getpriority(os.PRIO_PROCESS, 0)}\n")
    return int(len(lines(settings)) == 1)


def write_on(_session: Session, settings: Settings, _now: Now, goes_on: GoesOn) -> int:
    """Add line after line as long as it goes on."""
    while goes_on():
        write(_session, settings, _now, goes_on)
        time.sleep(0.02)
    (settings.data / "ended").touch()
    return 0


def fail(_session: Session, _settings: Settings, _now: Now, _goes_on: GoesOn) -> int:
    """Break down."""
    raise SystemExit(3)


def lines(settings: Settings) -> list[str]:
    file = settings.data / "done"
    return file.read_text().splitlines() if file.exists() else []


def until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + MOST_SECONDS
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    found.data.mkdir(parents=True, exist_ok=True)
    return found


@pytest.fixture(autouse=True)
def _nobody_stays() -> Iterator[None]:
    yield
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


def spawned(process: SpawnProcess | None) -> SpawnProcess:
    """Return a process that was started; fonts would not survive a fork."""
    assert isinstance(process, SpawnProcess)
    return process


def test_a_hand_is_started_for_work_only_and_gives_way(settings: Settings) -> None:
    hand = Hand("writer", write)
    assert hand.tend(settings, lambda: False) is None
    process = spawned(hand.tend(settings, lambda: True))
    assert hand.tend(settings, lambda: True) is process
    process.join(MOST_SECONDS)
    (line,) = lines(settings)
    niceness = os.getpriority(os.PRIO_PROCESS, 0) + hands.NICENESS
    assert line == f"{process.pid} {min(niceness, 19)}"
    assert hand.tend(settings, lambda: False) is None


def test_one_that_stays_is_alone_on_a_machine_and_ends_when_it_looks_in_vain(
    settings: Settings,
) -> None:
    hand = Hand("watcher", write, every=0.2)
    process = spawned(hand.tend(settings, lambda: True))
    assert until(lambda: len(lines(settings)) > 1), "it has looked again"
    other = Hand("watcher", write, every=0.2)
    assert other.tend(settings, lambda: pytest.fail("nobody asks while one is about")) is None
    process.join(MOST_SECONDS)
    assert len(lines(settings)) == 1 + hands.MOST_LOOKS_IN_VAIN
    spawned(other.tend(settings, lambda: True)).join(MOST_SECONDS)
    assert len(lines(settings)) > 1 + hands.MOST_LOOKS_IN_VAIN, "its place was free again"


def test_one_that_breaks_down_is_told_of_and_started_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    hand = Hand("clumsy", fail)
    first = spawned(hand.tend(settings, lambda: True))
    first.join(MOST_SECONDS)
    again = hand.tend(settings, lambda: True)
    assert "The clumsy ended with status 3." in caplog.text
    assert again is not first


@pytest.mark.kill
def test_a_hand_whose_starter_is_killed_ends(settings: Settings) -> None:
    """A daemon ends with a process that ends; with one that is killed it has to notice."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(settings.data), settings.database],
        cwd=Path(__file__).parents[2],
    )
    try:
        assert until(lambda: bool(lines(settings))), "it has begun"
    finally:
        os.kill(starter.pid, signal.SIGKILL)
        starter.wait()
    assert until(lambda: (settings.data / "ended").exists())
