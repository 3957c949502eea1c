"""The crosswalk as files: read with every problem at its line, and mappings held to it."""

from pathlib import Path

import pytest

from courses import read_library
from tests.courses.course_samples import BODY, HEADER, LESSON, MODULE, problems, write_content

SOURCES = """\
sources:
  - {id: S01, title: "The rule", issuer: "The board", reference: "rule.example", tier: primary-text}
  - {id: S02, title: "A page", issuer: "A school", reference: "school.example", tier: secondary}
"""

PLACE = """\
title: "Someplace"
issuer: "The board"
kind: jurisdiction
as_of: 2026-11-22
requirements:
  - id: SP-HRS-TOTAL
    topic: "All of it"
    part: total
    rule: "h>=2"
    reference: "Rule 1; S01"
    confidence: seen
  - id: SP-HRS-ETHC
    topic: "Ethics"
    part: topic
    rule: "h>=1"
    alternatives: ["h>=2"]
    reference: "Rule 2; S01; S02"
    confidence: seen
  - id: SP-HRS-SCRN
    topic: "Screening"
    part: topic
    rule: "h>=1"
    reference: "Rule 3, not read"
    confidence: recalled
  - id: SP-TOUCH
    topic: "Touch"
    rule: "rule"
    reference: "S01"
    confidence: seen
"""

FRAMEWORK = """\
title: "A framework"
issuer: "Somebody 2020"
kind: framework
as_of: 2026-11-22
requirements:
  - id: FW-1
    topic: "Knowing"
    rule: "rule: competency"
    reference: "S01"
    confidence: seen
    evidenced_by: course
  - id: FW-2
    topic: "Staying"
    rule: "rule: competency"
    reference: "S01"
    confidence: seen
    evidenced_by: practice
    practice: "It shows in the room."
"""

PLACE_FILE = "../crosswalk/some-place.yaml"
FRAMEWORK_FILE = "../crosswalk/some-framework.yaml"
SOURCES_FILE = "../crosswalk/sources.yaml"
CROSSWALK = {SOURCES_FILE: SOURCES, PLACE_FILE: PLACE, FRAMEWORK_FILE: FRAMEWORK}
MODULE_FILE = "01-first/module.yaml"
MAPPED = "crosswalk: {SP-HRS-ETHC: 10, SP-HRS-SCRN: 4, SP-TOUCH: 0}\ncompetencies: [FW-1]\n"


def mapped(front_matter: str) -> str:
    return HEADER.replace("safety_critical", f"{front_matter}safety_critical") + BODY


def test_it_reads_requirements_and_what_they_rest_on(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path, **CROSSWALK, **{LESSON: mapped(MAPPED)}))
    assert found == []
    framework, place = library.crosswalk.rulebooks
    assert (framework.id, place.id, place.kind) == ("some-framework", "some-place", "jurisdiction")
    total, ethics, screening, touch = place.requirements
    assert [each.basis for each in (total, ethics, screening, touch)] == [
        "issuer",
        "second-hand",
        "recalled",
        "issuer",
    ]
    assert ethics.readings == (60, 120)
    assert touch.readings == ()
    lesson = library.courses["a-course"].lesson("first/a-lesson")
    assert [(share.requirement, share.minutes) for share in lesson.crosswalk] == [
        ("SP-HRS-ETHC", 10),
        ("SP-HRS-SCRN", 4),
        ("SP-TOUCH", 0),
    ]
    assert lesson.competencies == ("FW-1",)


def test_a_folder_may_do_without_a_crosswalk(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path))
    assert found == []
    assert library.crosswalk.rulebooks == ()


