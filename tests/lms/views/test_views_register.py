"""What the register publishes: for programs of any site, cacheable, in the published formats."""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import certificates
from lms import clock, jobs, keys
from lms.app import create_app
from lms.config import Settings
from lms.db import db
from lms.services import credentials, register
from tests.act_samples import do
from tests.cast import THEN, Cast, settings_for
from tests.register_samples import digest_of, enter, open_tables
from tests.stories import Told

log = certificates.log
DAY = timedelta(days=1)


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


@pytest.fixture
def told(app: Flask, told: Told) -> str:
    """The serial of Leo's award, in a log that the sweep has signed."""
    assert jobs.sign_log(app)
    assert not jobs.sign_log(app)
    return told.serial


@pytest.fixture
def client(app: Flask, told: str) -> FlaskClient:
    return app.test_client()


def revoke(app: Flask, cast: Cast, serial: str) -> None:
    with app.app_context():
        do(db.session, cast, serial, "revoke", clock.now())
        db.session.commit()


def witness() -> ModuleType:
    file = Path(certificates.__file__).parent / "standalone" / "witness.py"
    spec = importlib.util.spec_from_file_location("witness", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PROGRAMS = [
    ("/.well-known/did.json", "application/json"),
    ("/.well-known/jwks.json", "application/json"),
    ("/register/keys.json", "application/json"),
    ("/register/status/revocation-1", "application/vc"),
    ("/log/checkpoint", "text/plain"),
    ("/log/tile/0/000.p/1", "application/octet-stream"),
    ("/log/tile/entries/000.p/1", "application/octet-stream"),
    ("/register/verify_credential.py", "text/x-python"),
    ("/register/witness.py", "text/x-python"),
]


def test_programs_of_any_site_read_and_keep_it(client: FlaskClient) -> None:
    for path, kind in PROGRAMS:
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, kind), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Cache-Control"].startswith("public, max-age=")
        assert "Set-Cookie" not in answer.headers
        assert ("immutable" in answer.headers["Cache-Control"]) is ("/tile/" in path)


ABSENT = [
    "/log/tile/0/000", "/log/tile/0/000.p/2", "/log/tile/0/001.p/1", "/log/tile/1/000.p/1",
    "/log/tile/0/0", "/log/tile/x", "/log/tile/0/000.p/01", "/register/status/revocation-2",
    "/register/status/revocation-0", "/register/status/expiry-1", "/register/status/1",
    "/register/status/revocation-1?timestamp=2999-01-01T00:00:00Z", "/register/setup.py",
]  # fmt: skip


def test_what_there_is_not_is_not_there(client: FlaskClient) -> None:
    for path in ABSENT:
        assert client.get(path).status_code == 404, path


def test_an_instant_has_to_be_one(client: FlaskClient) -> None:
    for text in ("", "yesterday", "2026-10-14", "2026-10-14T00:00:00", "0"):
        answer = client.get("/register/status/revocation-1", query_string={"timestamp": text})
        assert answer.status_code == 400, text


def test_a_badge_is_checked_with_what_is_published_and_nothing_else(
    client: FlaskClient, app: Flask, cast: Cast, settings: Settings, told: str
) -> None:
    """Valid, then revoked, and on a day between still valid: all from the public addresses."""
    with app.app_context():
        found = credentials.find_by_serial(db.session, told, clock.now())
        assert found is not None
        entry = register.status_entries_of(db.session, found.id, settings)[0]
    published = certificates.keys_from_document(client.get("/register/keys.json").get_json())
    did = client.get("/.well-known/did.json").get_json()["id"]
    path = entry.list_url.removeprefix(settings.public_url)
    now = clock.now()
    assert not certificates.read_status(client.get(path).data, entry, did, published, now)
    before = now.replace(microsecond=0)
    revoke(app, cast, told)
    later = clock.now() + timedelta(seconds=1)
    assert certificates.read_status(client.get(path).data, entry, did, published, later)
    past = client.get(path, query_string={"timestamp": before.isoformat()})
    assert not certificates.read_status(past.data, entry, did, published, before)


