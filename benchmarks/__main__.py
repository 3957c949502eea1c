"""`python -m benchmarks [--json] [--setup]`: one table of ratios, all measured in this run.

Absolute figures drift with the machine and with what else it does; ratios against an anchor of
the same round hold. Each row says which goal it answers and whether it is met.
"""

import argparse
import gc
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from typing import Any

from benchmarks import (
    analysis,
    certificates,
    downloads,
    pages,
    queries,
    saves,
    search,
    signatures,
    sittings,
    starts,
)
from benchmarks.stage import postgresql, stage

PAGE_ROUNDS, PAGE_SECONDS = 15, 0.4
SAVE_ROUNDS, SAVE_SECONDS = 6, 1.2
Row = dict[str, Any]


def main() -> None:
    """Measure, print, and say with the exit status whether every goal is met."""
    parser = argparse.ArgumentParser(description="Measure what the goals name, in one run.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--setup", action="store_true", help="also time uv against pip (network)")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    gc.freeze()  # As a process of ours does, once its modules are loaded.
    began = time.monotonic()
    rows = []
    for row in measured(with_setup=options.setup):
        rows.append(row)
        if not options.json:
            print(line(row), flush=True)
    seconds = round(time.monotonic() - began)
    if options.json:
        print(json.dumps({"machine": machine(), "seconds": seconds, "rows": rows}, indent=1))
    else:
        print(f"\n{machine()}; {seconds} s; {sum(not row['met'] for row in rows)} goals missed")
    sys.exit(0 if all(row["met"] for row in rows) else 1)


def measured(*, with_setup: bool) -> Iterator[Row]:
    """Yield every row: pages, saves, search, starts, examinations, certificates, statistics."""
    with stage() as here:
        yield from pages.measure(here, PAGE_ROUNDS, PAGE_SECONDS)
        yield from queries.measure(here)
        yield from saves.measure(here, "SQLite", SAVE_ROUNDS, SAVE_SECONDS)
        yield from search.measure(here, "SQLite", PAGE_ROUNDS, PAGE_SECONDS)
        yield starts.web_process(here.ours.environment["LMS_DATABASE_URL"], here.ours.data)
    with postgresql() as server, stage(server) as here:
        yield from saves.measure(here, "PostgreSQL", SAVE_ROUNDS, SAVE_SECONDS)
        yield from search.measure(here, "PostgreSQL", PAGE_ROUNDS, PAGE_SECONDS)
    yield from sittings.measure()
    yield from certificates.measure()
    yield from signatures.measure()
    yield from downloads.measure()
    yield from analysis.measure()
    if with_setup:
        yield starts.set_up()


def line(row: Row) -> str:
    """Return a row as one line of the table."""
    known = ("name", "ratio", "anchor", "goal", "met", "bytes", "spread")
    spread = "–".join(map(str, row["spread"])) if "spread" in row else ""
    more = ", ".join(f"{key} {row[key]}" for key in row if key not in known)
    sign = "✓" if row["met"] else "✕"
    parts = f"{sign} {row['name']:<40} {row['ratio']:>7} {spread:<13} {row['goal']:<42}"
    return f"{parts} {row['anchor']:<36} {more}".rstrip()


def machine() -> str:
    """Say in a line what this was measured on."""
    cores = os.cpu_count()
    return (
        f"{platform.system()} {platform.machine()}, {cores} cores, Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
