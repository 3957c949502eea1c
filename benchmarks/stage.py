"""The stage of a measurement: a filled database, our server on it, and the anchors' server."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import courses
import quizzes
from benchmarks import anchors
from lms.app import create_app
from lms.config import ROOT, Settings
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.models.accounts import Account
from lms.models.cohorts import Cohort
from lms.models.mail import OutboxMessage
from lms.services import assessment, catalogue, closing, cohorts, credentials, publishing
from tests import cast, population
from tests.population import Learner
from tests.serving import SECRET, Server

LEARNERS, SITTERS = 200, 64
T = TypeVar("T")


@dataclass(frozen=True)
class Seated:
    """An attempt, the browser it is sat in, and the slots that ask for a single best answer."""

    attempt: int
    cookie: str
    slots: list[int]

    @classmethod
    def at(cls, app: Flask, session: Session, learner: Learner, attempt: int) -> Seated:
        """Seat a learner at an attempt of theirs."""
        sitting = assessment.sitting_for(session, learner.account, attempt)
        kinds = [sitting.bank.item(slot.item_id).kind for slot in sitting.paper.slots]
        slots = [number for number, kind in enumerate(kinds, start=1) if kind == "single"]
        return cls(attempt, learner.cookie(app), slots)


@dataclass(frozen=True)
class Stage:
    """Where to knock, and as whom."""

    ours: Server
    anchors: Server
    csrf: str
    lesson: str
    quiz: str
    verify: str
    cohort: str
    reader_cookie: str
    staff_cookie: str
    sitters: list[Seated]


@dataclass(frozen=True)
class Served(Generic[T]):
    """Our server, and what its database was filled with."""

    ours: Server
    filled: T


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL server of our own, as durable as any; give its address."""
    told = subprocess.run(
        ["bash", "tools/postgres.sh", "start", "durable"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    words = dict(word.split("=", 1) for word in told.removeprefix("export ").split())
    try:
        yield words["LMS_TEST_DB"].strip("'")
    finally:
        stop = ["bash", "tools/postgres.sh", "stop", words["LMS_PG_HOME"]]
        subprocess.run(stop, cwd=ROOT, check=True)


@contextlib.contextmanager
def stage(server: str | None = None, root: Path = ROOT) -> Iterator[Stage]:
    """Fill a database and serve it: SQLite, or a new database on a PostgreSQL `server`."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        folder = Path(name)
        ours, filled = _ours(server, folder, root, _fill)
        theirs = _database(server, folder, "anchors")
        anchors_engine = anchors.make_engine(theirs)
        anchors.fill(anchors_engine)
        anchors_engine.dispose()
        other = folder / "anchors"
        other.mkdir()
        bare = Server(other, theirs, wsgi="benchmarks.anchors:app", ANCHORS_DATABASE=theirs)
        try:
            yield Stage(ours.start(), bare.start(), **filled)  # type: ignore[arg-type]
        finally:
            ours.stop()
            bare.stop()


@contextlib.contextmanager
def served(fill: Callable[[Flask, Path], T], root: Path = ROOT) -> Iterator[Served[T]]:
    """Serve an SQLite database that `fill` has filled, together with what it returned."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        ours, filled = _ours(None, Path(name), root, fill)
        try:
            yield Served(ours.start(), filled)
        finally:
            ours.stop()


def _ours(
    server: str | None, folder: Path, root: Path, fill: Callable[[Flask, Path], T]
) -> tuple[Server, T]:
    """Fill a new database of ours; return its server, not yet started, and what `fill` returned."""
    address = _database(server, folder, "ours")
    engine = make_engine(address)
    upgrade(engine)
    engine.dispose()
    app = create_app(_settings(folder, address))
    with app.app_context():
        filled = fill(app, root)
        # Nobody waits for the letters written meanwhile; delivering them would be measured too.
        db.session.execute(sa.update(OutboxMessage).values(sent_at=datetime.now(UTC)))
        db.session.commit()
        db.engine.dispose()
    return Server(folder, address), filled


def _database(server: str | None, folder: Path, name: str) -> str:
    if server is None:
        return f"sqlite:///{folder / name}.db"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    unique = f"{name}_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {unique}"))
    admin.dispose()
    return sa.make_url(server).set(database=unique).render_as_string(hide_password=False)


