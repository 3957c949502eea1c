"""Updates for those already certified: read like lessons, refused with their line."""

import json
from datetime import date
from pathlib import Path

import pytest

from courses import course_from_document, course_to_document, read_library
from tests.courses.course_samples import FACTS, problems, write_content

FILE = "updates/2026-12-01-rooms.md"
UPDATE = """\
---
title: "Rooms matter more than we said"
summary: "You can choose a room again."
minutes: 5
kind: safety-critical
facts: [SET-002]
---
## What changed

Rooms matter.[@SET-002]
"""


def test_an_update_is_read_with_its_day_and_its_facts(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path, **{FILE: UPDATE}))
    assert found == []
    (update,) = library.courses["a-course"].updates
    assert update.slug == "2026-12-01-rooms" and update.dated_on == date(2026, 12, 1)
    assert update.kind == "safety-critical" and update.facts == ("SET-002",)
    assert update.citations == ("SET-002",) and 'href="#src-SET-002"' in update.html


def test_updates_come_in_order_of_their_days(tmp_path: Path) -> None:
    older = {"updates/2026-01-31-walls.md": UPDATE}
    library, _ = read_library(write_content(tmp_path, **{FILE: UPDATE}, **older))
    course = library.courses["a-course"]
    assert [each.slug for each in course.updates] == ["2026-01-31-walls", "2026-12-01-rooms"]
    assert course.update("2026-01-31-walls").dated_on == date(2026, 1, 31)
    with pytest.raises(KeyError):
        course.update("2026-01-31-doors")


def test_a_course_with_updates_comes_back_from_its_document(tmp_path: Path) -> None:
    library, _ = read_library(write_content(tmp_path, **{FILE: UPDATE}))
    course = library.courses["a-course"]
    document = json.loads(json.dumps(course_to_document(course)))
    assert course_from_document(document) == course
    del document["updates"]
    assert course_from_document(document).updates == ()


@pytest.mark.parametrize(
    ("file", "text", "code", "line", "severity"),
    [
        ("updates/rooms.md", UPDATE, "file-name", 1, "error"),
        ("updates/2026-02-30-rooms.md", UPDATE, "file-name", 1, "error"),
        ("updates/2026-12-01-rooms.txt", UPDATE, "file-name", 1, "error"),
        (FILE, "No front matter.", "front-matter", 1, "error"),
        (FILE, UPDATE.replace("safety-critical", "editorial"), "bad-value", 5, "error"),
        (FILE, UPDATE.replace("[SET-002]\n---", "[]\n---"), "bad-value", 6, "error"),
        (FILE, UPDATE.replace("minutes: 5\n", ""), "missing-key", 2, "error"),
        (FILE, UPDATE.replace("[SET-002]\n---", "[SET-001]\n---"), "no-citation", 6, "error"),
        (FILE, UPDATE.replace("[SET-002]\n---", "[SET-002, SET-009]\n---"), "unknown-fact", 6,
         "warning"),
        (FILE, UPDATE.replace("[@SET-002]", "[@SET-002; @SET-009]"), "unknown-fact", 10, "error"),
        (FILE, UPDATE + "word " * 800, "length", 1, "warning"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_update_is_reported_where_it_stands(
    tmp_path: Path, file: str, text: str, code: str, line: int, severity: str
) -> None:
    found = {
        (each.code, each.line, each.severity)
        for each in problems(tmp_path, **{file: text})
        if each.file == f"a-course/{file}"
    }
    assert (code, line, severity) in found


def test_a_course_with_a_broken_update_is_left_out(tmp_path: Path) -> None:
    text = UPDATE.replace("[@SET-002]", "[@SET-009]")
    library, _ = read_library(write_content(tmp_path, **{FILE: text}))
    assert library.courses == {}


def due(root: Path, today: date) -> list[tuple[str, int, str]]:
    _, found = read_library(root, today)
    return [(each.file, each.line, each.message) for each in found if each.code == "review-due"]


def test_a_fact_past_its_review_date_is_named_once_with_all_that_cites_it(tmp_path: Path) -> None:
    early = FACTS.replace("review_by: 2028-06-30", "review_by: 2026-12-31", 1)
    root = write_content(tmp_path, **{"../evidence/set.yaml": early})
    assert due(root, date(2026, 12, 31)) == []
    ((file, line, message),) = due(root, date(2027, 1, 1))
    assert (file, line) == ("evidence/set.yaml", 2)
    assert "SET-001" in message and "2026-12-31" in message and "first/a-lesson" in message


def test_without_a_day_nothing_is_said_of_review_dates(tmp_path: Path) -> None:
    _, found = read_library(write_content(tmp_path))
    assert [each for each in found if each.code == "review-due"] == []
    assert len(due(tmp_path, date(2030, 1, 1))) == 2


def test_an_area_has_the_name_that_its_file_gives(tmp_path: Path) -> None:
    root = write_content(tmp_path, **{"../evidence/set.yaml": f'area: "Rooms"\n{FACTS}'})
    library, found = read_library(root)
    assert found == [] and library.areas == {"SET": "Rooms"}
