"""How long the statistics of a large examination take: 10,000 attempts by 75 items, one core.

`python -m benchmarks.analysis [--json]`; `measure()` gives the rows. Times are processor time
in a process of its own with one thread, from lists of marks to every figure. The anchor is the
sum of the same marks in plain Python.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LEARNERS, ITEMS, ROUNDS = 10_000, 75, 5
SECONDS = 1.0
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

WORK = """
import json, random, sys, time
from fractions import Fraction
from quizzes import analyse, mark_table
learners, items, rounds, gaps = (int(word) for word in sys.argv[1:])
chance = random.Random(7)
rows = []
for _ in range(learners):
    ability = chance.random()
    row = [float(chance.random() < ability) for _ in range(items)]
    rows.append([None if gaps and chance.random() < 0.3 else mark for mark in row])
names = [str(number) for number in range(items)]
analyse(mark_table(names, rows[:200]), cut_percent=Fraction(70))
ours, anchor = [], []
for _ in range(rounds):
    began = time.process_time()
    analyse(mark_table(names, rows), cut_percent=Fraction(70))
    ours.append(time.process_time() - began)
    began = time.process_time()
    sum(mark or 0 for row in rows for mark in row)
    anchor.append(time.process_time() - began)
print(json.dumps([ours, anchor]))
"""


def measure() -> Iterator[dict[str, Any]]:
    """Yield a row for an examination of one form and one for parallel forms."""
    for name, gaps in (("one form", 0), ("parallel forms", 1)):
        environment = os.environ | dict.fromkeys(ONE_THREAD, "1")
        words = [str(each) for each in (LEARNERS, ITEMS, ROUNDS, gaps)]
        told = subprocess.run(
            [sys.executable, "-c", WORK, *words],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        ours, anchor = json.loads(told.stdout)
        seconds = statistics.median(ours)
        ratios = sorted(mine / other for mine, other in zip(ours, anchor, strict=True))
        yield {
            "name": f"statistics, {name}",
            "ratio": round(statistics.median(ratios), 1),
            "spread": [round(ratios[0], 1), round(ratios[-1], 1)],
            "anchor": "sum of the marks in plain Python",
            "goal": f"at most {SECONDS:g} s of one core",
            "met": seconds <= SECONDS,
            "seconds": round(seconds, 2),
            "attempts": LEARNERS,
            "items": ITEMS,
        }


def main() -> None:
    """Print each row, and say with the exit status whether the goal is met."""
    parser = argparse.ArgumentParser(description="Measure the statistics of an examination.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    rows = list(measure())
    if options.json:
        print(json.dumps(rows, indent=1))
    for row in [] if options.json else rows:
        print(f"{'✓' if row['met'] else '✕'} {row['name']}: {row['seconds']} s, {row['goal']}")
    sys.exit(0 if all(row["met"] for row in rows) else 1)


if __name__ == "__main__":
    main()
