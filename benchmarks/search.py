"""Search against an ordinary page of the same run, at today's content and at fifty times as much.

Each client asks the same questions in turn: rare words and frequent ones, two words, misspelt
ones, and words that no passage has together. The larger release is the bundled one fifty times
over, each time with some words of its own, so that its vocabulary grows as well.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote_plus

import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from benchmarks import load
from benchmarks.stage import Stage
from lms.app import create_app
from lms.config import Settings
from lms.db import db
from lms.models.catalogue import Release
from lms.models.cohorts import Cohort
from lms.models.search import PassageRecord
from lms.services.search.passages import Passage, passages_of
from lms.services.search.writing import write_passages
from tests import population
from tests.serving import SECRET

TIMES, CLIENTS = 50, 8
# One word in so many of a copy is that copy's own.
OWN_WORDS = 40
QUESTIONS = (
    "lithium seizure", "MAOI", "lithum seizure", "MAIO", "psilocybin", "QTc", "blood pressure",
    "what is the risk of seizure with lithium", "touch and consent", "esketamine home",
    "serotonin toxicity clonus", "psylocibin depresion", "SCR-045", "ayahuasca oximetry ibogaine",
)  # fmt: skip
# How many lesson pages' time a search may take, in the middle of all questions.
GOAL = 2.0


def measure(stage: Stage, database: str, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Return two rows: the time of a search in lesson pages, at 1 and at 50 times the content."""
    cookie, counts = _grow(stage)
    port = stage.ours.port
    lesson = load.get(port, stage.lesson, stage.reader_cookie)
    cohort = load.get(port, stage.cohort, stage.staff_cookie)
    asked: dict[str, Callable[[int], load.Ask]] = {
        "lesson": lambda _client: lambda: lesson,
        "cohort": lambda _client: lambda: cohort,
        "1": _asker(port, stage.reader_cookie),
        str(TIMES): _asker(port, cookie),
    }
    seen: dict[str, list[load.Load]] = {name: [] for name in asked}
    spent: dict[str, float] = dict.fromkeys(asked, 0.0)
    for number in range(-1, rounds):
        for name, ask in asked.items():
            before = stage.ours.processor_seconds()
            found = load.run(port, [ask(client) for client in range(CLIENTS)], seconds)
            if number >= 0:  # the first round fills what processes keep
                seen[name].append(found)
                spent[name] += stage.ours.processor_seconds() - before
    return [_row(name, database, counts[name], seen, spent) for name in ("1", str(TIMES))]


def _asker(port: int, cookie: str) -> Callable[[int], load.Ask]:
    requests = [load.get(port, f"/search?q={quote_plus(each)}", cookie) for each in QUESTIONS]

    def of_client(client: int) -> load.Ask:
        turn = itertools.cycle(requests[client:] + requests[:client])
        return lambda: next(turn)

    return of_client


def _row(
    name: str,
    database: str,
    passages: int,
    seen: dict[str, list[load.Load]],
    spent: dict[str, float],
) -> dict[str, Any]:
    def middle(of: str) -> float:
        return statistics.median(each for found in seen[of] for each in found.latencies)

    def cost(of: str) -> float:
        return spent[of] / sum(each.answered for each in seen[of])

    ratio = middle(name) / middle("lesson")
    errors = sum(each.errors for each in seen[name])
    return {
        "name": f"S1 search, {database}, content x {name}",
        "ratio": round(ratio, 2),
        "anchor": "p50 of the lesson page",
        "goal": f"at most {GOAL}",
        "met": ratio <= GOAL and not errors,
        "passages": passages,
        "p50_ms": round(1000 * middle(name), 1),
        "in_cohort_pages": round(middle(name) / middle("cohort"), 2),
        "processor_ms": round(1000 * cost(name), 2),
        "processor_of_lesson": round(cost(name) / cost("lesson"), 2),
        "errors": errors,
    }


def _grow(stage: Stage) -> tuple[str, dict[str, int]]:
    """Add a release of fifty times the passages and a learner of it; return their cookie."""
    settings = Settings(
        data=stage.ours.data,
        database_url=stage.ours.environment["LMS_DATABASE_URL"],
        mode="development",
        secret_key=SECRET,
        rate_limits=False,
    )
    app = create_app(settings)
    with app.app_context():
        session, now = db.session, datetime.now(UTC)
        small = session.scalars(sa.select(Release).order_by(Release.id.desc()).limit(1)).one()
        large = _large_release(session, small, now)
        cohort = Cohort(
            programme_id=session.scalars(sa.select(Cohort.programme_id)).first(),
            release_id=large.id,
            title="Fifty times",
            starts_on=date(2026, 1, 1),
            due_on=date(2099, 1, 1),
            created_at=now,
        )
        session.add(cohort)
        session.flush()
        learner = population.add_learners(session, cohort.id, 1, now=now, prefix="searcher")[0]
        session.commit()
        counts = {
            name: session.scalars(
                sa.select(sa.func.count()).where(PassageRecord.release_id == release.id)
            ).one()
            for name, release in (("1", small), (str(TIMES), large))
        }
        cookie = learner.cookie(app)
        if db.engine.dialect.name == "postgresql":
            session.execute(sa.text("ANALYZE passages"))
            session.execute(sa.text("ANALYZE passage_index"))
            session.commit()
        db.engine.dispose()
    return cookie, counts


def _large_release(session: Session, small: Release, now: datetime) -> Release:
    document = json.loads(small.document)
    facts = [courses.fact_from_document(fact) for fact in document["facts"]]
    course = courses.course_from_document(document["course"])
    passages = passages_of(course, {fact.id: fact for fact in facts})
    large = Release(
        course_slug=f"{small.course_slug}-x{TIMES}",
        label=small.label,
        content_hash=small.content_hash[::-1],
        document=small.document,
        published_at=now,
    )
    session.add(large)
    session.flush()
    many = [each for number in range(TIMES) for each in _copies(passages, number)]
    write_passages(session, large.id, sorted(many, key=lambda each: each.is_public))
    return large


def _copies(passages: list[Passage], number: int) -> Iterator[Passage]:
    """The passages once more, with one word in forty replaced by one that no other copy has."""
    places = itertools.count(number)

    def own(found: re.Match[str]) -> str:
        if number and not next(places) % OWN_WORDS:
            letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:02}")
            return f"{found[0]}{letters}"
        return found[0]

    for each in passages:
        yield dataclasses.replace(
            each, key=f"{each.key}-{number}", text=re.sub(r"[a-z]{5,}", own, each.text)
        )
