"""Cohort pages at scale: one cohort of 500 learners, and a programme of twenty such cohorts.

    python -m benchmarks.cohorts [COHORTS]

Prints the milliseconds and queries of the pages a director opens: drawn for the first time in a
process, drawn again after one more lesson, and when nothing has changed.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

import courses
import quizzes
from lms.app import create_app
from lms.config import ROOT, Settings
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ResponseStep, ScoreRecord
from lms.models.cohorts import Cohort, Enrolment
from lms.models.learning import LessonCompletion, Place
from lms.services import catalogue, publishing
from tests import cast, population
from tests.serving import SECRET

LEARNERS = 500
ROUNDS = 5
PAPERS = 24
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Filled:
    """Where the pages are, and who opens them."""

    cohort: int
    enrolment: int
    programme: int
    cookie: str
    learners: int
    completions: int
    attempts: int
    steps: int


class Crowd:
    """Makes learners who are anywhere in a course, and all the rows that say so."""

    def __init__(self, content: catalogue.ReleaseContent, now: datetime, seed: int = 1) -> None:
        self.content = content
        self.now = now
        self.chance = random.Random(seed)
        self.rows: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (LessonCompletion, Place, Attempt, ResponseStep, ScoreRecord)
        }
        self._next_attempt = 1_000
        self._papers = {
            module.key: [self._paper(module, number) for number in range(PAPERS)]
            for module in content.course.modules
            if module.quiz
        }

    def _paper(self, module: courses.Module, seed: int) -> tuple[str, list[quizzes.Item]]:
        bank = self.content.banks[module.quiz or ""]
        paper = quizzes.draw_paper(bank, seed, {})
        by_id = {item.id: item for item in bank.items}
        document = json.dumps(quizzes.paper_to_document(paper), sort_keys=True)
        return document, [by_id[slot.item_id] for slot in paper.slots]

    def study(self, enrolment: int, weeks: int) -> None:
        """Let a learner study for so many weeks, as fast and as ably as chance has it."""
        pace = self.chance.gammavariate(4, 1) * len(self.content.course.units) / 60
        stops = weeks if self.chance.random() < 0.85 else self.chance.uniform(0, weeks)
        begun = self.now - timedelta(weeks=weeks)
        ability = self.chance.uniform(0.62, 0.97)
        count = 0.0
        for unit in self.content.course.units:
            count += self.chance.expovariate(pace)
            if count > stops:
                break
            at = begun + timedelta(weeks=count)
            if unit.kind == "lesson":
                self._read(enrolment, unit, at)
            elif not self._sit(enrolment, unit.module_key, ability, at):
                break

    def _read(self, enrolment: int, unit: courses.Unit, at: datetime) -> None:
        done = {"enrolment_id": enrolment, "lesson_key": unit.key}
        self.rows[LessonCompletion].append({**done, "minutes": unit.minutes, "completed_at": at})
        self.rows[Place].append({**done, "heading": "", "seen_at": at})

    def _sit(self, enrolment: int, module: str, ability: float, at: datetime) -> bool:
        """Sit the quiz of a module up to three times; return whether it was passed."""
        for number in (1, 2, 3):
            document, items = self.chance.choice(self._papers[module])
            self._next_attempt += 1
            attempt, began = self._next_attempt, at + timedelta(days=number - 1)
            ended = began + timedelta(minutes=self.chance.uniform(8, 40))
            self.rows[Attempt].append(
                {
                    "id": attempt, "enrolment_id": enrolment, "module_key": module,
                    "number": number, "bank_id": self.content.course.module(module).quiz,
                    "seed": number, "paper": document, "started_at": began, "submitted_at": ended,
                }
            )  # fmt: skip
            right = sum(self._answer(attempt, slot, item, ability, ended)
                        for slot, item in enumerate(items, start=1))  # fmt: skip
            passed = right * 100 >= 80 * len(items)
            self.rows[ScoreRecord].append(
                {
                    "attempt_id": attempt, "revision": 1, "points": right, "maximum": len(items),
                    "cut_percent": 80, "passed": passed, "reason": "First score",
                    "scored_at": ended, "parts": 1,
                }
            )  # fmt: skip
            if passed:
                return True
            ability = min(1.0, ability + 0.1)
        return False

    def _answer(
        self, attempt: int, slot: int, item: quizzes.Item, ability: float, at: datetime
    ) -> int:
        right = self.chance.random() < ability
        best = quizzes.best_answer(item) or "I would ask, record and call the supervisor."
        is_choice = item.kind in ("single", "hotspot")
        wrong = [option.id for option in item.options if is_choice and not option.key]
        answer = best if right or not wrong else self.chance.choice(wrong)
        self.rows[ResponseStep].append(
            {
                "attempt_id": attempt, "slot": slot, "sequence": 1, "answer": answer,
                "certainty": self.chance.choice((1, 2, 3, 3) if right else (1, 2, 2, 3)),
                "recorded_at": at,
            }
        )  # fmt: skip
        return int(answer == best)

    def write(self, session: Session) -> None:
        """Insert all rows made so far."""
        for table, rows in self.rows.items():
            for start in range(0, len(rows), ROWS_AT_ONCE):
                session.execute(sa.insert(table), rows[start : start + ROWS_AT_ONCE])
            rows.clear()


def fill(session: Session, app: Flask, people: cast.Cast, count: int, learners: int) -> Filled:
    """Make `count` cohorts of one programme, `learners` in each, half-way through the course."""
    now = datetime.now(UTC)
    release = publishing.publish(session, ROOT, now=now, actor_id=None)[0]
    crowd = Crowd(catalogue.release(session, release.id), now)
    first = enrolment = 0
    for number in range(1, count + 1):
        weeks = 4 + 7 * number % 12
        cohort = _cohort(
            session, people.northgate, release.id, number, now - timedelta(weeks=weeks)
        )
        seats = _seats(session, cohort, learners, now - timedelta(weeks=weeks))
        first, enrolment = first or cohort, enrolment or seats[0]
        for seat in seats:
            crowd.study(seat, weeks)
        crowd.write(session)
    ada = session.get_one(Account, people.ada)
    staff = population.seat(session, ada, people.autumn, now)
    session.commit()

    def rows(table: Any) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    return Filled(
        first, enrolment, people.northgate, staff.cookie(app),
        rows(Enrolment), rows(LessonCompletion), rows(Attempt), rows(ResponseStep),
    )  # fmt: skip


def _cohort(session: Session, programme: int, release: int, number: int, begins: datetime) -> int:
    cohort = Cohort(
        programme_id=programme,
        release_id=release,
        title=f"Cohort {number}",
        starts_on=begins.date(),
        due_on=(begins + timedelta(weeks=20)).date(),
        created_at=begins,
    )
    session.add(cohort)
    session.flush()
    return cohort.id


def _seats(session: Session, cohort: int, learners: int, at: datetime) -> Sequence[int]:
    people = [
        {
            "email": f"learner-{cohort}-{number}@example.org", "password": "-", "active": True,
            "fs_uniquifier": f"{cohort}-{number}", "confirmed_at": at, "created_at": at,
            "full_name": f"Learner {number:03} of {cohort}", "profession": "Psychologist",
        }
        for number in range(1, learners + 1)
    ]  # fmt: skip
    made = session.scalars(sa.insert(Account).returning(Account.id), people).all()
    seats = [{"cohort_id": cohort, "account_id": account, "enrolled_at": at} for account in made]
    return session.scalars(sa.insert(Enrolment).returning(Enrolment.id), seats).all()


def one_more_lesson(session: Session, enrolment: int, key: str) -> None:
    """Something happens in the cohort."""
    session.execute(
        sa.insert(LessonCompletion).values(
            enrolment_id=enrolment, lesson_key=key, minutes=1, completed_at=datetime.now(UTC)
        )
    )
    session.commit()


def measure(app: Flask, filled: Filled) -> Iterator[str]:
    """Yield a line a page."""
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    client = app.test_client(use_cookies=False)
    number = iter(range(1_000_000))

    def ask(path: str) -> tuple[float, int, int]:
        asked.clear()
        began = time.perf_counter()
        answer = client.get(path, headers={"Cookie": filled.cookie})
        taken = 1000 * (time.perf_counter() - began)
        assert answer.status_code == 200, (path, answer.status_code)
        return taken, len(asked), len(answer.data)

    def news() -> None:
        with app.app_context():
            one_more_lesson(db.session, filled.enrolment, f"news-{next(number)}")

    for name, path in pages(filled).items():
        first, most, size = ask(path)
        again = median(ask, path, news)
        quiet, few, _size = median(ask, path, lambda: None)
        yield (
            f"{name:34} first {first:7.0f} ms ({most} queries), after news {again[0]:6.0f} ms, "
            f"unchanged {quiet:6.1f} ms ({few} queries), {size / 1000:.0f} kB"
        )


def median(
    ask: Callable[[str], tuple[float, int, int]], path: str, before: Callable[[], None]
) -> tuple[float, int, int]:
    """Return the median time of some visits, and the queries and bytes of the last."""
    seen = []
    for _ in range(ROUNDS):
        before()
        seen.append(ask(path))
    return statistics.median(each[0] for each in seen), seen[-1][1], seen[-1][2]


def pages(filled: Filled) -> dict[str, str]:
    """Return the pages by name."""
    cohort = f"/manage/cohorts/{filled.cohort}"
    return {
        "cohort at a glance": cohort,
        "everybody on one page, to print": f"{cohort}?page=all",
        "objectives": f"{cohort}/objectives",
        "every cohort": "/manage",
    }


def main(count: int, learners: int) -> None:
    """Fill a database, visit the pages and say what they took."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        settings = Settings(
            data=Path(folder),
            database_url=f"sqlite:///{folder}/lms.db",
            mode="development",
            secret_key=SECRET,
            rate_limits=False,
        )
        engine = make_engine(settings.database)
        upgrade(engine)
        engine.dispose()
        app = create_app(settings)
        began = time.perf_counter()
        with app.app_context():
            filled = fill(db.session, app, cast.seed(db.session), count, learners)
        print(
            f"{count} cohorts, {filled.learners} enrolments, {filled.completions} lessons, "
            f"{filled.attempts} attempts, {filled.steps} answers; "
            f"filled in {time.perf_counter() - began:.0f} s"
        )
        for line in measure(app, filled):
            print(line)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"most memory {most:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1, LEARNERS)
