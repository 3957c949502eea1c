"""The small course as it changes: copies of it with other facts and with updates, published."""

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from lms.services import publishing, updates
from tests.cast import SMALL

STATEMENT = "A statement that the tests stand on."
CHANGED = "A statement that no longer says what it did."
NOTE = "The statement that everything stands on was wrong."
SLUG = "2026-11-01-something-changed"
ADDRESS = "http://127.0.0.1:8000/credentials"
UPDATE = """\
---
title: "Something changed"
summary: "You can act on what is known now."
minutes: 4
kind: safety-critical
facts: [TST-001]
---
## What changed

The statement says something else now.[@TST-001]
"""


def changed_copy(
    folder: Path,
    *changes: tuple[str, str, str],
    updates: dict[str, str] | None = None,
    name: str = "changed",
) -> Path:
    """Copy the small course; replace texts (file, before, after) and add files of updates."""
    root = folder / name
    shutil.copytree(SMALL, root)
    for place, before, after in changes:
        file = root / place
        text = file.read_text(encoding="utf-8")
        assert before in text, (place, before)
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
    for slug, text in (updates or {}).items():
        file = root / "courses/content/small-course/updates" / f"{slug}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


FACTS = "courses/content/evidence/tst.yaml"
BANK = "quizzes/content/small-course.yaml"
LESSON = "courses/content/small-course/01-first-module/01-lesson-1.md"


def with_update(folder: Path) -> Path:
    """A copy in which the first fact says something else, with the update that tells so."""
    return changed_copy(folder, (FACTS, STATEMENT, CHANGED), updates={SLUG: UPDATE})


def publish_update(session: Session, folder: Path, now: datetime) -> int:
    """Publish that copy as a safety-critical release, tell the holders; return the release."""
    root = with_update(folder)
    release = publishing.publish(
        session, root, now=now, actor_id=None, kind="safety-critical", note=NOTE
    )[0]
    updates.announce(session, now=now, credentials_address=ADDRESS)
    return release.id