def test_nothing_published_names_the_holder(client: FlaskClient, told: str) -> None:
    for path, _kind in PROGRAMS:
        data = client.get(path).data
        for secret in (b"Leo", b"Ferreira", b"leo@example.org", told.encode()):
            assert secret not in data, path


def test_the_log_is_not_there_before_it_is_signed(app: Flask) -> None:
    client = app.test_client()
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1"):
        assert client.get(path).status_code == 404
    assert b"signed nothing yet" in client.get("/register/credentials").data


def test_the_page_explains_the_register_to_a_person(
    client: FlaskClient, settings: Settings
) -> None:
    page = client.get("/register/credentials")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert register.origin_of(settings) in text
    for key in keys.keys_of(settings).published:
        assert key.id in text
    for address in (
        "/register/keys.json",
        "/register/verify_credential.py",
        "/register/witness.py",
    ):
        assert f'href="{address}"' in text
    assert "Access-Control-Allow-Origin" not in page.headers


def test_a_witness_looks_remembers_and_cosigns(
    client: FlaskClient, app: Flask, cast: Cast, settings: Settings, tmp_path: Path, told: str
) -> None:
    """The one-file program, over the pages as they are served."""
    program = witness()

    def fetch(path: str) -> bytes:
        answer = client.get(f"/{path}")
        assert answer.status_code == 200, path
        return answer.data

    vkey = program.new(tmp_path, "hospital.example/witness")
    now = clock.now().timestamp()
    assert "1 leaves, 1 new" in program.check(tmp_path, fetch, now)
    revoke(app, cast, told)
    with app.app_context():
        register.sign(db.session, settings, clock.now())
        db.session.commit()
    assert "2 leaves, 1 new" in program.check(tmp_path, fetch, now + 60)
    assert "2 leaves, 0 new" in program.check(tmp_path, fetch, now + 120)
    cosigned = (tmp_path / "2.checkpoint").read_text()
    known = log.witness_from(vkey)
    found = log.check_checkpoint(cosigned, keys.keys_of(settings).published, [known])
    assert [name for name, _at in found.cosigned] == ["hospital.example/witness"]
    with app.app_context():
        open_tables(db.session)
        db.session.execute(
            sa.text("UPDATE log_leaves SET entry = :other WHERE position = 0"), {"other": "ab" * 32}
        )
        db.session.commit()
    with pytest.raises(program.Wrong, match="history was rewritten"):
        program.check(tmp_path, fetch, now + 180)


def test_what_an_old_key_signed_holds_after_the_keys_are_changed(
    address: str, cast: Cast, tmp_path: Path
) -> None:
    """Case 43: old proofs with the published keys of today, and new ones beside them."""
    settings = settings_for(tmp_path, address, keys=str(tmp_path / "keys"))
    keys.make(settings, THEN)
    own = create_app(settings)
    own.testing = True
    with own.app_context():
        first = enter(db.session, cast, 1, THEN)[0]
        old = register.proof_of(db.session, first, settings, THEN + DAY / 2)
        keys.rotate(settings, "log", THEN + 3 * DAY)
        keys.rotate(settings, "credential", THEN + 3 * DAY)
        second = enter(db.session, cast, 1, THEN + 4 * DAY, first=1)[0]
        new = register.proof_of(db.session, second, settings, THEN + 4 * DAY)
        db.session.commit()
    client = own.test_client()
    published = certificates.keys_from_document(client.get("/register/keys.json").get_json())
    assert len(published) == 4
    assert old is not None and new is not None
    signers = []
    for number, proof in enumerate((old, new)):
        log.check_proof(proof.text, digest_of(number), published)
        signers.append(log.check_checkpoint(proof.checkpoint, published).key)
    assert len(set(signers)) == 2
    assert len(client.get("/.well-known/did.json").get_json()["verificationMethod"]) == 2
    with own.app_context():
        db.engine.dispose()
