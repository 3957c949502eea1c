"""The `lms` command: what it prepares, checks, publishes and says, and how it fails."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from lms import app, cli
from lms.config import SECRET_FILE, Settings
from lms.db import db, make_engine
from tests.cast import SMALL
from tests.changes import NOTE, SLUG, with_update

Run = Callable[..., Result]


@pytest.fixture
def run(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command on a data folder of its own and the cast's database."""
    made: list[Flask] = []

    def create_app(*settings: Settings) -> Flask:
        made.append(app.create_app(*settings))
        return made[-1]

    monkeypatch.setattr(cli, "create_app", create_app)
    monkeypatch.setenv("LMS_DATA", str(tmp_path))
    monkeypatch.setenv("LMS_DATABASE_URL", address)
    monkeypatch.setattr(cli, "ROOT", SMALL)
    for name in ("LMS_SECRET_KEY", "LMS_MODE", "LMS_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    yield lambda *words: CliRunner().invoke(cli.lms, words)
    for each in made:
        with each.app_context():
            db.engine.dispose()  # a command ends with its process, a test does not


def test_prepare_may_be_run_again_and_again(run: Run, tmp_path: Path) -> None:
    said = [run("prepare").output for _ in range(2)]
    assert said[0] == said[1]
    assert "up to date" in said[0] and "small-course, release 2026.1" in said[0]
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600


def test_a_setup_link_is_refused_once_there_is_an_administrator(run: Run) -> None:
    run("prepare")
    answer = run("setup-link")
    assert answer.exit_code and "administrator exists already" in str(answer.exception)


def test_serve_becomes_the_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("prepare")
    called: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, words: called.append(words))
    said = run("serve").output
    assert "Open http://127.0.0.1:8000" in said
    assert called[0][2:] == [
        "gunicorn", "--config", "python:lms.server", "--chdir", str(SMALL), "wsgi:app"
    ]  # fmt: skip


def test_without_a_key_the_command_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["lms", "setup-link"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "LMS_SECRET_KEY" in said and "Traceback" not in said


def test_a_wrong_setting_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LMS_MODE", "debug")
    monkeypatch.setattr("sys.argv", ["lms", "prepare"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "LMS_MODE" in capsys.readouterr().err


def test_content_check_finds_nothing_wrong_with_good_content(run: Run) -> None:
    answer = run("content", "check", str(SMALL))
    assert answer.exit_code == 0 and "0 errors" in answer.output
    report = json.loads(run("content", "check", str(SMALL), "--json").output)
    assert report["errors"] == 0


def test_content_check_before_an_upgrade_says_what_to_do(run: Run, address: str) -> None:
    """The content is checked all the same; only what changes would reach cannot be told."""
    run("prepare")
    engine = make_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '20261122_reviews'"))
    engine.dispose()
    answer = run("content", "check", str(SMALL))
    assert answer.exit_code == 0, answer.output
    assert "lms prepare" in answer.output and "0 errors" in answer.output


def test_content_check_reports_all_problems_with_file_and_line(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "broken"
    shutil.copytree(SMALL, root)
    course = root / "courses" / "content" / "small-course"
    lesson = course / "01-first-module" / "01-lesson-1.md"
    lesson.write_text(lesson.read_text().replace("minutes: 5\n", "").replace("TST-002", "TST-999"))
    bank = root / "quizzes" / "content" / "small-course.yaml"
    bank.write_text(bank.read_text().replace("id: T-002", "id: T-001"))
    answer = run("content", "check", str(root), "--json")
    report = json.loads(answer.output)
    assert answer.exit_code == 1 and report["errors"] >= 3
    files = {finding["file"] for finding in report["findings"]}
    assert any("01-lesson-1.md" in file for file in files)
    assert any("small-course.yaml" in file for file in files)
    assert all(finding["line"] >= 1 for finding in report["findings"])
    plain = run("content", "check", str(root)).output
    assert "Traceback" not in plain and f"{report['errors']} errors" in plain


def test_content_with_errors_is_not_published(run: Run, tmp_path: Path) -> None:
    run("prepare")
    root = tmp_path / "broken"
    shutil.copytree(SMALL, root)
    (root / "quizzes" / "content" / "small-course.yaml").write_text("items: []")
    answer = run("content", "publish", str(root))
    assert answer.exit_code and "errors" in str(answer.exception)


def test_publishing_the_same_content_again_keeps_its_release(run: Run) -> None:
    run("prepare")
    said = [run("content", "publish", str(SMALL)).output for _ in range(2)]
    assert said[0] == said[1] and said[0].startswith("small-course 2026.1 ")


def test_content_check_names_facts_whose_review_is_due_on_a_day(run: Run) -> None:
    due = run("content", "check", str(SMALL), "--on", "2028-07-01").output
    assert due.count("review-due") == 2 and "first-module/lesson-1" in due
    assert "review-due" not in run("content", "check", str(SMALL), "--on", "2028-06-30").output


def test_diff_tells_what_would_change_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("prepare")
    root = str(with_update(tmp_path))
    plain = run("content", "diff", root).output
    for said in (
        "at least material",
        "fact TST-001 changed (statement)",
        "touches lesson first-module/lesson-1: TST-001",
        "touches item T-001: TST-001",
        f"brings the safety-critical update {SLUG}",
        "reaches 0 open attempts and 0 credential holders",
    ):
        assert said in plain, said
        assert said in run("content", "check", root).output
    report = json.loads(run("content", "diff", root, "--json").output)["small-course"]
    assert report["kind"] == "material" and report["updates"] == [SLUG]
    assert report["facts"] == [{"id": "TST-001", "how": "changed", "fields": ["statement"]}]
    same = json.loads(run("content", "diff", str(SMALL), "--json").output)["small-course"]
    assert same["kind"] == "editorial" and same["facts"] == same["touched"] == []


def test_a_safety_critical_release_has_to_be_called_so(run: Run, tmp_path: Path) -> None:
    run("prepare")
    root = str(with_update(tmp_path))
    refused = run("content", "publish", root)
    assert refused.exit_code and "--kind safety-critical" in str(refused.exception)
    silent = run("content", "publish", root, "--kind", "safety-critical")
    assert silent.exit_code and "--note" in str(silent.exception)
    made = run("content", "publish", root, "--kind", "safety-critical", "--note", NOTE)
    assert made.exit_code == 0 and "small-course 2026.2 " in made.output


def test_prepare_leaves_a_safety_critical_update_to_people(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server starts with what is published, and the operator is told what to decide."""
    run("prepare")
    monkeypatch.setattr(cli, "ROOT", with_update(tmp_path))
    answer = run("prepare")
    assert answer.exit_code == 0
    assert "not published yet" in answer.output and "--kind safety-critical" in answer.output


def test_the_command_begins_without_the_collector_and_goes_on_with_it() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import lms.__main__, gc; print(gc.isenabled(), gc.get_freeze_count() > 0)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["True", "True"]


def test_the_package_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lms", "--version"], capture_output=True, text=True, check=True
    )
    assert "version" in done.stdout
