"""How long and how lean a roster of 50,000 rows is tried, and what answers cost meanwhile.

`python -m benchmarks.rosters [--count N] [--json]`. A process of its own reads the file, judges
every row against the database and keeps the draft, as the clerk does in a running installation;
its peak memory is the operating system's figure. The anchor is the same work on an eighth of the
rows: bounded means that the eight times longer file does not take eight times the memory. While
the long file is tried, a second process writes single rows as a saved answer does, one transaction
each, and its slowest in a hundred is held against the same writes with nothing else going on.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy import orm as so

from lms import clock, hands
from lms.app import create_app
from lms.config import Settings
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.services import cohorts, rosters
from tests.cast import Cast, seed, settings_for

COUNT = 50_000
PART = 8
IDLE_SECONDS = 6.0
HEADINGS = ("Staff number", "E-mail", "Name", "Profession", "Licence number", "Licensed in")


def measure(count: int = COUNT) -> list[dict[str, Any]]:
    """Return the rows: each kind of file at `count`, against an eighth of it, and the saves."""
    found = []
    for form in ("csv", "xlsx"):
        short, long = tried(form, count // PART), tried(form, count, with_saves=True)
        growth = long["peak_mib"] / short["peak_mib"]
        anchor = f"{count // PART:,} rows, {short['peak_mib']:.0f} MiB"
        row(found, f"roster {form}, peak memory", growth, anchor, "at most 2.5", 2.5, long)
        slower = long["save_p99_ms"] / long["idle_p99_ms"]
        idle = f"saves alone, p99 {long['idle_p99_ms']:.1f} ms"
        row(found, f"roster {form}, saves meanwhile", slower, idle, "at most 3", 3, {})
    return found


def row(
    found: list[dict[str, Any]],
    name: str,
    ratio: float,
    anchor: str,
    goal: str,
    most: float,
    more: dict[str, float],
) -> None:
    """Add one line of the table."""
    known = {"name": name, "ratio": round(ratio, 2), "anchor": anchor, "goal": goal}
    found.append(
        {**known, "met": ratio <= most, **{key: round(value, 2) for key, value in more.items()}}
    )


def tried(form: str, count: int, *, with_saves: bool = False) -> dict[str, float]:
    """Have a process try a roster in a new installation; return what it took."""
    with tempfile.TemporaryDirectory() as folder:
        settings, cast = installation(Path(folder))
        file = as_csv(count) if form == "csv" else as_workbook(count)
        size = file.seek(0, 2) / 2**20
        file.seek(0)
        roster = sent(settings, cast, file)
        file.close()
        spawn = multiprocessing.get_context("spawn")
        said = spawn.SimpleQueue()
        found: dict[str, float] = {}
        if with_saves:
            found["idle_p99_ms"] = saves(
                settings, lambda began: time.monotonic() < began + IDLE_SECONDS
            )
        worker = spawn.Process(target=clerk, args=(settings, said))
        began = time.monotonic()
        worker.start()
        if with_saves:
            found["save_p99_ms"] = saves(settings, lambda _began: worker.is_alive())
        worker.join()
        peak, spent = said.get()
        checked(settings, roster, count)
        seconds = time.monotonic() - began
        more = {"rows": count, "file_mib": size, "seconds": seconds, "processor_seconds": spent}
        return {**found, **more, "peak_mib": peak}


def installation(folder: Path) -> tuple[Settings, Cast]:
    """Return a fresh installation with the cast of the tests."""
    settings = settings_for(folder, f"sqlite:///{folder / 'lms.db'}")
    engine = make_engine(settings.database)
    upgrade(engine)
    engine.dispose()
    with create_app(settings).app_context():
        cast = seed(db.session)
        db.session.commit()
        db.engine.dispose()
    return settings, cast


def person(number: int) -> tuple[str, ...]:
    """Return an invented person; one in a thousand has no address that could be one."""
    address = f"person.{number}@hospital-{number % 40}.example" if number % 1000 else "no address"
    name = f"Person Ž{number:05}"
    return (f"N-{number:06}", address, name, "Psychologist", f"PSY-{number}", "Oregon")


def as_csv(count: int) -> BinaryIO:
    """Return a file as Excel saves it in Europe: semicolons, with its byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(map(person, range(1, count + 1)))
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def as_workbook(count: int) -> BinaryIO:
    """Return a workbook with a table of texts, as Excel saves it."""
    import xlsxwriter

    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for number in range(1, count + 1):
            sheet.write_row(number, 0, person(number))
    return data


def sent(settings: Settings, cast: Cast, file: BinaryIO) -> int:
    """Send a roster and leave it waiting."""
    engine = make_engine(settings.database)
    with so.Session(engine, expire_on_commit=False) as session:
        run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
        roster = rosters.send(
            session, run, file, "people", data=settings.data, by=cast.ada, now=clock.now()
        )
        session.commit()
    engine.dispose()
    return roster


def clerk(settings: Settings, said: Any) -> None:
    """Work as the clerk does; say MiB at the most and seconds of processor."""
    began = time.process_time()
    hands.run(rosters.CLERK, settings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said.put((peak, time.process_time() - began))


def saves(settings: Settings, goes_on: Any) -> float:
    """Write small rows, one transaction each, at some forty a second; return the p99 in ms."""
    engine, taken = make_engine(settings.database), []
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS probe (at REAL)"))
    began = time.monotonic()
    while goes_on(began):
        at = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO probe VALUES (1.0)"))
        taken.append((time.perf_counter() - at) * 1000)
        time.sleep(0.02)
    engine.dispose()
    taken.sort()
    return taken[int(len(taken) * 0.99)]


def checked(settings: Settings, roster: int, count: int) -> None:
    """Refuse to report on a draft that is not the whole file."""
    engine = make_engine(settings.database)
    with so.Session(engine) as session:
        counts = rosters.count_kinds(session, roster)
    engine.dispose()
    assert counts["error"] == count // 1000 and sum(counts.values()) == count, counts


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="rows of the roster")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    rows = measure(options.count)
    print(json.dumps(rows, indent=1) if options.json else "\n".join(map(str, rows)))


if __name__ == "__main__":
    main()
