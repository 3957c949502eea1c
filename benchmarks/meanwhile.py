"""What saving an answer costs while staff open, bring in and take away what is heavy.

    python -m benchmarks.meanwhile [LEDGER_ROWS]

Sixteen learners of a cohort of 500 save answers over HTTP, each as soon as the last save is
answered. Between two idle spells the server also opens that cohort's page again and again, tries a
roster of 50,000 rows, streams a ledger, or makes an evidence pack. Each line is the p50 and p99 of
the saves and the p99's ratio to that of both idle spells around it; at most three is wanted.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from benchmarks import cohorts as crowds
from benchmarks import exports, load, rosters, saves
from benchmarks.stage import Seated, Served, served
from lms.db import db, make_engine
from lms.models.packs import EvidencePack
from lms.models.rosters import Roster
from lms.services import assessment, catalogue, cohorts, packs
from tests import cast, population
from tests.cast import settings_for

LEARNERS, CLIENTS = 500, 16
ROSTER_ROWS = 50_000
# What still waits when a spell ends is left out: long spells keep the slowest in.
SPELL_SECONDS = 5.0
MOST_SECONDS, IDLE_SECONDS = 25.0, 6.0
GOAL = 3.0


@dataclass(frozen=True)
class Filled:
    """Who saves, who looks on, and where the heavy things stand."""

    people: cast.Cast
    csrf: str
    staff_cookie: str
    cohort: int
    sitters: list[Seated]


def fill(app: Flask, _root: Path, rows: int) -> Filled:
    """Make the cohort with its sixteen at their quiz, and a ledger of so many rows in another."""
    session, now = db.session, datetime.now(UTC)
    people = cast.seed(session)
    made = crowds.fill(session, app, people, 1, LEARNERS - CLIENTS)
    sitters = []
    for learner in population.add_learners(session, made.cohort, CLIENTS, now=now):
        population.read_lessons(session, learner, now)
        sitters.append(Seated.at(app, session, learner, begin(session, learner, now)))
    session.commit()
    exports.fill(session, people.autumn, rows)
    return Filled(people, population.csrf_token(app), made.cookie, made.cohort, sitters)


def begin(session: Session, learner: population.Learner, now: datetime) -> int:
    """Let a learner begin the first quiz of the course."""
    seat = cohorts.seat_for(session, learner.account, learner.enrolment)
    course = catalogue.release(session, seat.release_id).course
    quiz = next(module.key for module in course.modules if module.quiz)
    return assessment.start(session, seat, quiz, seed=learner.enrolment, now=now)


class Savers:
    """Sixteen learners who go on saving where they stopped."""

    def __init__(self, port: int, filled: Filled) -> None:
        self.port = port
        self.sitters = [saves.Sitter(port, filled.csrf, seated) for seated in filled.sitters]

    def save(self, goes_on: Callable[[], bool], most: float) -> load.Load:
        """Save in spells for as long as something goes on, `most` seconds at most."""
        whole, end = load.Load(0.0), time.monotonic() + most
        while not whole.seconds or (goes_on() and time.monotonic() < end):
            spell = load.run(self.port, [each.resume() for each in self.sitters], SPELL_SECONDS)
            whole.seconds += spell.seconds
            whole.latencies += spell.latencies
            whole.statuses += spell.statuses
        return whole


GoesOn = Callable[[], bool]


@contextlib.contextmanager
def asking(url: str, cookie: str) -> Iterator[GoesOn]:
    """Ask for addresses in a process of its own; yield whether it still does."""
    process = subprocess.Popen(["curl", "-sfo", os.devnull, "-H", f"Cookie: {cookie}", url])
    try:
        yield lambda: process.poll() is None
        if process.poll():
            raise SystemExit(f"{url} was not handed out.")
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def left_to_the_server(
    engine: sa.Engine, job: type[EvidencePack] | type[Roster]
) -> Iterator[GoesOn]:
    """Wait until the server's own sweep has taken a job up; yield whether it is still at it."""
    done = {
        EvidencePack: sa.or_(EvidencePack.made_at.is_not(None), EvidencePack.failure.is_not(None)),
        Roster: Roster.state != "waiting",
    }[job]

    def holds(condition: sa.ColumnElement[bool]) -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(sa.select(sa.exists().where(condition))))

    while not holds(sa.or_(job.claimed_until.is_not(None), done)):
        time.sleep(0.02)
    yield lambda: not holds(done)
    if holds(EvidencePack.failure.is_not(None)) or holds(Roster.state == "refused"):
        raise SystemExit("The server could not do it.")


def ask_for_pack(engine: sa.Engine, filled: Filled) -> None:
    """Ask for the evidence pack of the cohort of 500."""
    with Session(engine) as session:
        run = cohorts.cohort_for(session, filled.people.ada, filled.cohort, "overseer")
        packs.ask(session, run, by=filled.people.ada, now=datetime.now(UTC))
        session.commit()


def measure(here: Served[Filled]) -> Iterator[str]:
    """Yield a line for idleness and one for everything that goes on meanwhile."""
    filled, url = here.filled, here.ours.url
    savers = Savers(here.ours.port, filled)
    settings = settings_for(here.ours.data, here.ours.environment["LMS_DATABASE_URL"])
    engine = make_engine(settings.database)

    def idle() -> load.Load:
        return savers.save(lambda: True, IDLE_SECONDS)

    def pages() -> load.Load:
        path = f"/manage/cohorts/{filled.cohort}?again=[1-1000000]"
        with asking(url + path, filled.staff_cookie) as goes_on:
            found = savers.save(goes_on, MOST_SECONDS / 2)
            assert goes_on(), "the page was refused"
            return found

    def roster() -> load.Load:
        file = rosters.as_csv(ROSTER_ROWS)
        file.seek(0)
        rosters.sent(settings, filled.people, file)
        with left_to_the_server(engine, Roster) as goes_on:
            return savers.save(goes_on, MOST_SECONDS * 4)

    def export() -> load.Load:
        path = f"/manage/cohorts/{filled.people.autumn}/report/table.csv?source=ledger"
        with asking(url + path, filled.staff_cookie) as goes_on:
            return savers.save(goes_on, MOST_SECONDS * 4)

    def pack() -> load.Load:
        ask_for_pack(engine, filled)
        with left_to_the_server(engine, EvidencePack) as goes_on:
            return savers.save(goes_on, MOST_SECONDS * 4)

    before = idle()
    yield line("nothing else", before, None)
    heavy = {
        "the page of 500 learners, again and again": pages,
        f"a roster of {ROSTER_ROWS:,} rows": roster,
        "the ledger as CSV": export,
        "an evidence pack": pack,
    }
    for name, work in heavy.items():
        found = work()
        after = idle()
        yield line(name, found, load.Load(1.0, before.latencies + after.latencies))
        before = after
    engine.dispose()


def line(name: str, found: load.Load, idle: load.Load | None) -> str:
    """Return what saves cost as one line, with the machine's load average."""
    ratio = found.percentile(99) / idle.percentile(99) if idle else 1.0
    sign = "✓" if ratio <= GOAL and not found.errors else "✕"
    return (
        f"{sign} {name:<42} {found.seconds:5.0f} s, {found.rate:5.0f} saves/s, "
        f"p50 {found.percentile(50):6.1f} ms, p99 {found.percentile(99):6.1f} ms, "
        f"{ratio:4.1f} x idle p99, {found.errors} errors, load {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    """Fill, serve, measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else exports.MANY
    with served(lambda app, root: fill(app, root, rows)) as here:
        for each in measure(here):
            print(each, flush=True)


if __name__ == "__main__":
    main()