@pytest.mark.parametrize(
    ("file", "text", "code", "line"),
    [
        (PLACE_FILE, PLACE.replace("S02", "S09"), "unknown-source", 17),
        (PLACE_FILE, PLACE.replace("SP-HRS-SCRN", "SP-HRS-ETHC"), "duplicate-requirement", 19),
        (PLACE_FILE, PLACE.replace("part: topic", "part: total"), "two-totals", 12),
        (PLACE_FILE, PLACE.replace('"h>=2"', '"two hours"', 1), "bad-value", 9),
        (PLACE_FILE, PLACE.replace("recalled", "heard"), "bad-value", 24),
        (PLACE_FILE, PLACE.replace("title:", "name:"), "unknown-key", 1),
        (PLACE_FILE, "title: [", "yaml", 1),
        (PLACE_FILE, PLACE.replace("SP-TOUCH", "FW-2"), "duplicate-requirement", 25),
        (FRAMEWORK_FILE, FRAMEWORK.replace("    practice:", "    #"), "bad-value", 12),
        (SOURCES_FILE, SOURCES.replace("S02", "S01"), "duplicate-source", 3),
        (SOURCES_FILE, SOURCES.replace("secondary", "hearsay"), "bad-value", 3),
        (SOURCES_FILE, None, "missing-file", 1),
        (LESSON, mapped("crosswalk: {SP-NONE: 3}\n"), "unknown-requirement", 7),
        (LESSON, mapped("crosswalk: {SP-HRS-TOTAL: 3}\n"), "bad-mapping", 7),
        (LESSON, mapped("crosswalk: {FW-1: 3}\n"), "bad-mapping", 7),
        (LESSON, mapped("crosswalk: {SP-HRS-ETHC: 0}\n"), "bad-mapping", 7),
        (LESSON, mapped("crosswalk: {SP-TOUCH: 5}\n"), "bad-mapping", 7),
        (LESSON, mapped("crosswalk: {SP-HRS-ETHC: -5}\n"), "bad-value", 7),
        (LESSON, mapped("crosswalk: {ethics: 5}\n"), "bad-value", 7),
        (
            LESSON,
            mapped("crosswalk:\n  SP-HRS-ETHC: 10\n  SP-HRS-SCRN: 5\n"),
            "minutes-twice",
            9,
        ),
        (LESSON, mapped("competencies: [FW-9]\n"), "unknown-competency", 7),
        (LESSON, mapped("competencies: [SP-TOUCH]\n"), "unknown-competency", 7),
        (LESSON, mapped("competencies: [FW-2]\n"), "bad-mapping", 7),
        (LESSON, mapped("competencies: [FW-1, FW-1]\n"), "duplicate-competency", 7),
        (MODULE_FILE, MODULE + "quiz_crosswalk: {SP-HRS-ETHC: 31}\n", "minutes-twice", 8),
        (MODULE_FILE, MODULE + "quiz_competencies: [FW-9]\n", "unknown-competency", 8),
        (
            MODULE_FILE,
            MODULE.replace("quiz: bank\nquiz_minutes: 30\n", "") + "quiz_competencies: [FW-1]\n",
            "bad-value",
            1,
        ),
    ],
)
def test_it_reports_an_error_at_its_line(
    tmp_path: Path, file: str, text: str | None, code: str, line: int
) -> None:
    library, found = read_library(write_content(tmp_path, **{**CROSSWALK, file: text}))
    assert (file.removeprefix("../"), code, line) in {
        (each.file.removeprefix("a-course/"), each.code, each.line)
        for each in found
        if each.is_error
    }
    assert "a-course" not in library.courses or file in (PLACE_FILE, FRAMEWORK_FILE, SOURCES_FILE)


def test_minutes_may_fill_a_lesson_and_jurisdictions_are_ledgers_of_their_own(
    tmp_path: Path,
) -> None:
    other = PLACE.replace("SP-", "OP-").replace("Someplace", "Elsewhere")
    text = mapped("crosswalk: {SP-HRS-ETHC: 14, OP-HRS-ETHC: 14}\n")
    changes = {**CROSSWALK, "../crosswalk/other-place.yaml": other, LESSON: text}
    assert problems(tmp_path, **changes) == []


def test_a_stray_file_is_pointed_out(tmp_path: Path) -> None:
    found = problems(tmp_path, **CROSSWALK, **{"../crosswalk/notes.txt": "x"})
    assert [(each.file, each.code, each.severity) for each in found] == [
        ("crosswalk/notes.txt", "stray-file", "warning")
    ]


def test_the_bundled_crosswalk_keeps_its_own_rules() -> None:
    root = Path(__file__).parents[2] / "courses" / "content"
    library, found = read_library(root)
    assert [each for each in found if each.file.startswith("crosswalk")] == []
    crosswalk = library.crosswalk
    for name in ("CO-CONS-DRAFT", "CO-CONS-SCHOOL", "OR-HRS-ADMN", "OR-HRS-INTG"):
        place = crosswalk.find(name)
        assert place is not None
        assert place[1].needs_checking, name
    # Pairs that conflict on purpose stay apart.
    assert crosswalk.find("CO-CONS-DRAFT")[1].readings == (3000,)  # type: ignore[index]
    assert crosswalk.find("CO-CONS-SCHOOL")[1].readings == (2400,)  # type: ignore[index]
    assert crosswalk.find("OR-HRS-ADMN")[1].readings == (960, 1200)  # type: ignore[index]
    assert crosswalk.find("OR-HRS-INTG")[1].readings == (960, 720)  # type: ignore[index]
    places = {book.id: book for book in crosswalk.of_kind("jurisdiction")}
    for place_id, hours in (("oregon", 120), ("colorado", 150)):
        topics = places[place_id].of_part("topic")
        assert sum(topic.readings[0] for topic in topics) == 60 * hours
