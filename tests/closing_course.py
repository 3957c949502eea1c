"""The small course with a code of ethics and an evaluation: published, and given to the cohort."""

import shutil
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.models.cohorts import Cohort
from lms.services import closing, publishing
from tests.cast import PEOPLE, ROLES, SMALL, THEN, Cast

CODE = """\
title: Code of ethics
intro: Read each sentence as a promise.
commitments:
  - "I leave nobody alone.[@TST-001]"
  - "I ask before I touch.[@TST-001]"
"""
EVALUATION = """\
intro: Tell us what you think.
questions:
  - {id: use, kind: scale, text: "Is it of use?", low: "Not at all", high: "Very"}
  - {id: bias, kind: choice, text: "Was it free of bias?", options: ["Yes", "No"]}
  - {id: more, kind: text, text: "What else?"}
"""
ANSWERS = {"use": "4", "bias": "Yes", "more": "CANARY-WORDS about the second lesson."}


def give_a_closing(session: Session, folder: Path, cast: Cast, code: str = CODE) -> int:
    """Publish the course with both, let the autumn cohort learn from it; return its release."""
    root = folder / f"closing-{len(list(folder.iterdir()))}"
    shutil.copytree(SMALL, root)
    course = next((root / "courses" / "content").glob("*/course.yaml")).parent
    (course / "code-of-ethics.yaml").write_text(code, encoding="utf-8")
    (course / "evaluation.yaml").write_text(EVALUATION, encoding="utf-8")
    release = publishing.publish(session, root, now=THEN, actor_id=None)[0]
    session.execute(sa.update(Cohort).where(Cohort.id == cast.autumn).values(release_id=release.id))
    session.flush()
    return release.id


def disclose_nothing(session: Session, cast: Cast, now: datetime) -> int:
    """Have Northgate's lead educator disclose that there is nothing to disclose."""
    return closing.disclose(
        session,
        cast.northgate,
        person="Dr Ingrid Halvorsen",
        role="Lead educator",
        interests=[],
        made_on=now.date(),
        by=cast.ada,
        now=now,
    )


def disclose_everybody(session: Session, cast: Cast, now: datetime) -> None:
    """Have everybody who controls Northgate's content disclose that there is nothing."""
    for name, role in ROLES.items():
        if role in ("director", "educator", "instructor"):
            closing.disclose(
                session,
                cast.northgate,
                person=PEOPLE[name],
                role=role,
                interests=[],
                made_on=now.date(),
                by=cast.ada,
                now=now,
            )
