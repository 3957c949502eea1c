"""A ledger of a million rows taken away as CSV and as a workbook: its time and its memory.

    python -m benchmarks.exports [ROWS]

Each measurement is a process of its own; its peak memory is compared with that of the same export
of a thousand rows.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.app import create_app
from lms.db import db, make_engine
from lms.downloads import FORMATS, csv_stream, xlsx_file
from lms.migrate import upgrade
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.learning import LessonCompletion
from lms.services import cohorts, saved
from tests.cast import seed, settings_for

FEW, MANY = 1_000, 1_000_000
LESSONS = 50
AT_ONCE = 20_000
BEGAN = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def fill(session: Session, cohort: int, rows: int) -> None:
    """Let enough invented learners complete fifty lessons each."""
    learners = max(1, rows // LESSONS)
    made = [
        {
            "email": f"learner{number}@example.org",
            "password": "",
            "active": True,
            "fs_uniquifier": f"learner-{number}",
            "full_name": f"Learner Number {number}",
            "profession": "Psychologist",
            "created_at": BEGAN,
        }
        for number in range(learners)
    ]
    ids: list[int] = []
    for start in range(0, learners, AT_ONCE):
        inserted = sa.insert(Account).returning(Account.id)
        ids += session.scalars(inserted, made[start : start + AT_ONCE])
    seats: list[int] = []
    for start in range(0, learners, AT_ONCE):
        chunk = [
            {"cohort_id": cohort, "account_id": each, "enrolled_at": BEGAN}
            for each in ids[start : start + AT_ONCE]
        ]
        seats += session.scalars(sa.insert(Enrolment).returning(Enrolment.id), chunk)
    for start in range(0, len(seats), AT_ONCE // LESSONS):
        session.execute(
            sa.insert(LessonCompletion),
            [
                {
                    "enrolment_id": seat,
                    "lesson_key": f"module/lesson-{number}",
                    "minutes": 20,
                    "completed_at": BEGAN + timedelta(minutes=number),
                }
                for seat in seats[start : start + AT_ONCE // LESSONS]
                for number in range(LESSONS)
            ],
        )
    session.commit()


def prepare(folder: Path, rows: int) -> str:
    """Make a database with so many rows in one cohort's ledger; return its address."""
    address = f"sqlite:///{folder / f'{rows}.db'}"
    engine = make_engine(address)
    upgrade(engine)
    engine.dispose()
    app = create_app(settings_for(folder, address))
    with app.app_context():
        cast = seed(db.session)
        db.session.commit()
        fill(db.session, cast.autumn, rows)
        (folder / "who").write_text(json.dumps([cast.ada, cast.autumn]))
        db.engine.dispose()
    return address


def take_away(folder: Path, address: str, form: str) -> dict[str, float]:
    """Export the ledger in this process; return seconds, bytes and the peak of memory in MiB."""
    app = create_app(settings_for(folder, address))
    account, cohort = json.loads((folder / "who").read_text())
    began, size = time.perf_counter(), 0
    with app.app_context():
        run = cohorts.cohort_for(db.session, account, cohort, "overseer")
        definition = saved.Definition("ledger")
        table = saved.report_of(db.session, account, run, definition, datetime.now(UTC))
        if form == "csv":
            for chunk in csv_stream(table):
                size += len(chunk)
        else:
            with xlsx_file(table) as file:
                size = file.seek(0, os.SEEK_END)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.perf_counter() - began, "MiB": size / 2**20, "peak": peak}


def alone(folder: Path, address: str, form: str) -> dict[str, float]:
    """Do so in a process of its own."""
    code = "from benchmarks import exports; exports.child()"
    told = subprocess.run(
        [sys.executable, "-c", code, str(folder), address, form],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def child() -> None:
    """Print what `take_away` found, for the process that asked."""
    folder, address, form = sys.argv[1:]
    print(json.dumps(take_away(Path(folder), address, form)))


def main() -> None:
    """Measure both forms, few rows and many."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory(prefix="lms-exports-") as name:
        for form in FORMATS:
            found = {}
            for rows in (FEW, many):
                folder = Path(name) / str(rows)
                if not folder.exists():
                    folder.mkdir()
                    prepare(folder, rows)
                address = f"sqlite:///{folder / f'{rows}.db'}"
                found[rows] = alone(folder, address, form)
            few, lot = found[FEW], found[many]
            print(
                f"{form:<5} {many:>9,} rows: {lot['seconds']:.1f} s, {lot['MiB']:.0f} MiB; peak "
                f"{lot['peak']:.0f} MiB, {lot['peak'] - few['peak']:+.0f} MiB against {FEW:,} rows"
            )


if __name__ == "__main__":
    main()
