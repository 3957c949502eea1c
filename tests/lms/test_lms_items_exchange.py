"""`lms items import` and `lms items export`: reports for people and machines, and safe writing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lms.items import items
from quizzes import read_banks

ONE = "::Lamp::Where? {=Here#Yes ~There#No ~Nowhere#No}\n"


def run(*words: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(items, list(words), input=given)


def test_an_import_tells_what_was_kept_and_what_is_to_be_written() -> None:
    result = run("import", "-", given=ONE)
    assert result.exit_code == 0
    assert "line 1: Lamp: single item Lamp, draft" in result.output
    assert "kept: lead_in, 3 options, key, 3 rationales" in result.output
    assert "to complete: objective, level" in result.output
    assert "GIFT: 1 items: 0 whole, 1 to complete, 0 not read." in result.output


def test_an_import_in_json_has_an_entry_for_every_item() -> None:
    result = run("import", "-", "--json", given=f"{ONE}\nonly a text\n")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert (report["format"], report["read"], report["not_read"]) == ("GIFT", 1, 1)
    assert [each["standing"] for each in report["items"]] == ["draft", "refused"]
    assert report["items"][1]["losses"][0]["why"].startswith("It is a text without answers")


def test_parts_that_are_lost_give_an_exit_status_of_their_own() -> None:
    result = run("import", "-", given="Where? {=Here ~%50%There ~Nowhere}")
    assert result.exit_code == 3
    assert "not kept: 50 % of the mark for option b" in result.output


@pytest.mark.parametrize("given", [b"", b"\x00\xff", b"PK\x03\x04 torn", b"<?xml?><quiz"])
def test_a_file_that_cannot_be_read_gets_a_sentence_and_no_traceback(given: bytes) -> None:
    result = run("import", "-", given=given)
    assert result.exit_code == 1
    assert result.output.startswith("Nothing was read. ")
    assert isinstance(result.exception, SystemExit)


def test_the_drafts_become_a_bank_file_whose_gaps_the_check_names(tmp_path: Path) -> None:
    target = tmp_path / "lamps.yaml"
    assert run("import", "-", "--to", str(target), given=ONE).exit_code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    _, problems = read_banks(tmp_path)
    gaps = {number for number, line in enumerate(lines, start=1) if "# to complete" in line}
    found = {problem.line for problem in problems if problem.severity == "error"}
    # The empty title is a gap too; a head with faults is told once for each of its keys.
    assert gaps and gaps <= found


def test_an_import_never_writes_over_a_file(tmp_path: Path) -> None:
    target = tmp_path / "lamps.yaml"
    target.write_text("mine")
    result = run("import", "-", "--to", str(target), given=ONE)
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert target.read_text() == "mine"


@pytest.mark.parametrize(("target_format", "suffix"), [("qti3", "zip"), ("moodle", "xml")])
def test_an_exported_bank_comes_back_as_the_same_bank(
    target_format: str, suffix: str, tmp_path: Path
) -> None:
    exported = tmp_path / f"ethics.{suffix}"
    result = run("export", "ethics", "--format", target_format, "--to", str(exported))
    assert result.exit_code == 0, result.output
    assert "other systems do not show" in result.output
    back = tmp_path / "back" / "ethics.yaml"
    assert run("import", str(exported), "--to", str(back)).exit_code == 0
    again = tmp_path / f"again.{suffix}"
    assert run("export", str(back), "--format", target_format, "--to", str(again)).exit_code == 0
    assert again.read_bytes() == exported.read_bytes()


def test_an_export_in_json_says_item_by_item_what_others_do_not_show(tmp_path: Path) -> None:
    result = run("export", "ethics", "--to", str(tmp_path / "ethics.zip"), "--json")
    report = json.loads(result.output)
    assert report["items"]
    assert all(each["not_shown"] for each in report["items"])


def test_an_export_never_writes_over_a_file(tmp_path: Path) -> None:
    target = tmp_path / "ethics.zip"
    target.write_text("mine")
    assert run("export", "ethics", "--to", str(target)).exit_code == 1
    assert target.read_text() == "mine"


def test_a_bank_that_is_not_there_is_named_with_those_that_are() -> None:
    result = run("export", "nowhere")
    assert result.exit_code == 1
    assert "There is no bank nowhere" in result.output
    assert "ethics" in result.output