def _settings(folder: Path, address: str) -> Settings:
    return Settings(
        data=folder,
        database_url=address,
        mode="development",
        secret_key=SECRET,
        rate_limits=False,
    )


def _fill(app: Flask, root: Path) -> dict[str, object]:
    session, now = db.session, datetime.now(UTC)
    people = cast.seed(session)
    release = publishing.publish(session, root, now=now, actor_id=None)[0]
    cohort = Cohort(
        programme_id=people.northgate,
        release_id=release.id,
        title="Two hundred",
        starts_on=(now - timedelta(days=60)).date(),
        due_on=(now + timedelta(days=60)).date(),
        enrols_until=date(2099, 12, 31),
        created_at=now,
    )
    session.add(cohort)
    session.flush()
    learners = population.add_learners(session, cohort.id, LEARNERS, now=now)
    content = catalogue.release(session, release.id)
    course = content.course
    attempts, serial = _study(session, learners, now)
    session.commit()
    ada = session.get_one(Account, people.ada)
    staff = population.seat(session, ada, people.autumn, now)
    session.commit()
    reader = Seated.at(app, session, learners[0], attempts[0])
    longest = max(course.lessons, key=lambda lesson: lesson.words)
    return {
        "csrf": population.csrf_token(app),
        "lesson": f"/learn/{learners[0].enrolment}/{longest.key}",
        "quiz": f"/attempts/{attempts[0]}/items/{reader.slots[-1]}",
        "verify": f"/v/{serial}",
        "cohort": f"/manage/cohorts/{cohort.id}",
        "reader_cookie": learners[0].cookie(app),
        "staff_cookie": staff.cookie(app),
        "sitters": [
            Seated.at(app, session, learner, attempt)
            for attempt, learner in zip(attempts[1:], learners[1:], strict=False)
        ],
    }


def _study(session: Session, learners: list[Learner], now: datetime) -> tuple[list[int], str]:
    """Bring the learners to all stages: some finished, some sitting the quiz, some behind."""
    attempts: list[int] = []
    serial = ""
    for place, learner in enumerate(learners):
        reads = 1000 if place <= SITTERS or place % 3 == 0 else place % 6
        population.read_lessons(session, learner, now - timedelta(days=place % 40 + 1), reads)
        if reads < 1000:
            continue
        seat = cohorts.seat_for(session, learner.account, learner.enrolment)
        course = catalogue.release(session, seat.release_id).course
        quizzed = [module.key for module in course.modules if module.quiz]
        if place <= SITTERS:
            attempts.append(assessment.start(session, seat, quizzed[0], seed=place, now=now))
            continue
        for module in quizzed:
            population.read_lessons(session, learner, now)  # a last module may have waited
            _pass(session, seat, module, now)
        _close(session, seat, course.closing, now)
        address = "http://127.0.0.1/v"
        serial = credentials.award_if_complete(session, seat, now=now, verify_address=address) or ""
    if not serial:
        raise SystemExit("Nobody earned a credential: there is no verification page to measure.")
    return attempts, serial


def _close(session: Session, seat: cohorts.Seat, asked: courses.Closing, now: datetime) -> None:
    """Let somebody attest the code of ethics and evaluate the course."""
    if asked.code is not None:
        name = session.get_one(Account, seat.account_id).full_name
        closing.attest(session, seat, typed_name=name, digest=asked.code.digest, now=now)
    if asked.evaluation is not None:
        given = {
            each.id: each.options[0] if each.options else "4"
            for each in asked.evaluation.questions
            if each.kind != "text"
        }
        closing.evaluate(session, seat, given, now)


def _pass(session: Session, seat: cohorts.Seat, module: str, now: datetime) -> None:
    """Let somebody answer every item of a module's quiz rightly."""
    attempt = assessment.start(session, seat, module, seed=seat.enrolment_id, now=now)
    sitting = assessment.sitting_for(session, seat.account_id, attempt)
    for number, slot in enumerate(sitting.paper.slots, start=1):
        best = quizzes.best_answer(sitting.bank.item(slot.item_id))
        assessment.save_response(
            session, seat.account_id, attempt, slot=number, sequence=1, answer=best or "", now=now
        )
    assessment.submit(session, seat.account_id, attempt, now)
