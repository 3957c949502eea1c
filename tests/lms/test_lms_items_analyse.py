"""`lms items analyse`: one command from a table of marks to its statistics."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lms.items import items
from tests.quizzes.analysis.mark_samples import WUENSCH, right_or_wrong

NAMES = ",".join(f"q{n}" for n in range(1, 11))
TABLE = f"student,{NAMES}\n" + "".join(
    f"s{n}," + ",".join(map(str, row)) + "\n" for n, row in enumerate(WUENSCH)
)


def analyse(text: str | bytes, *words: str) -> Result:
    return CliRunner().invoke(items, ["analyse", "-", *words], input=text)


def test_machines_get_every_figure() -> None:
    told = json.loads(analyse(TABLE, "--json", "--cut", "70").stdout)
    assert told["paper"]["reliability"]["alpha"] == pytest.approx(10 / 9 * (1 - 2.18 / 5.84))
    assert told["paper"]["passed"] == 8 and told["paper"]["cut_percent"] == 70
    assert [item["item"] for item in told["items"]] == NAMES.split(",")
    assert told["items"][0]["facility"] == pytest.approx(0.7)
    assert told["items"][0]["discriminative_efficiency"] is not None
    assert told["read"] == {
        "learners": 10,
        "items": 10,
        "delimiter": ",",
        "first_column": "learners",
        "maximal_marks": "one",
        "complete": True,
    }


def test_people_get_ranges_instead_of_figures_when_the_group_is_small() -> None:
    told = analyse(TABLE).stdout
    assert "10 learners, 10 items; the first column names the learners, 1 mark an item." in told
    assert re.search(r"^Reliability \(KR-20\) +0\.696 \(", told, re.MULTILINE)
    assert "0.40 to 0.89" in told and "read the intervals" in told


def test_people_get_figures_and_flags_when_it_is_not() -> None:
    rows = [[*row, 1 - row[0]] for row in right_or_wrong(60, 5)]
    text = "a,b,c,d,e,f\n" + "\n".join(",".join(f"{mark:g}" for mark in row) for row in rows)
    told = analyse(text).stdout
    line = next(line for line in told.splitlines() if line.startswith("f "))
    assert " to " not in line and "none" in line
    assert "Wrong way round." in told and "read the intervals" not in told


def test_a_file_is_read_and_a_missing_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(TABLE, encoding="utf-8-sig")
    assert CliRunner().invoke(items, ["analyse", str(file)]).exit_code == 0
    missing = CliRunner().invoke(items, ["analyse", str(tmp_path / "none.csv")])
    assert missing.exit_code and "No such file" in missing.output


def test_problems_go_to_the_error_stream_with_row_and_column() -> None:
    answer = analyse("name,q1\nana,x\nbo,\n")
    assert answer.exit_code == 1 and answer.stdout == ""
    assert answer.stderr == "row 2, column 2: 'x' is not a mark.\n"


def test_machines_get_problems_as_json() -> None:
    answer = analyse("name,q1\n" + "ana,x\n" * 22, "--json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 1 and told["more"] == 2
    assert told["problems"][0] == {"row": 2, "column": 2, "message": "'x' is not a mark."}


def test_an_endless_file_is_refused() -> None:
    answer = CliRunner().invoke(items, ["analyse", "/dev/zero"])
    assert answer.exit_code == 1 and "larger than 50 MB" in answer.stderr


@pytest.mark.parametrize("cut", ["0", "101", "-5", "x", "1e2", "", "1/2", "١٠"])
def test_a_cut_score_that_is_none_is_refused(cut: str) -> None:
    answer = analyse(TABLE, "--cut", cut)
    assert answer.exit_code == 2 and "--cut" in answer.stderr


@pytest.mark.parametrize("cut", ["70", "70%", "66.7", "66,7"])
def test_a_cut_score_may_be_written_as_people_write_it(cut: str) -> None:
    assert "Passed at" in analyse(TABLE, "--cut", cut).stdout


def test_the_row_below_the_header_may_hold_the_maxima() -> None:
    told = json.loads(analyse("a,b\n2,2\n1,2\n0,1\n", "--json", "--maxima-first").stdout)
    assert told["paper"]["maximum"] == 4 and told["read"]["maximal_marks"] == "given"


def test_neither_server_nor_command_loads_numpy_before_it_is_needed() -> None:
    script = "import sys, lms.app, lms.cli; print({'numpy', 'scipy', 'mirt'} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == "set()"
