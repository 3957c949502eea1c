"""Certificates as files: made once under any race, kept for ever, signed, with their proof."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import certificates
from lms import clock, keys
from lms.config import Settings
from lms.db import db
from lms.errors import Unavailable
from lms.models.files import CertificateFile
from lms.services import credentials
from lms.services.credentials import StoredFile, files
from tests.cast import Cast
from tests.races import at_once
from tests.stories import rows_of, tell


@pytest.fixture
def serial(app: Flask, cast: Cast) -> str:
    """A credential that was awarded a moment ago."""
    return tell(app, cast).serial


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


def file_of(
    session: Session,
    serial: str,
    settings: Settings,
    now: datetime | None = None,
    paper: certificates.Paper | None = None,
) -> StoredFile:
    now = now or clock.now()
    found = credentials.find_by_serial(session, serial, now)
    assert found is not None
    return credentials.certificate_file(session, found, settings, now=now, paper=paper)


def test_it_is_signed_by_this_installation_and_proves_its_award(
    session: Session, serial: str, settings: Settings
) -> None:
    stored = file_of(session, serial, settings)
    assert stored.name == f"certificate-{serial}.pdf"
    assert stored.sha256 == hashlib.sha256(stored.content).hexdigest()
    check = certificates.check_pdf(stored.content, keys.keys_of(settings).roots)
    assert check.state == "unaltered"
    proof = certificates.log.proof_from(check.attachments["award.tlog-proof"].decode())
    assert proof.act == "award"


def test_file_badge_and_proof_are_about_one_credential(
    session: Session, serial: str, settings: Settings
) -> None:
    """What a checker finds with nothing but the file and the published keys."""
    stored = file_of(session, serial, settings)
    published = keys.published_document(settings)
    verdict = certificates.verify_file(stored.content, published, clock.now())
    assert verdict.state == "genuine", verdict.reasons
    assert verdict.pdf is not None and verdict.badge is not None and verdict.proof is not None
    found = credentials.find_by_serial(session, serial, clock.now())
    assert found is not None and verdict.badge.credential_digest == found.digest


def test_a_signed_file_with_all_it_carries_stays_small(
    session: Session, serial: str, settings: Settings
) -> None:
    assert len(file_of(session, serial, settings).content) <= 50 * 1024


def test_later_downloads_give_the_very_same_file(
    session: Session, serial: str, settings: Settings
) -> None:
    first = file_of(session, serial, settings)
    much_later = clock.now() + timedelta(days=700)
    assert file_of(session, serial, settings, much_later) == first
    assert rows_of(session, CertificateFile) == 1


def test_each_paper_is_a_file_of_its_own(session: Session, serial: str, settings: Settings) -> None:
    usual = file_of(session, serial, settings)
    letter = file_of(session, serial, settings, paper="letter")
    assert letter.sha256 != usual.sha256
    assert file_of(session, serial, settings, paper="a4") == usual


def test_many_at_once_get_one_file(app: Flask, serial: str, settings: Settings) -> None:
    found = at_once(app, lambda session, _: file_of(session, serial, settings), threads=6)
    assert len({each.sha256 for each in found if isinstance(each, StoredFile)}) == 1
    with app.app_context():
        assert rows_of(db.session, CertificateFile) == 1


def test_a_file_is_found_by_its_hash_and_no_other_is(
    session: Session, serial: str, settings: Settings
) -> None:
    stored = file_of(session, serial, settings)
    assert credentials.find_file_by_hash(session, stored.sha256.upper()) == serial
    changed = hashlib.sha256(stored.content + b"\n").hexdigest()
    assert credentials.find_file_by_hash(session, changed) is None
    assert credentials.find_file_by_hash(session, "") is None


@pytest.mark.parametrize("statement", ["DELETE FROM", "UPDATE"])
def test_nobody_changes_or_removes_a_kept_file(
    session: Session, serial: str, settings: Settings, statement: str
) -> None:
    file_of(session, serial, settings)
    change = " SET content = 'x'" if statement == "UPDATE" else ""
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(sa.text(f"{statement} certificate_files{change}"))


def test_a_damaged_file_is_not_handed_out(
    session: Session, serial: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = credentials.find_by_serial(session, serial, clock.now())
    assert found is not None
    session.add(
        CertificateFile(
            credential_id=found.id,
            paper="a4",
            sha256="0" * 64,
            content=b"%PDF-",
            made_at=clock.now(),
        )
    )
    session.flush()
    with pytest.raises(LookupError, match="damaged"):
        file_of(session, serial, settings)


def test_without_its_key_no_file_is_made_and_none_is_kept(
    session: Session, serial: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise certificates.SigningError("The device does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(certificates, "sign_pdf", refuse)
        with pytest.raises(Unavailable, match="try again"):
            file_of(session, serial, settings)
    assert rows_of(session, CertificateFile) == 0
    assert file_of(session, serial, settings).content.startswith(b"%PDF-")


def test_it_stays_genuine_when_every_key_is_rotated(
    app: Flask, serial: str, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, secret_key="s" * 48, keys=str(tmp_path / "own"))
    with app.app_context():
        stored = file_of(db.session, serial, settings)
        for kind in keys.KINDS:
            keys.rotate(settings, kind, clock.now())
        published = keys.published_document(settings)
        verdict = certificates.verify_file(stored.content, published, clock.now())
        assert verdict.state == "genuine", verdict.reasons
        assert file_of(db.session, serial, settings) == stored
        # The vulnerable twin of case 43 publishes what is in use, and forgets what was.
        in_use = [key for key in keys.keys_of(settings).published if key.valid_until is None]
        forgetful = certificates.published_keys(in_use, keys.keys_of(settings).roots)
        assert certificates.verify_file(stored.content, forgetful, clock.now()).state != "genuine"


def test_nobody_waits_for_the_drawing_to_write(
    session: Session, serial: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file takes long where a time-stamp is fetched: the writers' turn is free meanwhile."""
    seen: list[bool] = []
    signed = files._signed

    def watch(*given: object) -> bytes:
        seen.append(session.in_transaction())
        return signed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "_signed", watch)
    file_of(session, serial, settings)
    assert seen == [False]
