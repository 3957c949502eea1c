"""`lms credentials verify`: 0 only for what is genuine, unaltered and in order."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from lms import app as lms_app
from lms import cli, clock, credential_commands
from lms.config import Settings
from lms.db import db
from lms.services import register
from tests.cast import Cast
from tests.register_samples import open_tables
from tests.soak.tampering import witness
from tests.stories import Told

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
KEYS = ("--keys", str(EXAMPLES / "keys.json"))
Verify = Callable[..., Result]


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """Verify in a folder where nothing was ever prepared: no database, no keys."""
    monkeypatch.setenv("LMS_DATA", str(tmp_path / "nothing"))
    monkeypatch.delenv("LMS_KEYS", raising=False)
    return lambda *words: CliRunner().invoke(cli.lms, ["credentials", "verify", *map(str, words)])


@pytest.mark.parametrize("name", ["certificate.pdf", "badge.json", "badge.jwt"])
def test_the_examples_are_genuine_with_the_server_gone(verify: Verify, name: str) -> None:
    """Case 40: the published keys are enough."""
    told = verify(EXAMPLES / name, *KEYS)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("GENUINE") and "Alex Example" in told.output
    answer: dict[str, Any] = json.loads(verify(EXAMPLES / name, *KEYS, "--json").output)
    assert (answer["state"], answer["warnings"]) == ("genuine", [])
    assert answer["facts"]["Awarded to"] == "Alex Example"
    if name == "certificate.pdf":
        assert answer["signature"] == "unaltered"
        assert answer["log"]["late"] is False and answer["log"]["size"] == 11


@pytest.mark.parametrize("name", ["certificate.pdf", "badge.json", "badge.jwt"])
def test_one_changed_byte_is_told(verify: Verify, tmp_path: Path, name: str) -> None:
    data = bytearray((EXAMPLES / name).read_bytes())
    data[len(data) // 2] ^= 1
    file = tmp_path / name
    file.write_bytes(data)
    told = verify(file, *KEYS)
    assert told.exit_code in (1, 2), told.output
    assert "GENUINE" not in told.output


def test_the_file_of_another_issuer_is_not_ours(verify: Verify, tmp_path: Path) -> None:
    document = json.loads((EXAMPLES / "keys.json").read_text())
    document["keys"], document["roots"] = document["keys"][1:], []
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(document))
    for name in ("badge.json", "certificate.pdf"):
        told = verify(EXAMPLES / name, "--keys", keys)
        assert told.exit_code == 1 and told.output.startswith("NOT OURS")


def test_it_needs_keys_and_makes_none(verify: Verify, tmp_path: Path) -> None:
    told = verify(EXAMPLES / "badge.json")
    assert told.exit_code == 2 and "--keys" in told.output
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 1, "keys": 1, "roots": []}'])
def test_a_file_that_holds_no_keys_is_refused(verify: Verify, tmp_path: Path, text: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(text)
    assert verify(EXAMPLES / "badge.json", "--keys", keys).exit_code == 2


def test_a_list_that_cannot_be_relied_on_tells_nothing(verify: Verify, tmp_path: Path) -> None:
    """Case 39: a status that was not shown stays unknown; it is never taken for valid."""
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps({"id": "https://pat.example/register/status/revocation-1"}))
    told = verify(EXAMPLES / "badge.json", *KEYS, "--status", listed)
    assert told.exit_code == 0 and "not known" in told.output


# --- lms credentials inspect ----------------------------------------------------------------


@pytest.fixture
def inspect(
    app: Flask, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Verify]:
    """Inspect the database of the cast."""
    made: list[Flask] = []

    def create_app(settings: Settings) -> Flask:
        made.append(lms_app.create_app(settings))
        return made[-1]

    monkeypatch.setattr(credential_commands, "create_app", create_app)
    monkeypatch.setenv("LMS_DATA", str(tmp_path))
    monkeypatch.setenv("LMS_DATABASE_URL", address)
    monkeypatch.setenv("LMS_SECRET_KEY", "s" * 48)
    monkeypatch.setenv("LMS_KEYS", str(app.config["SETTINGS"].keys_folder))
    yield lambda *words: CliRunner().invoke(cli.lms, ["credentials", "inspect", *map(str, words)])
    for each in made:
        with each.app_context():
            db.engine.dispose()


def test_records_that_hold_are_said_to_hold_until_one_is_altered(
    inspect: Verify, app: Flask, cast: Cast, tmp_path: Path, told: Told
) -> None:
    """A row that was made to agree with itself still differs from what the witness saw."""
    settings: Settings = app.config["SETTINGS"]
    folder = tmp_path / "witness"
    folder.mkdir()
    with app.app_context():
        signed = register.sign(db.session, settings, clock.now())
        db.session.commit()
        client = app.test_client()
        said = witness().check(
            folder, lambda path: client.get(f"/{path}").data, clock.now().timestamp()
        )
        assert f"{signed.size} leaves" in said
    told = inspect("--witness", folder)
    assert (told.exit_code, told.output) == (0, "0 discrepancies.\n")
    with app.app_context():
        open_tables(db.session)
        db.session.execute(sa.text("UPDATE log_leaves SET entry = :e"), {"e": "ab" * 32})
        db.session.commit()
    told = inspect("--witness", folder)
    assert told.exit_code == 1 and "a witness saw another one there" in told.output


def test_a_folder_of_no_witness_is_refused(inspect: Verify, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert inspect("--witness", empty).exit_code == 2
