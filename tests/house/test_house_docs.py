"""What the project says about itself is so: settings, commands, dependencies, links, decisions."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from click import Group

from lms.cli import lms
from lms.config import Settings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = [field.name for field in fields(Settings)]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_is_explained(name: str) -> None:
    assert f"LMS_{name.upper()}" in text("docs/configuration.md")


def test_no_setting_is_explained_that_does_not_exist() -> None:
    known = {f"LMS_{name.upper()}" for name in SETTINGS}
    read_elsewhere = set(re.findall(r"LMS_[A-Z_]+", text("lms/server.py")))
    explained = set(re.findall(r"LMS_[A-Z0-9_]+", text("docs/configuration.md")))
    assert explained <= known | read_elsewhere


def test_what_the_server_reads_from_the_environment_is_explained() -> None:
    for name in set(re.findall(r'environ\.get\("([A-Z_]+)"', text("lms/server.py"))):
        assert name in text("docs/configuration.md"), name


def commands(group: Group, before: str = "lms") -> list[str]:
    found = []
    for name, command in group.commands.items():
        line = f"{before} {name}"
        found += commands(command, line) if isinstance(command, Group) else [line]
    return found


@pytest.mark.parametrize("command", commands(lms))
def test_every_command_is_documented(command: str) -> None:
    everything = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert command in everything + text("Makefile").replace("$(BIN)/", "")


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_says_why_it_is_there(file: str) -> None:
    explained = text("docs/dependencies.md").lower().replace(" ", "-")
    for line in text(file).splitlines():
        name = re.match(r"[A-Za-z0-9-]+", line)
        if name and not line.startswith("-r"):
            assert name.group().lower() in explained, name.group()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_carries_its_hash(file: str) -> None:
    pins = re.findall(r"^[A-Za-z0-9][^\n]*?(?= \\$|$)", text(file), re.MULTILINE)
    assert len(pins) > 20
    assert all("==" in pin for pin in pins if not pin.startswith("--"))
    assert text(file).count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", prose):
        assert (document.parent / link).exists(), f"{document}: {link}"


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(file.name[:4]) for file in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_make_help_lists_every_target_people_call() -> None:
    made = text("Makefile")
    for name in re.findall(r"^\.PHONY: (\S+)", made, re.MULTILINE):
        assert re.search(rf"^{name}:.*## \S", made, re.MULTILINE), name


def test_the_markers_in_use_are_declared() -> None:
    options = tomllib.loads(text("pyproject.toml"))["tool"]["pytest"]["ini_options"]
    assert {each.split(":")[0] for each in options["markers"]} == {"browser", "kill"}
