"""The reader of content folders: every problem at once, with its line, and never a traceback."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import read_library
from tests.courses.course_samples import (
    BODY,
    COURSE,
    FACTS,
    FIGURE,
    HEADER,
    LESSON,
    MODULE,
    problems,
    write_content,
)

MODULE_FILE = "01-first/module.yaml"
FACTS_FILE = "../evidence/set.yaml"
FIGURE_FILE = "01-first/figures/room.svg"
SECOND = HEADER.replace("A lesson", "Another") + "\n" + "A word. " * 500


def codes(root: Path, **changes: str | bytes | None) -> dict[str, tuple[str, int, str]]:
    """Code of each problem, with its file (without the course's folder), line and severity."""
    return {
        problem.code: (problem.file.removeprefix("a-course/"), problem.line, problem.severity)
        for problem in problems(root, **changes)
    }


def test_it_reads_a_course_without_problems(tmp_path: Path) -> None:
    library, found = read_library(write_content(tmp_path))
    assert found == []
    course = library.courses["a-course"]
    lesson = course.lesson("first/a-lesson")
    assert lesson.citations == ("SET-001", "SET-002")
    assert lesson.words > 1000
    assert 'id="fig-room"' in lesson.html
    assert course.module("first").minutes == 44
    assert library.facts["SET-002"].is_practice_advice


@pytest.mark.parametrize(
    ("file", "text", "code", "line"),
    [
        ("course.yaml", COURSE + "colour: red\n", "unknown-key", 12),
        ("course.yaml", COURSE.replace("language: en-GB\n", ""), "missing-key", 1),
        ("course.yaml", COURSE.replace("24", '"24"'), "wrong-type", 7),
        ("course.yaml", COURSE.replace("24", "0"), "bad-value", 7),
        ("course.yaml", COURSE + "language: en-GB\n", "duplicate-key", 12),
        ("course.yaml", COURSE + "  - 01-first\n", "duplicate-module", 12),
        ("course.yaml", COURSE + "  - 02-second\n", "missing-module", 12),
        ("course.yaml", "title: [", "yaml", 1),
        ("course.yaml", "title: &a x\nsummary: *a\n", "yaml-alias", 2),
        ("course.yaml", "title: !!python/object:os.system x\n", "yaml-value", 1),
        ("course.yaml", "? [a]\n: b\n", "yaml-key", 1),
        ("course.yaml", None, "missing-file", 1),
        (MODULE_FILE, MODULE.replace("[]", "[gone]"), "unknown-prerequisite", 7),
        (MODULE_FILE, MODULE.replace("[]", "[first]"), "circular-prerequisite", 7),
        (MODULE_FILE, MODULE.replace("[SET-001]", "[SET-009]"), "unknown-fact", 4),
        (MODULE_FILE, MODULE.replace("quiz_minutes: 30\n", ""), "bad-value", 1),
        (
            MODULE_FILE,
            MODULE.replace("quiz:", "  - {id: M1-2, text: x, facts: [SET-001]}\nquiz:"),
            "untaught-objective",
            5,
        ),
        (
            MODULE_FILE,
            MODULE.replace("quiz:", "  - {id: M1-1, text: x, facts: [SET-001]}\nquiz:"),
            "duplicate-objective",
            5,
        ),
        (LESSON, HEADER.replace("minutes: 14\n", "") + BODY, "missing-key", 2),
        (LESSON, HEADER.replace("14", "a while") + BODY, "wrong-type", 4),
        (LESSON, HEADER.replace("[M1-1]", "[]") + BODY, "bad-value", 6),
        (LESSON, HEADER.replace("[M1-1]", "[M1-7]") + BODY, "unknown-objective", 6),
        (LESSON, HEADER.replace("2026-11-22", "2026-11-31") + BODY, "yaml-value", 8),
        (LESSON, HEADER.replace("SET-002", "SET-009") + BODY, "unknown-fact", 10),
        (LESSON, HEADER + BODY.replace("SET-001; ", "SET-009; "), "unknown-fact", 14),
        (LESSON, HEADER + BODY.replace("A plan of a room", ""), "figure-alt", 16),
        (LESSON, HEADER + BODY.replace("room.svg", "gone.svg"), "figure-missing", 16),
        (LESSON, HEADER + BODY.replace("safety |", "tip |"), "callout", 18),
        (LESSON, HEADER + BODY.replace("best: true", "good: true"), "unknown-key", 31),
        (LESSON, HEADER + BODY + "# Title", "heading", 37),
        (LESSON, HEADER + BODY + "[a](http://a.example)", "bad-link", 37),
        (LESSON, BODY, "front-matter", 1),
        (LESSON, "---\ntitle: x\n", "front-matter", 1),
        (LESSON, b"\xff\xfe\x00", "not-utf-8", 1),
        (LESSON, HEADER.encode() + b"a\n\xc3\n", "not-utf-8", 13),
        (LESSON, " \n\n", "empty", 1),
        (LESSON, HEADER + "a\n\x00\n", "control-character", 13),
        (LESSON, "a" * (1024 * 1024 + 1), "too-large", 1),
        (LESSON, HEADER + "word " * 20_000, "too-large", 12),
        (LESSON, HEADER + BODY.replace("A word. " * 500, "few words"), "length", 1),
        (LESSON, HEADER + BODY + "One more. " * 350, "length", 1),
        (LESSON, HEADER + BODY.replace("A word. " * 500, "and so on " * 350), "reading-level", 1),
        (LESSON, HEADER.replace("[@SET-002]", "") + "A word. " * 500, "no-citation", 1),
        ("course.yaml", COURSE + "lesson_words: [5, 0]\n", "bad-value", 12),
        (MODULE_FILE, MODULE + "lesson_words: [5, 800]\n", "length", 1),
        (FACTS_FILE, FACTS + FACTS.split("\n", 1)[1], "duplicate-fact", 18),
        (FACTS_FILE, FACTS.replace("seen", "heard"), "bad-value", 7),
        (FACTS_FILE, FACTS.replace("https://", "http://"), "bad-value", 5),
        (FACTS_FILE, FACTS.replace("2028", "2020"), "bad-value", 2),
        (FACTS_FILE, None, "missing-folder", 1),
        (FIGURE_FILE, FIGURE.replace("f-paper", "f-red"), "svg", 2),
        (FIGURE_FILE, FIGURE.replace("<rect", "<script/><rect"), "svg", 2),
        ("01-first/01-another.md", SECOND, "duplicate-number", 1),
        ("01-first/02-a-lesson.md", SECOND, "duplicate-slug", 1),
        ("01-first/02-quiz.md", SECOND, "file-name", 1),
        ("01-first/Second.md", SECOND, "file-name", 1),
        ("02-first/module.yaml", MODULE, "duplicate-slug", 1),
        ("02-second/module.yaml", MODULE, "unlisted-module", 1),
        ("02-second/module.yaml", MODULE, "no-lesson", 1),
        ("second/module.yaml", MODULE, "folder-name", 1),
    ],
)
def test_it_reports_an_error_at_its_line(
    tmp_path: Path, file: str, text: str | bytes | None, code: str, line: int
) -> None:
    library, found = read_library(write_content(tmp_path, **{file: text}))
    errors = [problem for problem in found if problem.is_error]
    assert (code, line) in {(problem.code, problem.line) for problem in errors}
    assert "a-course" not in library.courses


@pytest.mark.parametrize(
    ("file", "text", "code", "line"),
    [
        ("01-first/figures/unused.svg", FIGURE, "figure-unused", 1),
        ("01-first/figures/photo.jpg", b"\xff\xd8", "stray-file", 1),
        ("01-first/notes.txt", "x", "stray-file", 1),
        ("notes.txt", "x", "stray-file", 1),
        (LESSON, HEADER.replace("14", "3") + BODY, "minutes", 4),
        (LESSON, HEADER.replace("14", "90") + BODY, "minutes", 4),
        (LESSON, HEADER + BODY + "See SET-001.", "bare-fact-id", 37),
        (FACTS_FILE, FACTS.replace("recalled", "uncertain"), "weak-fact", 1),
        (FACTS_FILE, FACTS.replace("A Journal", "RETRACTED"), "weak-fact", 1),
        (FIGURE_FILE, FIGURE.replace("400", "900"), "svg-width", 1),
    ],
)
def test_a_warning_keeps_nothing_from_being_read(
    tmp_path: Path, file: str, text: str | bytes, code: str, line: int
) -> None:
    library, found = read_library(write_content(tmp_path, **{file: text}))
    assert (code, line, "warning") in {(p.code, p.line, p.severity) for p in found}
    assert "a-course" in library.courses


def test_a_weak_fact_shown_on_purpose_is_no_problem(tmp_path: Path) -> None:
    on_purpose = HEADER.replace("minutes:", "weak_facts: [SET-001]\nminutes:")
    changes = {FACTS_FILE: FACTS.replace("A Journal", "RETRACTED"), LESSON: on_purpose + BODY}
    assert "weak-fact" not in codes(tmp_path / "a", **changes)
    found = codes(tmp_path / "b", **{LESSON: on_purpose + BODY})
    assert found["weak-fact"] == ("01-first/01-a-lesson.md", 4, "warning")


def test_it_reports_everything_at_once(tmp_path: Path) -> None:
    found = codes(
        tmp_path,
        **{
            "course.yaml": COURSE.replace("24", "often"),
            MODULE_FILE: MODULE.replace("[]", "[gone]") + "colour: red\n",
            LESSON: HEADER.replace("minutes: 14\n", "") + BODY + "[@SET-009] # \n\n# Title",
            FIGURE_FILE: FIGURE.replace("f-paper", "f-red"),
        },
    )
    assert found["wrong-type"] == ("course.yaml", 7, "error")
    assert found["unknown-key"] == (MODULE_FILE, 8, "error")
    assert found["missing-key"] == (LESSON, 2, "error")
    assert found["unknown-fact"] == (LESSON, 36, "error")
    assert found["heading"] == (LESSON, 38, "error")
    assert found["svg"] == (FIGURE_FILE, 2, "error")


def test_two_modules_may_not_wait_for_each_other(tmp_path: Path) -> None:
    second = MODULE.replace("M1-1", "M2-1").replace("[]", "[first]")
    found = codes(
        tmp_path,
        **{
            "course.yaml": COURSE + "  - 02-second\n",
            MODULE_FILE: MODULE.replace("[]", "[second]"),
            "02-second/module.yaml": second,
            "02-second/01-another.md": SECOND.replace("M1-1", "M2-1"),
        },
    )
    assert "circular-prerequisite" in found
    assert "unknown-prerequisite" not in found


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("key", encoding="utf-8")
    root = write_content(tmp_path / "content")
    (root / LESSON.replace("01-first", "a-course/01-first")).unlink()
    (root / "a-course/01-first/01-a-lesson.md").symlink_to(secret)
    (root / "a-course/01-first/02-loop.md").symlink_to("02-loop.md")
    (root / "outside").symlink_to(tmp_path, target_is_directory=True)
    library, found = read_library(root)
    links = {problem.file for problem in found if problem.code == "link"}
    assert {"a-course/01-first/01-a-lesson.md", "outside"} <= links
    assert not library.courses


def test_what_is_not_a_file_is_not_opened(tmp_path: Path) -> None:
    """A named pipe would wait for a writer for ever."""
    root = write_content(tmp_path)
    os.mkfifo(root / "a-course/01-first/02-pipe.md")
    (root / "a-course/01-first/03-folder.md").mkdir()
    found = read_library(root)[1]
    assert [problem.code for problem in found].count("not-a-file") == 2


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    library, found = read_library(tmp_path / "nowhere")
    assert [problem.code for problem in found] == ["missing-folder"]
    assert not library.courses


def test_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path) -> None:
    text = (HEADER + BODY).encode()
    plain = read_library(write_content(tmp_path / "a", **{LESSON: text}))[0]
    other = b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")
    windows = read_library(write_content(tmp_path / "b", **{LESSON: other}))[0]
    assert plain.courses == windows.courses


