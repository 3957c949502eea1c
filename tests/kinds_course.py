"""The small course with a quiz of every kind of item: published, and given to the cohort."""

import shutil
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.cohorts import Cohort
from lms.services import publishing
from tests.cast import SMALL, THEN, Cast

BANK = Path(__file__).parent / "kinds_bank.yaml"
ROOM = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">
  <rect x="0" y="0" width="400" height="300" class="s-ink" fill="none"/>
  <rect x="0" y="100" width="40" height="80" class="s-ink" fill="none"/>
  <circle cx="350" cy="50" r="30" class="s-ink" fill="none"/>
</svg>
"""
RIGHT = {
    "K-SIN": "a",
    "K-MUL": "a,b",
    "K-MAT": "1a,2b,3c",
    "K-ORD": "a,b,c,d",
    "K-NUM": "6 h",
    "K-CON": "c",
    "K-HOT": "a",
    "K-TXT": "It helps many guests to rest. Shall I change it?",
    "K-CA1": "a",
    "K-CA2": "b",
}


def written(folder: Path, rules: str = "") -> Path:
    """Write the course with the bank of every kind, under these rules; return its root."""
    root = folder / "every-kind"
    shutil.copytree(SMALL, root)
    banks = root / "quizzes" / "content"
    bank = BANK.read_text(encoding="utf-8")
    if rules:
        bank = bank.replace("  cells:\n", f"  rules: {rules}\n  cells:\n", 1)
    (banks / "small-course.yaml").write_text(bank, encoding="utf-8")
    (banks / "figures").mkdir()
    (banks / "figures" / "room.svg").write_text(ROOM, encoding="utf-8")
    return root


def give_every_kind(session: Session, folder: Path, cast: Cast, rules: str = "") -> None:
    """Publish the course with a quiz of every kind, and let the autumn cohort learn from it."""
    root = written(folder, rules)
    release = publishing.publish(session, root, now=THEN, actor_id=None)[0]
    session.execute(sa.update(Cohort).where(Cohort.id == cast.autumn).values(release_id=release.id))
    session.flush()
