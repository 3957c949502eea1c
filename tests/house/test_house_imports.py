"""The plan of the house holds: who may import whom, what a core may know, what a file may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
CORES = ("courses", "quizzes", "certificates")
PACKAGES = ("lms", *CORES)
NAMELESS = {"utils", "helpers", "common", "misc", "util", "helper"}


def modules(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from (ROOT / package).rglob("*.py")


def test_the_import_rules_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contract of `pyproject.toml`, exhaustive ones included: a stray file fails."""
    # Its command line sets up logging, which silences every logger that there is already.
    monkeypatch.setattr("importlinter.cli._configure_logging", lambda _verbose: None)
    answer = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert answer == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("core", CORES)
def test_a_core_starts_without_shell_web_or_database(core: str) -> None:
    """In a process of its own: importing a core brings in none of what it must not know."""
    barred = ("flask", "werkzeug", "wtforms", "sqlalchemy", "alembic", "lms", "weasyprint")
    barred += tuple(other for other in CORES if other != core)
    script = f"import sys, {core}; print([n for n in {barred!r} if n in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == "[]"


def test_the_web_process_starts_without_weasyprint() -> None:
    """P8: drawing is loaded by whoever draws first."""
    script = "import sys, lms.app; print('weasyprint' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == "False"


@pytest.mark.parametrize("core", CORES)
def test_a_core_knows_no_clock_and_no_chance(core: str) -> None:
    """They come in as arguments: a core that reads them could not be tested by law."""
    barred = {"now", "today", "utcnow", "time_ns", "getrandbits", "token_bytes", "urandom"}
    found = []
    for file in modules(core):
        if "design" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in barred:
                found.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.attr}")
    assert found == []


def test_no_float_decides_a_pass() -> None:
    scored = ROOT / "lms" / "services" / "assessment" / "attempts.py"
    for file in (ROOT / "quizzes" / "scoring.py", scored):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Div), file
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), file


def test_every_file_says_in_its_first_sentence_what_lives_there() -> None:
    for file in modules(*PACKAGES):
        text = file.read_text(encoding="utf-8")
        if text.strip():
            doc = ast.get_docstring(ast.parse(text))
            assert doc and doc.splitlines()[0].endswith((".", ":", "?")), file


def test_no_file_is_nameless_or_has_outgrown_its_idea() -> None:
    for file in modules(*PACKAGES):
        assert not NAMELESS & set(file.relative_to(ROOT).with_suffix("").parts), file
        # A program that is handed out has to be one file, whatever it needs.
        most = 550 if "standalone" in file.parts else 430
        assert len(file.read_text(encoding="utf-8").splitlines()) <= most, file


def test_secrets_are_drawn_from_the_system_only() -> None:
    """Invariant 58: `random` makes no token; it appears in the seeded draw and the story alone."""
    allowed = {ROOT / "quizzes" / "drawing.py", *(ROOT / "lms" / "demo").glob("*.py")}
    for file in modules(*PACKAGES):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
                assert "random" not in names or file in allowed, file


def test_only_the_clock_reads_the_clock() -> None:
    for file in modules("lms"):
        if file.name in ("clock.py",):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and node.func.attr in ("now", "today", "utcnow"):
                owner = ast.unparse(node.func.value)
                assert owner == "clock", f"{file}:{node.lineno} {owner}.{node.func.attr}"
