"""An examination sat by many at once: a thousand learners saving, and four hundred who begin.

Requests are sent when they are due, whether or not earlier ones were answered, each over a
connection of its own, as browsers do that save once in a quarter of a minute: a server that falls
behind cannot slow its clients down and so look better than it is.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from benchmarks import load
from benchmarks.stage import Seated, Served, served
from lms.db import db
from lms.models.cohorts import Cohort
from lms.services import assessment, catalogue, cohorts, publishing
from tests import cast, population

LEARNERS, BEGINNERS = 1000, 400
SAVE_EVERY, SAVING_SECONDS = 15.0, 30.0
BELL_SECONDS = 1.0
IDLE_SAVES, IDLE_PAUSE = 300, 0.05


@dataclass
class Answers:
    """Latencies in seconds, from the moment a request was due, and how many did not succeed."""

    latencies: list[float] = field(default_factory=list)
    errors: int = 0

    def percentile(self, percent: int) -> float:
        """A percentile of the latencies, in milliseconds."""
        return 1000 * statistics.quantiles(self.latencies, n=100)[percent - 1]


@dataclass(frozen=True)
class Room:
    """Whoever sits the quiz, and whoever waits for the bell."""

    csrf: str
    sitters: list[Seated]
    waiting: list[tuple[str, str]]


def measure() -> list[dict[str, Any]]:
    """Return a row for the saves of a thousand learners and one for the bell of four hundred."""
    with served(_fill) as here:
        idle = asyncio.run(_idle(here))
        busy = asyncio.run(_saving(here))
        begun = asyncio.run(_bell(here))
    return [_saving_row(idle, busy), _bell_row(begun)]


def _fill(app: Flask, root: Any) -> Room:
    session, now = db.session, datetime.now(UTC)
    people = cast.seed(session)
    release = publishing.publish(session, root, now=now, actor_id=None)[0]
    cohort = Cohort(
        programme_id=people.northgate,
        release_id=release.id,
        title="A full hall",
        starts_on=now.date(),
        due_on=(now + timedelta(days=60)).date(),
        enrols_until=None,
        created_at=now,
    )
    session.add(cohort)
    session.flush()
    learners = population.add_learners(session, cohort.id, LEARNERS + BEGINNERS, now=now)
    course = catalogue.release(session, release.id).course
    module = next(each for each in course.modules if each.quiz)
    for learner in learners:
        population.read_lessons(session, learner, now, len(module.lessons))
    sitters = [_seated(app, session, each, module.key, now) for each in learners[:LEARNERS]]
    session.commit()
    return Room(
        csrf=population.csrf_token(app),
        sitters=sitters,
        waiting=[
            (f"/learn/{learner.enrolment}/{module.key}/quiz", learner.cookie(app))
            for learner in learners[LEARNERS:]
        ],
    )


def _seated(
    app: Flask, session: Session, learner: population.Learner, module: str, now: datetime
) -> Seated:
    seat = cohorts.seat_for(session, learner.account, learner.enrolment)
    attempt = assessment.start(session, seat, module, seed=learner.enrolment, now=now)
    return Seated.at(app, session, learner, attempt)


class _Sitter:
    """A learner who chooses another option each time, item after item."""

    def __init__(self, here: Served[Room], place: int) -> None:
        self._here = here
        self._seated = here.filled.sitters[place]
        self._turn = 0

    def next(self) -> bytes:
        """Return the next save."""
        sequence, place = divmod(self._turn, len(self._seated.slots))
        self._turn += 1
        slot = self._seated.slots[place]
        path = f"/attempts/{self._seated.attempt}/items/{slot}/response"
        body = f'{{"sequence": {sequence + 1}, "answer": "{"ab"[sequence % 2]}"}}'
        room, port = self._here.filled, self._here.ours.port
        return load.post_json(port, path, body, self._seated.cookie, room.csrf)


async def _ask(port: int, request: bytes) -> tuple[int, bytes]:
    """Send a request over a new connection; return the status and the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head, rest = request.split(b"\r\n", 1)
        writer.write(head + b"\r\nConnection: close\r\n" + rest)
        answer = await reader.read()
    finally:
        writer.close()
    return int(answer[9:12] or b"0"), answer


