"""How fast and how lean a cohort's certificates become one file, by one press and by two.

`python -m benchmarks.batches [--count N] [--json]`. Every certificate is drawn, signed, proved to
be in the log and stored, as in a running installation; the anchor is a certificate drawn the way
WeasyPrint's manual begins, unsigned. Processor time says what a certificate costs, time on the
clock what two processes gain; both come from the same run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.certificates import naive_drawing, spent_milliseconds
from benchmarks.samples import credential
from lms import clock, hands
from lms.app import create_app
from lms.config import Settings
from lms.db import db, make_engine
from lms.keys import keys_of
from lms.migrate import upgrade
from lms.services import batches, cohorts
from lms.services.batches import making
from tests import cast, stories
from tests.award_samples import award_many
from tests.cast import settings_for
from tests.stories import Told

COUNT = 1000
NAIVE_ROUNDS = 5


def measure(count: int = COUNT) -> list[dict[str, Any]]:
    """Return the rows of a batch of `count`, and of a quarter as many by one press alone."""
    naive = naive_milliseconds()
    alone = made_by(presses=1, count=count // 4)
    both = made_by(presses=2, count=count)
    share = naive / both["milliseconds"]
    gain = both["rate"] / alone["rate"]
    beside = both["beside"]
    growth = both["peak_mib"] / alone["peak_mib"]
    anchor = f"naive WeasyPrint unsigned, {naive:.0f} ms"
    few = f"a batch of {count // 4}"
    return [
        row("P4 batch, certificates per core", share, anchor, "at least 10", share >= 10, both),
        row("P4 batch, two presses", gain, "one press", "at least 1.9", gain >= 1.9, alone),
        row(
            "batch, cost beside certificates", beside, "its whole", "at most 0.1", beside <= 0.1, {}
        ),
        row("batch, peak memory of a press", growth, few, "at most 1.1", growth <= 1.1, {}),
    ]


def row(
    name: str, ratio: float, anchor: str, goal: str, met: bool, found: dict[str, Any]
) -> dict[str, Any]:
    """Return one line of the table."""
    known = {"name": name, "ratio": round(ratio, 2), "anchor": anchor, "goal": goal, "met": met}
    return {**known, **{key: round(value, 2) for key, value in found.items()}}


def naive_milliseconds() -> float:
    """Return the processor time of an unsigned certificate with everything made afresh."""
    with tempfile.TemporaryDirectory() as folder:
        naive = naive_drawing(credential("Lena Marković"), Path(folder))
        naive()
        return statistics.median(spent_milliseconds(naive) for _ in range(NAIVE_ROUNDS))


def installation(folder: Path) -> tuple[Flask, Settings, Told]:
    """Return a fresh installation with the cast of the tests and keys of its own."""
    settings = settings_for(folder, f"sqlite:///{folder / 'lms.db'}")
    engine = make_engine(settings.database)
    upgrade(engine)
    engine.dispose()
    app = create_app(settings)
    keys_of(settings)
    with app.app_context():
        people = cast.seed(db.session)
        db.session.commit()
    return app, settings, stories.tell(app, people)


def made_by(*, presses: int, count: int) -> dict[str, float]:
    """Have so many presses make a batch of `count` in a new installation; return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        app, settings, told = installation(Path(folder))
        try:
            return timed(app, settings, told, presses, count)
        finally:
            with app.app_context():
                db.engine.dispose()


def timed(app: Flask, settings: Settings, told: Told, presses: int, count: int) -> dict[str, float]:
    """Award the credentials, let the presses work, and return what it took."""
    with app.app_context():
        award_many(db.session, told, count - 1)
        run = cohorts.cohort_for(db.session, told.cast.ada, told.cast.autumn, "administrator")
        batch = batches.ask(db.session, run, by=told.cast.ada, now=clock.now())
        db.session.commit()
    spawn = multiprocessing.get_context("spawn")
    said = spawn.SimpleQueue()
    workers = [spawn.Process(target=pressed, args=(settings, said)) for _ in range(presses)]
    began = time.monotonic()
    for worker in workers:
        worker.start()
    found = [said.get() for _ in workers]
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    with app.app_context():
        made = batches.batch_for(db.session, told.cast.ada, batch)
        assert made.state == "ready" and not made.left_out, made
    return {
        "presses": presses,
        "certificates": count,
        "seconds": seconds,
        "rate": count / seconds,
        "milliseconds": sum(each[0] for each in found) / count * 1000,
        "beside": 1 - sum(each[1] for each in found) / sum(each[0] for each in found),
        "peak_mib": max(each[2] for each in found) / 1024,
        "file_mib": (made.size or 0) / 2**20,
    }


def pressed(settings: Settings, said: Any) -> None:
    """Work as a press does, then say what it took.

    Seconds of processor after the start, those of them within certificates, KiB at the most.
    """
    within, draw = [0.0], making._certificate

    def timed_draw(*given: Any) -> bytes:
        began = time.process_time()
        try:
            return draw(*given)
        finally:
            within[0] += time.process_time() - began

    making._certificate = timed_draw
    began = time.process_time()
    hands.run(batches.PRESS, settings)
    spent = time.process_time() - began
    said.put((spent, within[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="certificates of the batch")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    rows = measure(options.count)
    print(json.dumps(rows, indent=1) if options.json else "\n".join(map(str, rows)))


if __name__ == "__main__":
    main()
