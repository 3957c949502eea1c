"""A key on a PKCS#11 device: SoftHSM stands in for one where it and python-pkcs11 are installed."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from signing_samples import SIGNED_AT, SIGNER, check, drawn

import certificates
from certificates import DocumentSigner, SigningError, Token

pytest.importorskip("pkcs11", reason="python-pkcs11 is no dependency of ours")
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
if not LIBRARY.exists() or shutil.which("softhsm2-util") is None:
    pytest.skip("SoftHSM is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A device with the issuer's key in it."""
    folder = tmp_path_factory.mktemp("device")
    (folder / "tokens").mkdir()
    configuration, key = folder / "softhsm2.conf", folder / "key.pem"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    key.write_bytes(SIGNER.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        _softhsm("--init-token", "--free", "--label", "lms", "--pin", "1234", "--so-pin", "5678")
        words = ("--token", "lms", "--label", "issuer", "--id", "01", "--pin", "1234")
        _softhsm("--import", str(key), *words)
        yield Token(str(LIBRARY), "lms", "issuer", "1234")


def _softhsm(*words):
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


def state_of(signer):
    return check(certificates.sign_pdf(drawn(), signer, signed_at=SIGNED_AT)).state


def test_a_device_signs_what_our_check_accepts(token):
    signer = DocumentSigner(SIGNER.certificate, token)
    for _ in range(2):
        assert (
            check(certificates.sign_pdf(drawn(), signer, signed_at=SIGNED_AT)).state == "unaltered"
        )


def test_a_second_signer_uses_the_session_that_is_open(token):
    for _ in range(2):
        signer = DocumentSigner(SIGNER.certificate, token)
        assert (
            check(certificates.sign_pdf(drawn(), signer, signed_at=SIGNED_AT)).state == "unaltered"
        )


def test_a_key_that_is_not_there_is_a_refusal_and_the_device_works_on(token):
    lost = DocumentSigner(SIGNER.certificate, replace(token, key="another"))
    with pytest.raises(SigningError, match="not signed"):
        certificates.sign_pdf(drawn(), lost, signed_at=SIGNED_AT)
    signer = DocumentSigner(SIGNER.certificate, token)
    assert state_of(signer) == "unaltered"
