"""Reading files of marks: what spreadsheets write, what strangers write, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes import MarksFile, UnreadableMarks, read_marks
from quizzes.analysis import marks_csv


def read(text: str, **options: bool) -> MarksFile:
    return read_marks(text.encode(), **options)


def refused(data: bytes | str) -> list[tuple[int, int, str]]:
    with pytest.raises(UnreadableMarks) as caught:
        read_marks(data.encode() if isinstance(data, str) else data)
    return [(each.row, each.column, each.message) for each in caught.value.problems]


def test_a_plain_table() -> None:
    found = read("learner,q1,q2\nana,1,0\nbo,0,1\n")
    assert found.table.items == ("q1", "q2")
    assert found.table.values.tolist() == [[1, 0], [0, 1]]
    assert (found.delimiter, found.names_learners, found.maxima) == (",", True, "one")
    assert found.remarks == ()


@pytest.mark.parametrize("name", ["max", "Maximum", "MAX MARKS", "out of"])
@pytest.mark.parametrize("place", [1, 3])
def test_a_row_of_maximal_marks_by_its_name(name: str, place: int) -> None:
    rows = ["id,q1,q2", "ana,1,2.5", "bo,0,5"]
    rows.insert(place, f"{name},1,5")
    found = read("\n".join(rows))
    assert found.maxima == "given" and found.table.maxima.tolist() == [1, 5]
    assert found.table.learners == 2


def test_a_row_of_maximal_marks_by_request() -> None:
    found = read("q1,q2\n2,4\n1,3\n2,0\n", maxima_first=True)
    assert not found.names_learners and found.table.maxima.tolist() == [2, 4]
    assert found.table.learners == 2


def test_without_maxima_the_largest_mark_seen_stands_for_them_and_it_says_so() -> None:
    found = read("q1,q2\n2,0\n1,0\n")
    assert found.maxima == "largest seen" and found.table.maxima.tolist() == [2, 1]
    assert "largest mark seen" in found.remarks[0]


@pytest.mark.parametrize(
    "text",
    [
        "\ufefflearner;q1;q2\r\nana;0,5;1\r\nbo;1;\r\n",
        "learner\tq1\tq2\nana\t0.5\t1\nbo\t1\t\n",
        'learner,q1,q2\nana,"0,5",1\nbo,1,-\n',
        "learner,q1,q2,\n\nana,.5,+1.0,\nbo,1,NA,\n,,,\n",
        'learner,q1,q2\n"a\nna",0.5,1\nbo,1,\n',
    ],
)
def test_marks_as_different_programs_write_them(text: str) -> None:
    values = read(text).table.values
    assert values[0].tolist() == [0.5, 1]
    assert values[1, 0] == 1 and np.isnan(values[1, 1])


def test_a_first_column_of_numbers_is_an_item_unless_its_heading_says_otherwise() -> None:
    assert not read("q1,q2\n1,0\n0,1\n").names_learners
    assert read("Student number,q1\n1,0\n2,1\n").names_learners
    assert read(",q1\n1,0\n2,1\n").names_learners
    assert read("x,q1\nana,0\n2,1\n").names_learners


def test_a_learner_who_is_there_twice_is_remarked() -> None:
    assert "1 rows repeat a learner's name" in read("name,q1\nana,1\nana,0\n").remarks[0]


def test_every_problem_is_named_with_row_and_column_and_nothing_is_half_done() -> None:
    assert refused("name,q1,q2\nana,x,1\n\nbo,1,nan\ncy,1e3,=1+1\n") == [
        (2, 2, "'x' is not a mark."),
        (4, 3, "'nan' is not a mark."),
        (5, 2, "'1e3' is not a mark."),
        (5, 3, "'=1+1' is not a mark."),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", (0, 0, "The file is empty.")),
        ("\n \n", (0, 0, "The file is empty.")),
        ("name,q1\n", (0, 0, "There is no row with a learner's marks.")),
        ("name\nana\n", (1, 1, "The header names no item.")),
        ("name,q1,q1\nana,1,1\n", (1, 3, "Item q1 is in column 2 already.")),
        ("name,,q1\nana,1,1\n", (1, 2, "This column has no item id.")),
        ("name,q1\nana,1,1\n", (2, 0, "This row has 3 cells, the header has 2.")),
        ("name,q1\nmax,2\nana,3\n", (3, 2, "3 is above the maximal mark of 2.")),
        ("name,q1\nmax,0\nana,0\n", (2, 2, "A maximal mark is a number above 0.")),
        ("name,q1\nmax,1\nmax,1\nana,0\n", (3, 1, "Maximal marks stand in row 2 already.")),
        ("name,q1,q2\nana,,\nbo,1,1\n", (2, 0, "This learner has no mark at all.")),
        ("name,q\x1b[2J\nana,1\n", (1, 2, "An item id is at most 200 printable characters.")),
        ("name,q1\nana,1.234,5\n", (2, 0, "This row has 3 cells, the header has 2.")),
    ],
)
def test_bad_tables_are_refused_with_their_place(text: str, problem: tuple) -> None:
    assert refused(text)[0] == problem


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name,q1\nana,\xff\n", "not UTF-8"),
        ("name,q1\nana,1\n".encode("utf-16"), "UTF-16"),
        (b"name,q1\nana,\x001\n", "zero byte"),
        (b'name,q1\nana,"1\n', "not CSV"),
        (b"name,q1\nana," + b"1" * 200_000, "not CSV"),
        (b"PK\x03\x04" + bytes(100), "zero byte"),
    ],
)
def test_what_is_no_text_table_is_refused(data: bytes, words: str) -> None:
    assert words in refused(data)[0][2]


def test_a_cell_of_a_stranger_steers_no_terminal() -> None:
    message = refused("name,q1\nana,\x1b]0;owned\x07" + "x" * 90 + "\n")[0][2]
    assert message.isprintable() and len(message) < 80


def test_limits_are_told_before_memory_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = "name," + ",".join(f"q{n}" for n in range(1001))
    assert "more than 1,000 items" in refused(wide)[0][2]
    monkeypatch.setattr(marks_csv, "MOST_ROWS", 3)
    assert "more than 3 learners" in refused("name,q1\n" + "ana,1\n" * 9)[0][2]
    monkeypatch.setattr(marks_csv, "MOST_CELLS", 4)
    assert "more than 4 cells" in refused("name,q1\n" + "ana,1\n" * 3)[0][2]
    monkeypatch.setattr(marks_csv, "LARGEST_MARKS_FILE", 10)
    assert "larger than" in refused("name,q1\nana,1\n")[0][2]


def test_after_twenty_problems_the_rest_is_counted() -> None:
    with pytest.raises(UnreadableMarks) as caught:
        read("name,q1\n" + "ana,x\n" * 50)
    assert len(caught.value.problems) == 20 and caught.value.more == 30


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        found = read_marks(data)
    except UnreadableMarks as error:
        assert error.problems
    else:
        assert found.table.learners > 0


@given(st.text(alphabet='ab1,;\t\n" .-0max', max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_table_breaks_the_reader(text: str) -> None:
    try:
        found = read(text)
    except UnreadableMarks as error:
        assert error.problems
    else:
        assert found.table.learners > 0
