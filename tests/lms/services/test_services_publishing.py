"""From files to a release: checked whole, frozen under its hash, never half right, never twice."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Refused
from lms.models.audit import AuditEntry
from lms.models.catalogue import Release
from lms.services import catalogue, publishing
from tests.cast import BUNDLED, SMALL, THEN, Cast
from tests.races import at_once
from tests.stories import rows_of

LATER = THEN + timedelta(days=200)


def copy(folder: Path, **changes: tuple[str, str]) -> Path:
    """Copy the small course; change texts in its `bank`, `course` or `lesson`."""
    root = folder / "copy"
    shutil.copytree(SMALL, root)
    places = {
        "bank": "quizzes/content/small-course.yaml",
        "course": "courses/content/small-course/course.yaml",
        "lesson": "courses/content/small-course/01-first-module/01-lesson-1.md",
    }
    for name, (before, after) in changes.items():
        file = root / places[name]
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return root


def publish(session: Session, root: Path, now: datetime = LATER) -> Release:
    return publishing.publish(session, root, now=now, actor_id=None)[0]


def test_unchanged_content_keeps_its_release(session: Session, cast: Cast) -> None:
    assert publish(session, SMALL).id == cast.release
    assert rows_of(session, Release) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"lesson": ("Some text under", "Other text under")},
        {"bank": ("Reply N to case 1", "Reply Q to case 1")},
        {"bank": ("CANARY-WRONG for case 1, option 0", "Another reason")},
        {"course": ("currency_months: 24", "currency_months: 12")},
    ],
)
def test_any_change_is_a_new_release_beside_the_old_one(
    session: Session, cast: Cast, tmp_path: Path, change: dict[str, tuple[str, str]]
) -> None:
    """Idea 1: what somebody already did rests on the release they did it on."""
    before = session.scalars(sa.select(Release.document)).one()
    made = publish(session, copy(tmp_path, **change))
    assert made.id != cast.release and made.label == "2027.1"
    old = session.scalars(sa.select(Release.document).where(Release.id == cast.release)).one()
    assert old == before


def test_labels_count_within_a_year(session: Session, cast: Cast, tmp_path: Path) -> None:
    root = copy(tmp_path, course=("currency_months: 24", "currency_months: 12"))
    assert publish(session, root, THEN).label == "2026.2"


def test_content_with_errors_is_refused_whole(session: Session, cast: Cast, tmp_path: Path) -> None:
    root = copy(tmp_path, lesson=("TST-001", "TST-404"))
    with pytest.raises(Refused, match="content check"):
        publish(session, root)
    assert rows_of(session, Release) == 1


def test_a_bank_that_tests_what_the_module_does_not_teach_is_an_error(tmp_path: Path) -> None:
    root = copy(tmp_path, bank=("    objective: T-1", "    objective: T-9"))
    _curriculum, findings = publishing.check(root)
    assert "unknown-objective" in {each.code for each in findings if each.severity == "error"}


def test_a_module_whose_bank_is_missing_is_an_error(tmp_path: Path) -> None:
    root = copy(tmp_path)
    (root / "quizzes" / "content" / "small-course.yaml").unlink()
    _curriculum, findings = publishing.check(root)
    assert "unknown-bank" in {each.code for each in findings}


def test_fifty_publications_at_once_make_one_release(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    root = copy(tmp_path, course=("currency_months: 24", "currency_months: 12"))
    found = at_once(app, lambda session, _: publish(session, root).id, threads=8)
    assert len(set(found)) == 1
    with app.app_context():
        assert rows_of(db.session, Release) == 2
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("release.published") == 2


def test_a_release_holds_everything_a_learner_is_ever_shown(session: Session, cast: Cast) -> None:
    document = json.loads(session.scalars(sa.select(Release.document)).one())
    assert {fact["id"] for fact in document["facts"]} == {"TST-001", "TST-002"}
    assert len(document["shown"]) == 9
    content = catalogue.release(session, cast.release)
    for key, shown in content.shown.items():
        item = content.banks["small-course"].item(key)
        assert set(shown.options) == set(shown.rationales) == {each.id for each in item.options}


def test_the_bundled_curriculum_has_no_problem() -> None:
    """Not even a warning: every objective taught and examined, every claim judged."""
    curriculum, findings = publishing.check(BUNDLED)
    assert findings == []
    course = curriculum.library.courses["psychedelic-assisted-therapy"]
    *taught, last = course.modules
    assert len(taught) == 6
    for module in taught:
        bank = curriculum.banks[module.quiz or ""]
        assert 6 <= len(module.lessons) <= 10 and module.job_aids and module.terms
        assert len(bank.items) >= 40 and bank.specification.length == 15
        assert {item.objective for item in bank.items} == {aim.id for aim in module.objectives}
    final = curriculum.banks[last.quiz or ""]
    assert set(final.draws_from) == {module.quiz for module in taught}
    assert set(last.prerequisites) == {module.key for module in taught}
    (figures,) = publishing.overviews(curriculum)
    assert figures["words"] >= 35_000
    assert figures["claims_judged"] == sorted(curriculum.library.claims)
