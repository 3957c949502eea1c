"""The statistics page of an examination of 75 items that 500 learners have sat: under a second.

Run with `python -m benchmarks.psychometrics`. It fills a database of its own with attempts at a
bank of the bundled curriculum drawn at full length, then times the report without its cache.
"""

import json
import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

import quizzes
from lms.app import create_app
from lms.config import ROOT, Settings
from lms.db import db, make_engine
from lms.migrate import upgrade
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ResponseStep
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.services import catalogue, psychometrics, publishing

LEARNERS, ITEMS, ROUNDS, MOST_SECONDS = 500, 75, 5, 1.0
THEN = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def main() -> None:
    """Fill the database, time the report, and say whether it is fast enough."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder),
            database_url=f"sqlite:///{folder}/lms.db",
            mode="development",
            secret_key="s" * 48,
        )
        engine = make_engine(settings.database)
        upgrade(engine)
        engine.dispose()
        with create_app(settings).app_context():
            programme, bank = fill(db.session)
            db.session.commit()
            taken = [timed(db.session, programme, bank) for _ in range(ROUNDS)]
    best = sorted(taken)[len(taken) // 2]
    print(f"{LEARNERS} learners x {ITEMS} items: {best:.2f} s (median of {ROUNDS})")
    if best >= MOST_SECONDS:
        raise SystemExit(f"slower than {MOST_SECONDS} s")


def timed(session: Session, programme: int, bank: str) -> float:
    """Return the seconds that a report takes when nothing is kept."""
    psychometrics.forget_reports()
    started = time.perf_counter()
    report = psychometrics.bank_report(session, programme, bank)
    taken = time.perf_counter() - started
    assert report.learners == LEARNERS
    return taken


def fill(session: Session) -> tuple[int, str]:
    """Make a programme whose learners have sat papers of 75 items; return it and the bank."""
    release = publishing.publish(session, ROOT, now=THEN, actor_id=None)[0]
    content = catalogue.release(session, release.id)
    bank = max(content.banks.values(), key=lambda each: len(each.items))
    items = [item for item in bank.items if item.kind == "single"][:ITEMS]
    if len(items) < ITEMS:
        more = [item for each in content.banks.values() for item in each.items]
        items = [item for item in more if item.kind == "single"][:ITEMS]
        content.banks[bank.id] = replace(bank, items=tuple(items))  # type: ignore[index]
    cohort = _cohort(session, release.id)
    chance = random.Random(1)
    for number in range(LEARNERS):
        _sit(session, cohort.id, bank.id, items, number, chance)
    return cohort.programme_id, bank.id


def _cohort(session: Session, release_id: int) -> Cohort:
    programme = Programme(
        slug="bench",
        name="Bench",
        summary="-",
        time_zone="UTC",
        web=None,
        contact_email="office@example.org",
        director_name="-",
        director_title="-",
        created_at=THEN,
    )
    session.add(programme)
    session.flush()
    cohort = Cohort(
        programme_id=programme.id,
        release_id=release_id,
        title="Bench",
        starts_on=date(2026, 9, 1),
        due_on=date(2027, 3, 1),
        created_at=THEN,
    )
    session.add(cohort)
    session.flush()
    return cohort


def _sit(
    session: Session,
    cohort_id: int,
    bank_id: str,
    items: list[quizzes.Item],
    number: int,
    chance: random.Random,
) -> None:
    account = Account(
        email=f"bench{number}@example.org",
        password="-",
        active=True,
        fs_uniquifier=f"bench-{number}",
        confirmed_at=THEN,
        full_name=f"Bench {number}",
        profession="Nurse",
        created_at=THEN,
    )
    session.add(account)
    session.flush()
    seat = Enrolment(cohort_id=cohort_id, account_id=account.id, enrolled_at=THEN)
    session.add(seat)
    session.flush()
    order = tuple(option.id for option in items[0].options)
    slots = tuple(quizzes.Slot(item.id, item.content_hash, order) for item in items)
    paper = quizzes.Paper(bank_id, slots, 80)
    attempt = Attempt(
        enrolment_id=seat.id,
        module_key="bench",
        number=1,
        bank_id=bank_id,
        seed=number,
        paper=json.dumps(quizzes.paper_to_document(paper), sort_keys=True),
        started_at=THEN,
        submitted_at=THEN,
    )
    session.add(attempt)
    session.flush()
    ability = chance.uniform(0.5, 0.95)
    session.execute(
        sa.insert(ResponseStep),
        [
            {
                "attempt_id": attempt.id,
                "slot": slot,
                "sequence": sequence,
                "answer": _answer(item, ability, chance),
                "certainty": chance.randint(1, 3),
                "recorded_at": THEN,
            }
            for slot, item in enumerate(items, start=1)
            for sequence in range(1, 1 + chance.choice((1, 1, 2)))
        ],
    )


def _answer(item: quizzes.Item, ability: float, chance: random.Random) -> str:
    if chance.random() < ability:
        return item.key.id
    return chance.choice([option.id for option in item.options if not option.key])


if __name__ == "__main__":
    main()