async def _at(due: float, answers: Answers, act: Callable[[], Awaitable[bool]]) -> None:
    """Act when it is due, and note how long after that moment it was done."""
    await asyncio.sleep(max(0.0, due - time.perf_counter()))
    try:
        succeeded = await act()
    except (OSError, ValueError):
        succeeded = False
    answers.latencies.append(time.perf_counter() - due)
    answers.errors += not succeeded


async def _idle(here: Served[Room]) -> Answers:
    """One learner alone, with a pause after each save."""
    answers, sitter = Answers(), _Sitter(here, 0)
    for _ in range(IDLE_SAVES):
        await _at(time.perf_counter() + IDLE_PAUSE, answers, _saved(here, sitter))
    return answers


async def _saving(here: Served[Room]) -> Answers:
    """Everybody, each a save every quarter of a minute, from a moment of their own."""
    answers, start, chance = Answers(), time.perf_counter() + 0.5, random.Random(1)
    acts = []
    for place in range(1, len(here.filled.sitters)):
        sitter, first = _Sitter(here, place), chance.uniform(0, SAVE_EVERY)
        rounds = int((SAVING_SECONDS - first) // SAVE_EVERY) + 1
        acts += [
            _at(start + first + SAVE_EVERY * turn, answers, _saved(here, sitter))
            for turn in range(rounds)
        ]
    await asyncio.gather(*acts)
    return answers


def _saved(here: Served[Room], sitter: _Sitter) -> Callable[[], Awaitable[bool]]:
    async def act() -> bool:
        status, _answer = await _ask(here.ours.port, sitter.next())
        return status == 200

    return act


async def _bell(here: Served[Room]) -> Answers:
    """All who wait press the button within a second, and read their first item."""
    answers, start, chance = Answers(), time.perf_counter() + 0.5, random.Random(2)
    acts = [
        _at(start + chance.uniform(0, BELL_SECONDS), answers, _begins(here, path, cookie))
        for path, cookie in here.filled.waiting
    ]
    await asyncio.gather(*acts)
    return answers


def _begins(here: Served[Room], path: str, cookie: str) -> Callable[[], Awaitable[bool]]:
    port = here.ours.port
    form = f"csrf_token={here.filled.csrf}"
    press = load.post_form(port, f"{path}/start", form, cookie)

    async def act() -> bool:
        status, answer = await _ask(port, press)
        for _ in range(3):  # to the attempt, and from there to its first item
            found = re.search(rb"\r\nLocation: (\S+)", answer)
            if status not in (302, 303) or found is None:
                break
            status, answer = await _ask(port, load.get(port, found[1].decode(), cookie))
        return status == 200 and b'id="answer' in answer

    return act


def _saving_row(idle: Answers, busy: Answers) -> dict[str, Any]:
    ratio = busy.percentile(99) / idle.percentile(99)
    return {
        "name": f"A1 {LEARNERS} learners, a save every {SAVE_EVERY:.0f} s each",
        "ratio": round(ratio, 2),
        "anchor": f"p99 of one learner alone, {idle.percentile(99):.0f} ms",
        "goal": "p99 at most twice idle, no error",
        "met": ratio <= 2 and not busy.errors,
        "saves": len(busy.latencies),
        "p50_ms": round(busy.percentile(50), 1),
        "p99_ms": round(busy.percentile(99), 1),
        "errors": busy.errors,
    }


def _bell_row(begun: Answers) -> dict[str, Any]:
    return {
        "name": f"A2 start bell of {len(begun.latencies)} learners within {BELL_SECONDS:.0f} s",
        "ratio": round(max(begun.latencies), 1),
        "anchor": "seconds until the last one reads the first item",
        "goal": "no error",
        "met": not begun.errors,
        "p50_ms": round(begun.percentile(50)),
        "p99_ms": round(begun.percentile(99)),
        "errors": begun.errors,
    }
