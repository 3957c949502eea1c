"""The reader of banks: every problem at once with its line, and no traceback whatever the bytes."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import Problem, read_banks

HEAD = """\
title: "Rooms"
language: en-GB
specification:
  cut_percent: 80
  cut_basis: "Provisional."
  cells:
    - {objective: M1-1, items: 1}
items:
"""
ITEM = """\
  - id: SS-001
    objective: M1-1
    level: application
    safety_critical: false
    stem: |
      A guest looks round the room before the session.
    lead_in: "Which change to the lighting fits best?"
    options:
      - text: "Dim lamps"
        key: true
        rationale: "They can be turned up.[@SET-001]"
      - text: "Bare tubes"
        rationale: "They cannot."
      - text: "No light"
        rationale: "One must see the guest."
      - text: "A strobe"
        rationale: "It startles.[@SET-002; @SET-003]"
    facts: [SET-001]
    author: "Curriculum team"
    reviewed_on: 2026-11-22
    review_by: 2027-11-22
"""
SECOND = ITEM.replace("SS-001", "SS-002").replace("guest looks", "visitor looks")
BANK = HEAD + ITEM + SECOND


def read(folder: Path, content: str | bytes, name: str = "rooms.yaml") -> list[Problem]:
    """The problems of a folder that holds just this file."""
    raw = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(raw)
    banks, problems = read_banks(folder)
    assert bool(banks) != any(p.severity == "error" for p in problems)
    return problems


def places(problems: list[Problem]) -> set[tuple[int, str]]:
    return {(problem.line, problem.code) for problem in problems}


def test_a_sound_bank_is_read_without_a_problem(tmp_path: Path) -> None:
    (tmp_path / "rooms.yaml").write_text(BANK)
    banks, problems = read_banks(tmp_path)
    assert problems == []
    bank = banks["rooms"]
    assert (bank.id, bank.title, bank.language) == ("rooms", "Rooms", "en-GB")
    assert bank.specification.length == 1
    first = bank.items[0]
    assert first.stem == "A guest looks round the room before the session."
    assert [option.id for option in first.options] == ["a", "b", "c", "d"]
    assert first.key.text == "Dim lamps"
    assert bank.lines == {"SS-001": 9, "SS-002": 30}


def test_every_problem_of_a_file_comes_at_once(tmp_path: Path) -> None:
    broken = (
        BANK.replace("cut_percent: 80", "cut_percent: 180")
        .replace("Bare tubes", "Always bare tubes", 1)
        .replace("turned up.[@SET-001]", "turned up.[@SET-001", 1)
        .replace("    author:", "    colour: red\n    author:", 1)
    )
    assert places(read(tmp_path, broken)) == {
        (4, "wrong-value"),
        (19, "citation"),
        (27, "unknown-key"),
    }


def test_the_linter_speaks_even_when_the_head_is_broken(tmp_path: Path) -> None:
    broken = BANK.replace("language: en-GB\n", "").replace("Bare tubes", "Always bare tubes", 1)
    assert places(read(tmp_path, broken)) == {(1, "missing-key"), (8, "NB-T03")}


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ('title: "Rooms"', 'title: ""', 1, "empty"),
        ('title: "Rooms"', "title: 7", 1, "wrong-type"),
        ('title: "Rooms"', 'title: "Rooms"\nowner: me', 2, "unknown-key"),
        ("language: en-GB", "language: English", 2, "wrong-value"),
        ("cut_percent: 80", "cut_percent: 79.5", 4, "wrong-type"),
        ("cut_percent: 80", "cut_percent: 0", 4, "wrong-value"),
        ('  cut_basis: "Provisional."\n', "", 3, "missing-key"),
        ("items: 1}", "items: 0}", 7, "wrong-value"),
        ("items: 1}", "items: 1, weight: 2}", 7, "unknown-key"),
        ("items: 1}", "items: 3}", 7, "too-few-items"),
        ("items: 1}\n", "items: 1}\n    - {objective: M1-1, items: 1}\n", 8, "repeated-cell"),
        ("id: SS-001", "id: SS 001", 9, "wrong-value"),
        ("id: SS-002", "id: SS-001", 30, "repeated-id"),
        ("level: application", "level: hard", 11, "wrong-value"),
        ("safety_critical: false", "safety_critical: no", 12, "wrong-type"),
        ('fits best?"', 'fits\\ud800 best?"', 15, "control-character"),
        ('fits best?"', 'fits\\0 best?"', 15, "control-character"),
        ('"Which change to the lighting fits best?"', '"  "', 15, "empty"),
        ('"Which change to the lighting fits best?"', "[a]", 15, "wrong-type"),
        ('"They cannot."', '""', 21, "empty"),
        ('        rationale: "They cannot."\n', "", 20, "missing-key"),
        ("        key: true\n", "", 9, "NB-T09"),
        ('"Bare tubes"\n', '"Bare tubes"\n        key: true\n', 9, "NB-T09"),
        ("facts: [SET-001]", "facts: []", 26, "wrong-value"),
        ("facts: [SET-001]", "facts: [set 1]", 26, "wrong-value"),
        ("facts: [SET-001]", "facts: [SET-001, SET-001]", 26, "repeated-fact"),
        ("[@SET-002; @SET-003]", "[@SET-002, @SET-003]", 25, "citation"),
        ("reviewed_on: 2026-11-22", "reviewed_on: last year", 28, "wrong-type"),
        ("reviewed_on: 2026-11-22", "reviewed_on: 2026-02-30", 28, "yaml"),
        ("reviewed_on: 2026-11-22", "reviewed_on: 2026-11-22T10:00:00", 28, "wrong-type"),
        ("review_by: 2027-11-22", "review_by: 2026-11-21", 29, "review-dates"),
        ("review_by: 2027-11-22", "review_by: 2026-11-22", 29, None),
        ("id: SS-001", "id: SS-001\n    id: SS-003", 10, "yaml"),
        ("author: ", "author: &who ", 27, None),
        ("level: application", "level: !!str application", 11, "yaml-tag"),
        ('"Rooms"', "[" * 40 + "]" * 40, 1, "yaml-depth"),
        ('"Rooms"', '"Rooms" "again"', 1, "yaml"),
        ('"Rooms"', "\x07", 1, "control-character"),
        ("items:\n  -", "items:\n\t-", 9, "yaml"),
    ],
)
def test_each_fault_is_reported_on_its_line(
    tmp_path: Path, old: str, new: str, line: int, code: str | None
) -> None:
    changed = BANK.replace(old, new, 1)
    assert changed != BANK
    expected = set() if code is None else {(line, code)}
    assert places(read(tmp_path, changed)) == expected


def test_a_stem_may_be_missing_for_recall_only(tmp_path: Path) -> None:
    stem = "    stem: |\n      A guest looks round the room before the session.\n"
    assert places(read(tmp_path, BANK.replace(stem, "", 1))) == {(9, "empty")}
    recall = BANK.replace("level: application", "level: recall", 1).replace(stem, "", 1)
    assert read(tmp_path, recall) == []


@pytest.mark.parametrize("count", [2, 6])
def test_three_to_five_options(tmp_path: Path, count: int) -> None:
    begin, end = BANK.index('      - text: "Bare'), BANK.index("    facts:")
    others = [f'      - text: "Lamp {"abcdef"[n]}"\n        rationale: "No."\n' for n in range(5)]
    few = BANK[:begin] + "".join(others[: count - 1]) + BANK[end:]
    assert places(read(tmp_path, few)) == {(16, "option-count")}


def test_a_cell_without_items_for_a_retake_is_a_warning(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, HEAD + ITEM)
    assert (problem.line, problem.code, problem.severity) == (7, "few-items", "warning")


def test_an_item_in_no_cell_is_a_warning(tmp_path: Path) -> None:
    stray = SECOND.replace("SS-002", "SS-003").replace("M1-1", "M1-9")
    (problem,) = read(tmp_path, BANK + stray)
    assert (problem.line, problem.code) == (52, "outside-specification")
    assert problem.severity == "warning"


def test_a_source_shown_with_the_question_is_a_warning(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, BANK.replace('"Dim lamps"', '"Dim lamps[@SET-001]"', 1))
    assert (problem.line, problem.code, problem.severity) == (17, "citation-shown", "warning")


def test_aliases_are_refused(tmp_path: Path) -> None:
    aliased = BANK.replace("author: ", "author: &who ", 1)
    last = aliased.rindex('"Curriculum team"')
    aliased = aliased[:last] + "*who" + aliased[last + len('"Curriculum team"') :]
    assert places(read(tmp_path, aliased)) == {(48, "yaml-alias")}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "wrong-type"),
        (b"\n\n", "wrong-type"),
        (b"- a\n- b\n", "wrong-type"),
        (b"items: 3\n", "wrong-type"),
        (b"a: 1\n---\nb: 2\n", "yaml"),
        (b"[" * 100_000, "yaml-depth"),
        (b"title: a\n" + b" " * 1024 * 1024, "too-large"),
        (b"[" + b"a," * 120_000 + b"]", "too-large"),
        (b"title: caf\xe9\n", "not-utf-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not-utf-8"),
        ("title: é\n".encode("utf-16"), "not-utf-8"),
        (bytes(300), "control-character"),
    ],
)
def test_rubbish_gets_a_sentence(tmp_path: Path, raw: bytes, code: str) -> None:
    assert code in {problem.code for problem in read(tmp_path, raw)}


def test_an_unannounced_failure_of_the_parser_gets_a_sentence_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("ruamel.yaml.YAML.load", fail)
    assert places(read(tmp_path, BANK)) == {(1, "yaml")}


def test_the_line_of_a_byte_that_is_no_text_is_named(tmp_path: Path) -> None:
    assert places(read(tmp_path, b"title: a\n# \xff\n")) == {(2, "not-utf-8")}


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + BANK.encode()) == []


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "banks"
    inside.mkdir()
    outside = tmp_path / "rooms.yaml"
    outside.write_text(BANK)
    (inside / "rooms.yaml").symlink_to(outside)
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    banks, problems = read_banks(inside)
    assert banks == {}
    assert [(p.file, p.code) for p in problems] == [
        ("loop.yaml", "unreadable"),
        ("rooms.yaml", "outside-root"),
    ]


def test_what_is_no_bank_file_is_named_and_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "rooms.yml").write_text(BANK)
    (tmp_path / "Rooms.yaml").write_text(BANK)
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / ".hidden.yaml").write_text("[")
    (tmp_path / "README.md").write_text("Banks.")
    banks, problems = read_banks(tmp_path)
    assert banks == {}
    assert {p.file: p.code for p in problems} == {
        "rooms.yml": "file-name",
        "Rooms.yaml": "file-name",
        "folder.yaml": "not-a-file",
        "pipe.yaml": "not-a-file",
    }


def test_a_bad_bank_does_not_keep_a_good_one_out(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("[")
    (tmp_path / "rooms.yaml").write_text(BANK)
    banks, problems = read_banks(tmp_path)
    assert list(banks) == ["rooms"]
    assert [p.file for p in problems] == ["bad.yaml"]


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    banks, (problem,) = read_banks(tmp_path / "none")
    assert (banks, problem.code) == ({}, "no-folder")


QUIET = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUIET
@given(st.binary(max_size=200))
def test_no_bytes_raise(tmp_path: Path, raw: bytes) -> None:
    read(tmp_path, raw)


@QUIET
@given(
    st.integers(0, len(BANK)),
    st.integers(0, 40),
    st.text(alphabet="ab:-[]{}&*!|>'\"#%@`\n\t 0?,<~\\.é\x00\u2028", max_size=12),
)
def test_no_damage_to_a_bank_raises_or_goes_past_its_lines(
    tmp_path: Path, start: int, length: int, inserted: str
) -> None:
    damaged = BANK[:start] + inserted + BANK[start + length :]
    for problem in read(tmp_path, damaged):
        assert 1 <= problem.line <= damaged.count("\n") + 2
        assert problem.file == "rooms.yaml"
        assert problem.message.endswith((".", "?", ")"))
