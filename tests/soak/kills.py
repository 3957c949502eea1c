"""The kill test: SIGKILL of the whole server at random moments while learners sit quizzes.

    python -m tests.soak.kills --cycles 200 --clients 8 [--seconds 600] [--seed 7]

It ends with exit status 1 when what clients were told and what the database holds differ.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

import quizzes
from lms.app import create_app
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.models.assessment import Attempt
from lms.services import catalogue
from tests import population
from tests.cast import Cast, seed, settings_for
from tests.serving import SECRET, Server
from tests.soak.checker import violations
from tests.soak.crowd import Client, GivenUp, History, Seated

LEARNERS_A_CYCLE = 24
LONGEST_LIFE = 2.0  # seconds between a server's first answer and its end
STARTUP_KILLS = 0.1  # share of kills that hit a server while it starts


@dataclass(frozen=True)
class Report:
    """What a storm came to."""

    kills: int
    seconds: float
    history: History
    violations: list[str]
    attempts: int
    credentials: int

    def figures(self) -> dict[str, object]:
        """Return the figures for people and for machines."""
        return {
            "kills": self.kills,
            "seconds": round(self.seconds),
            "acknowledged answers": self.history.count("acknowledged"),
            "refused": self.history.count("refused"),
            "unknown": self.history.count("unknown"),
            "attempts started": self.attempts,
            "submissions acknowledged": len(self.history.submitted),
            "credentials": self.credentials,
            "violations": len(self.violations),
        }


class Hall:
    """The installation under test: a database with many learners who may sit the quiz."""

    def __init__(self, folder: Path, address: str, learners: int, cast: Cast | None) -> None:
        self.app = create_app(settings_for(folder, address, secret_key=SECRET))
        now = datetime.now(UTC)
        with self.app.app_context():
            people = cast or seed(db.session)
            seated = population.add_learners(db.session, people.autumn, learners, now=now)
            for learner in seated:
                population.read_lessons(db.session, learner, now)
            db.session.commit()
            content = catalogue.release(db.session, people.release)
        self.bank = next(iter(content.banks.values()))
        csrf = population.csrf_token(self.app)
        self._free = [Seated(each.enrolment, each.cookie(self.app), csrf) for each in seated]
        self._guard = threading.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether every learner was handed out, so that clients may have stood idle."""
        return not self._free

    def next_learner(self) -> Seated:
        """Hand out a learner nobody sat for yet."""
        with self._guard:
            if not self._free:
                raise GivenUp
            return self._free.pop()

    def keys_of(self, attempt: int) -> list[str]:
        """Return the right option of each slot of an attempt's paper."""
        with self.app.app_context():
            text = db.session.scalars(sa.select(Attempt.paper).where(Attempt.id == attempt)).one()
        paper = quizzes.paper_from_document(json.loads(text))
        return [self.bank.item(slot.item_id).key.id for slot in paper.slots]


def storm(
    folder: Path,
    address: str,
    *,
    cycles: int,
    clients: int,
    seed: int,
    seconds: float = float("inf"),
    wsgi: str = "wsgi:app",
    cast: Cast | None = None,
    tell: bool = False,
) -> Report:
    """Kill the server `cycles` times under `clients` learners; compare history and database.

    `cast` names the people of a database that is filled already; an empty one is filled first.
    """
    engine = make_engine(address)
    upgrade(engine)
    engine.dispose()
    hall = Hall(folder, address, clients + cycles * LEARNERS_A_CYCLE, cast)
    server = Server(folder, address, wsgi=wsgi)
    over = threading.Event()
    crowd = [
        Client(server.port, hall.next_learner, hall.keys_of, over, seed + number)
        for number in range(clients)
    ]
    chance = random.Random(seed)
    began = time.monotonic()
    kills = 0
    try:
        for client in crowd:
            client.start()
        while kills < cycles and time.monotonic() - began < seconds:
            _live_and_die(server, chance)
            kills += 1
            if tell and kills % 20 == 0:
                print(f"{kills} kills, {time.monotonic() - began:.0f} s", flush=True)
    finally:
        over.set()
        for client in crowd:
            client.join()
        server.kill()
    return _settle(hall, crowd, kills, time.monotonic() - began)


def _live_and_die(server: Server, chance: random.Random) -> None:
    server.launch()
    if chance.random() < STARTUP_KILLS:
        time.sleep(chance.uniform(0.1, 1.0))
    else:
        server.wait()
        time.sleep(chance.uniform(0.05, LONGEST_LIFE))
    server.kill()


def _settle(hall: Hall, crowd: list[Client], kills: int, seconds: float) -> Report:
    history = History.of_all([client.history for client in crowd])
    if hall.is_empty:
        history.surprises.append("the storm ran out of learners: give it more")
    with hall.app.app_context():
        found = violations(db.session, history)
        attempts, credentials = (
            db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0
            for table in ("attempts", "credentials")
        )
    with hall.app.app_context():
        db.engine.dispose()
    return Report(kills, seconds, history, found, attempts, credentials)


def main() -> None:
    """Run the storm, print its figures, and fail on any violation."""
    parser = argparse.ArgumentParser(description="Kill the server again and again.")
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="lms-kills-") as name:
        folder = Path(name)
        report = storm(
            folder,
            f"sqlite:///{folder / 'lms.db'}",
            cycles=options.cycles,
            clients=options.clients,
            seconds=options.seconds,
            seed=options.seed,
            tell=True,
        )
    for name_of, figure in report.figures().items():
        print(f"{name_of:>26}  {figure}")
    for violation in report.violations[:50]:
        print(f"VIOLATION {violation}")
    sys.exit(1 if report.violations else 0)


if __name__ == "__main__":
    main()
