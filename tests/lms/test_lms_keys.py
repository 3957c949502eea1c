"""The keys of an installation: made once, kept private, rotated without losing what they signed."""

import json
import multiprocessing
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import load_der_x509_certificate

import certificates
from lms import cli, clock, keys
from lms.config import Settings
from lms.errors import ConfigError, Refused

MADE = datetime(2026, 7, 1, 8, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2027, 7, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def test_keys_are_made_on_first_use_and_stay(settings: Settings) -> None:
    first = keys.keys_of(settings)
    assert keys.keys_of(settings) is first
    again = keys.keys_of(Settings(data=settings.data, site_name="Another"))
    assert again.published == first.published and again.roots == first.roots
    assert first.credential.purpose == "credential" and first.log.purpose == "log"
    assert first.time_stamping is None


def test_only_the_application_may_read_the_files_of_keys(settings: Settings) -> None:
    keys.make(settings, MADE)
    folder = settings.data / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_validity_begins_with_a_whole_second_that_signatures_can_name(settings: Settings) -> None:
    keys.make(settings, MADE)
    assert keys.keys_of(settings).credential.valid_from == MADE.replace(microsecond=0)


def test_what_is_published_holds_nothing_private(settings: Settings) -> None:
    found = keys.keys_of(settings)
    document = keys.published_document(settings)
    assert certificates.keys_from_document(document) == found.published
    assert certificates.roots_from_document(document) == found.roots
    assert found.credential.private.private_bytes_raw().hex() not in json.dumps(document)
    assert "PRIVATE" not in (settings.data / "keys" / "keys.json").read_text()


@pytest.mark.parametrize("kind", ["credential", "log"])
def test_a_rotated_key_is_published_with_its_end_and_its_private_half_is_gone(
    settings: Settings, kind: keys.Kind
) -> None:
    keys.make(settings, MADE)
    old = getattr(keys.keys_of(settings), kind)
    found = keys.rotate(settings, kind, LATER)
    new = getattr(found, kind)
    assert new.id != old.id and new.valid_from == LATER - keys.HEAD_START
    kept = {key.id: key for key in found.published}[old.id]
    assert kept.valid_until == LATER and kept.raw == old.public_key.raw
    assert len(found.published) == 3
    assert not list((settings.data / "keys").glob(f"{old.id}*"))
    assert keys.keys_of(settings).credential.id == found.credential.id


def test_a_key_made_while_a_request_is_answered_signs_at_the_time_it_began(
    settings: Settings,
) -> None:
    began = clock.now()
    first = keys.keys_of(settings)
    for kind in keys.KINDS:
        found = keys.rotate(settings, kind, clock.now())
    for key in (first.credential, first.log, found.credential, found.log):
        assert key.public_key.signed_at(began)
    pdf = certificates.render_printout(blank())
    for ours in (first, found):
        signed = certificates.sign_pdf(pdf, ours.document, signed_at=began)
        assert certificates.check_pdf(signed, found.roots).state == "unaltered"


@pytest.mark.parametrize("kind", ["credential", "log"])
def test_what_was_signed_in_the_very_second_of_a_rotation_was_signed_in_time(
    settings: Settings, kind: keys.Kind
) -> None:
    keys.make(settings, MADE)
    old = getattr(keys.keys_of(settings), kind)
    signed_at = LATER + timedelta(milliseconds=400)
    found = keys.rotate(settings, kind, LATER + timedelta(milliseconds=900))
    (kept,) = (key for key in found.published if key.id == old.id)
    assert kept.signed_at(signed_at) and not kept.signed_at(LATER + timedelta(seconds=1))


def test_files_signed_before_a_rotation_stay_genuine(settings: Settings) -> None:
    keys.make(settings, MADE)
    before = keys.keys_of(settings)
    pdf = certificates.render_printout(blank())
    old = certificates.sign_pdf(pdf, before.document, signed_at=MADE + timedelta(days=1))
    after = keys.rotate(settings, "document", LATER)
    assert after.document.certificate != before.document.certificate
    new = certificates.sign_pdf(pdf, after.document, signed_at=LATER + timedelta(days=1))
    assert certificates.check_pdf(old, after.roots).state == "unaltered"
    assert certificates.check_pdf(new, after.roots).state == "unaltered"
    assert certificates.check_pdf(new, before.roots).state == "unaltered"


def blank() -> certificates.Printout:
    return certificates.Printout("en-GB", "Title", "Kicker", "Author", MADE, ("Text.",), (), "Foot")


def test_two_processes_that_start_at_once_make_one_set_of_keys(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        found = pool.map(_names, [str(tmp_path)] * 4)
    assert len(set(found)) == 1


def _names(folder: str) -> tuple[str, ...]:
    found = keys.keys_of(Settings(data=Path(folder)))
    return tuple(key.id for key in found.published)


def test_threads_that_rotate_at_once_lose_no_key(settings: Settings) -> None:
    keys.make(settings, MADE)
    threads = [
        threading.Thread(target=keys.rotate, args=(settings, "credential", LATER)) for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    published = keys.keys_of(settings).published
    assert len(published) == 6
    assert sum(key.valid_until is None for key in published) == 2


def configured(folder: Path, password: str = "") -> dict[str, str]:
    """A certificate from an authority elsewhere, as its files and the settings that name them."""
    key, root_key = (
        ec.derive_private_key(5, ec.SECP256R1()),
        ec.derive_private_key(6, ec.SECP256R1()),
    )
    root = certificates.make_root(root_key, "Elsewhere", serial=b"r" * 19, valid_from=MADE)
    leaf = certificates.make_signer(
        key, "Northgate", root=root, root_key=root_key, serial=b"s" * 19, valid_from=MADE
    )
    hidden = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    certificate, file = folder / "issuer.pem", folder / "issuer-key.pem"
    certificate.write_bytes(load_der_x509_certificate(leaf).public_bytes(Encoding.PEM))
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    return {
        "pdf_certificate": str(certificate),
        "pdf_key": str(file),
        "pdf_key_password": password,
    }


@pytest.mark.parametrize("password", ["", "correct horse"])
def test_a_configured_certificate_signs_and_is_trusted_itself(
    tmp_path: Path, password: str
) -> None:
    settings = Settings(data=tmp_path, **configured(tmp_path, password))
    found = keys.keys_of(settings)
    assert found.roots == (found.document.certificate,)
    assert not (tmp_path / "keys" / "document.pem").exists()
    pdf = certificates.sign_pdf(
        certificates.render_printout(blank()), found.document, signed_at=LATER
    )
    assert certificates.check_pdf(pdf, found.roots).state == "unaltered"
    with pytest.raises(Refused, match="LMS_PDF_CERTIFICATE"):
        keys.rotate(settings, "document", LATER)


def test_our_own_root_stays_published_when_a_certificate_is_configured(tmp_path: Path) -> None:
    before = keys.keys_of(Settings(data=tmp_path))
    after = keys.keys_of(Settings(data=tmp_path, **configured(tmp_path)))
    assert after.roots == (*before.roots, after.document.certificate)


@pytest.mark.parametrize(
    "given",
    [
        {"pdf_key": "key.pem"},
        {"pdf_certificate": "certificate.pem"},
        {"pdf_certificate": "c.pem", "pdf_key": "k.pem", "pkcs11_module": "m.so"},
        {"pkcs11_module": "m.so"},
    ],
)
def test_a_certificate_without_exactly_one_key_is_refused(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="LMS_PDF_CERTIFICATE"):
        Settings(data=tmp_path, **given)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    given = configured(tmp_path)
    with pytest.raises(ConfigError, match="LMS_PDF_CERTIFICATE"):
        keys.keys_of(Settings(data=tmp_path, **given | {"pdf_certificate": "/nowhere.pem"}))
    with pytest.raises(ConfigError, match="LMS_PDF_KEY"):
        keys.keys_of(Settings(data=tmp_path, **given | {"pdf_key": "/nowhere.pem"}))
    other = ec.derive_private_key(9, ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    Path(given["pdf_key"]).write_bytes(pem)
    with pytest.raises(ConfigError, match="is not the key"):
        keys.keys_of(Settings(data=tmp_path, **given))


def test_a_key_that_was_exchanged_under_its_name_is_refused(settings: Settings) -> None:
    found = keys.keys_of(settings)
    folder = settings.data / "keys"
    (folder / f"{found.log.id}.pem").rename(folder / f"{found.credential.id}.pem")
    (folder / "keys.json").touch()
    with pytest.raises(ConfigError, match="not the key that is published"):
        keys.keys_of(settings)


def test_a_device_is_a_configuration_too(tmp_path: Path) -> None:
    given = configured(tmp_path) | {
        "pdf_key": "",
        "pkcs11_module": "/nowhere/libpkcs11.so",
        "pkcs11_token": "lms",
        "pkcs11_key": "issuer",
        "pkcs11_pin": "0000",
    }
    settings = Settings(data=tmp_path, **given)
    assert isinstance(keys.keys_of(settings).document.key, certificates.Token)
    assert "0000" not in repr(settings)


def test_a_time_stamping_authority_is_passed_on_with_its_roots(tmp_path: Path) -> None:
    given = configured(tmp_path)
    settings = Settings(
        data=tmp_path,
        timestamp_url="http://127.0.0.1:9/tsa",
        timestamp_roots=given["pdf_certificate"],
    )
    stamping = keys.keys_of(settings).time_stamping
    assert stamping is not None and stamping.address == "http://127.0.0.1:9/tsa"
    assert len(stamping.roots) == 1 and stamping.signer_roots == keys.keys_of(settings).roots


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("LMS_DATA", str(tmp_path))
    return lambda *words: CliRunner().invoke(cli.lms, words, input="y\n")


def test_the_command_lists_keys_and_says_who_signs_files(run: Callable[..., Result]) -> None:
    said = run("keys", "list")
    assert said.exit_code == 0
    assert "did:web:127.0.0.1%3A8000" in said.output
    assert said.output.count("in use") == 2
    assert "no reader of PDF files knows by itself" in said.output


def test_the_command_rotates_a_key_once_it_is_confirmed(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    before = keys.keys_of(Settings(data=tmp_path))
    assert "until" in run("keys", "rotate", "credential").output
    after = keys.keys_of(Settings(data=tmp_path))
    assert after.credential.id != before.credential.id
    refused = CliRunner().invoke(cli.lms, ["keys", "rotate", "credential"], input="n\n")
    assert refused.exit_code
    assert keys.keys_of(Settings(data=tmp_path)).credential.id == after.credential.id
