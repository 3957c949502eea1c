"""A certificate that was downloaded, checked with the server gone: keys, file and program only."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import certificates
from lms import clock
from lms.db import db
from tests.act_samples import do
from tests.cast import Cast
from tests.stories import tell

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def kept(app: Flask, cast: Cast, client_of: SignIn, tmp_path: Path) -> Path:
    """What Leo keeps: his certificate, his badge in both forms, the published keys, the program."""
    serial = tell(app, cast).serial
    leo = client_of("Leo")
    for name, path in {
        "certificate.pdf": f"/credentials/{serial}/certificate.pdf",
        "badge.json": f"/credentials/{serial}/badge.json",
        "badge.jwt": f"/credentials/{serial}/badge.jwt",
        "badge.png": f"/credentials/{serial}/badge.png",
        "keys.json": "/register/keys.json",
        "verify_credential.py": "/register/verify_credential.py",
    }.items():
        answer = leo.get(path)
        assert answer.status_code == 200, path
        (tmp_path / name).write_bytes(answer.data)
    return tmp_path


def run(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "verify_credential.py", name, "--keys", "keys.json", "--json"]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True)


def test_everything_a_holder_keeps_is_genuine_without_the_server(kept: Path) -> None:
    """Case 40: the verifier of a vendor that is gone is no verifier; this one is a file."""
    keys = json.loads((kept / "keys.json").read_text())
    for name in ("certificate.pdf", "badge.json", "badge.jwt", "badge.png"):
        found = certificates.verify_file((kept / name).read_bytes(), keys, clock.now())
        assert found.is_in_order, (name, found.reasons, found.warnings)
        assert dict(found.facts)["Awarded to"] == "Leo Ferreira"
    for name in ("certificate.pdf", "badge.json", "badge.jwt"):
        told = run(kept, name)
        assert told.returncode == 0, told.stdout + told.stderr
    facts = json.loads(run(kept, "certificate.pdf").stdout)["facts"]
    assert facts["In the log"].startswith("number 0 of 127.0.0.1:8000/log")


def test_a_revocation_since_is_seen_by_whoever_has_the_list(
    app: Flask, cast: Cast, kept: Path
) -> None:
    """Case 39: the file itself cannot know; the list says it, and then the file is not in order."""
    keys = json.loads((kept / "keys.json").read_text())
    badge = json.loads((kept / "badge.json").read_text())
    with app.app_context():
        serial = badge["id"].rsplit("/", 1)[-1]
        do(db.session, cast, serial, "revoke", clock.now())
        db.session.commit()
    client = app.test_client()
    lists = {
        entry["statusListCredential"]: client.get(
            entry["statusListCredential"].removeprefix("http://127.0.0.1:8000")
        ).data
        for entry in badge["credentialStatus"]
    }
    pdf = (kept / "certificate.pdf").read_bytes()
    at = clock.now()
    assert certificates.verify_file(pdf, keys, at).is_in_order
    found = certificates.verify_file(pdf, keys, at, status_lists=lists)
    assert found.state == "genuine" and not found.is_in_order
    assert dict(found.facts)["Status"] == "revoked"