FILES = ["course.yaml", MODULE_FILE, LESSON, FIGURE_FILE, FACTS_FILE]
SOURCES = {
    "course.yaml": COURSE,
    MODULE_FILE: MODULE,
    LESSON: HEADER + BODY,
    FIGURE_FILE: FIGURE,
    FACTS_FILE: FACTS,
}
YAML_BITS = st.sampled_from(
    [
        *(
            "- ",
            ": ",
            "? ",
            "[",
            "{",
            "}",
            "]",
            "&a ",
            "*a",
            "!!",
            "|\n",
            ">",
            "\n",
            "  ",
            "'",
            '"',
        ),
        *("#", "---\n", "...\n", "%YAML 9\n", "<<: ", "0x", "1e999", "2026-99-99", ".nan", "~"),
        *("\t", "@", "`"),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the folder with arbitrary bytes or with some of its own bytes disturbed."""
    file = draw(st.sampled_from(FILES))
    if draw(st.booleans()):
        return file, draw(
            st.binary(max_size=200) | st.lists(YAML_BITS).map("".join).map(str.encode)
        )
    source = SOURCES[file].encode()
    start = draw(st.integers(0, len(source)))
    end = draw(st.integers(start, min(len(source), start + 40)))
    middle = draw(
        st.binary(max_size=8) | st.lists(YAML_BITS, max_size=4).map("".join).map(str.encode)
    )
    return file, source[:start] + middle + source[end:]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
def test_no_bytes_give_a_traceback(tmp_path: Path, damage: tuple[str, bytes]) -> None:
    file, data = damage
    library, found = read_library(write_content(tmp_path, **{file: data}))
    for problem in found:
        assert problem.line >= 1
        assert problem.message
        str(problem).encode()
    assert ("a-course" in library.courses) == (not any(problem.is_error for problem in found))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "data",
    [b"[" * 20_000, b"- " * 20_000, b"a: " * 5_000, b"{" * 20_000, b"<g>" * 20_000, b"&a [*a]"],
)
def test_deep_nesting_gives_no_traceback(tmp_path: Path, file: str, data: bytes) -> None:
    assert any(problem.is_error for problem in problems(tmp_path, **{file: data}))
    header = HEADER.encode() if file == LESSON else b""
    read_library(write_content(tmp_path, **{file: header + data}))
