"""Signed certificates: what our check, pyHanko, pdfsig and a PDF/UA checker say of them."""

import asyncio
import io
import shutil
import subprocess
from datetime import timedelta

import page
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from pdf_readers import check_with_qpdf, text_of
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signing_samples import (
    ATTACHED,
    MADE_AT,
    ORGANISATION,
    ROOT,
    SIGNED_AT,
    SIGNER,
    authority,
    check,
    drawn,
    signed,
)
from test_certificates_verification import script

import certificates
from certificates import DocumentSigner, Printout, SigningError, Token


def signature_of(pdf):
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]


def test_a_signed_certificate_is_unaltered_and_says_by_whom_and_when():
    found = check(signed())
    assert found.state == "unaltered"
    assert found.signed_at == SIGNED_AT
    assert found.signer == f"{ORGANISATION}: document signing"
    assert found.stamped_at is None
    assert dict(found.attachments) == {each.name: each.data for each in ATTACHED}


def test_pyhanko_calls_it_valid_and_whole_with_no_change_allowed():
    signature = signature_of(signed())
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(ROOT)], moment=SIGNED_AT, allow_fetching=False
    )
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "certificate.pdf"
    path.write_bytes(signed())
    return path


def certutil(*words):
    subprocess.run(["certutil", *words], check=True, capture_output=True)


@pytest.fixture
def trusting(tmp_path):
    """A certificate database that trusts the root, as an operating system would be given it."""
    if shutil.which("certutil") is None:
        pytest.skip("certutil (libnss3-tools) is not installed")
    home, root = tmp_path / "nss", tmp_path / "root.der"
    home.mkdir()
    root.write_bytes(ROOT)
    certutil("-N", "-d", f"sql:{home}", "--empty-password")
    certutil("-A", "-d", f"sql:{home}", "-n", "root", "-t", "C,C,C", "-i", str(root))
    return home


def pdfsig(path, *words):
    done = subprocess.run(["pdfsig", *words, str(path)], check=True, capture_output=True, text=True)
    return done.stdout


def test_pdfsig_finds_the_whole_file_signed_and_the_signature_valid(file):
    said = pdfsig(file, "-nocert")
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Signature Type: ETSI.CAdES.detached" in said


def test_pdfsig_trusts_the_certificate_once_it_is_given_the_root(file, trusting):
    said = pdfsig(file, "-nssdir", str(trusting))
    assert "Signature is Valid." in said
    assert "Certificate is Trusted." in said


@pytest.mark.parametrize("profile", ["ua1", "3a"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_signed_certificate_with_attachments_is_accessible_and_archival(profile, paper):
    """PDF/UA-1 and PDF/A-3a: an independent checker finds nothing under either."""
    report = page.validate_pdf_bytes(signed(paper=paper), profile=profile)
    assert report.is_compliant, [each.message for each in report.failures]


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_a_printout_is_accessible_and_archival_too(profile):
    printout = Printout("en-GB", "Title", "Kicker", "Author", MADE_AT, ("Text.",), (), "Foot")
    report = page.validate_pdf_bytes(certificates.render_printout(printout), profile=profile)
    assert report.is_compliant, [each.message for each in report.failures]


def test_a_signed_certificate_is_sound(file):
    check_with_qpdf(file)
    assert "Lena Marković" in text_of(file)


def test_signing_keeps_every_byte_of_the_file_and_gives_the_same_result_again():
    assert signed().startswith(drawn())
    assert certificates.sign_pdf(drawn(), SIGNER, signed_at=SIGNED_AT) == signed()
    later = certificates.sign_pdf(drawn(), SIGNER, signed_at=SIGNED_AT + timedelta(seconds=1))
    assert later != signed()


def test_a_signed_certificate_stays_small():
    assert len(drawn()) <= 40 * 1024
    assert len(signed()) <= 50 * 1024


def test_a_file_without_a_signature_is_unsigned():
    assert check(drawn()).state == "unsigned"


@pytest.mark.parametrize("data", [b"", b"certificate", b"%PDF-1.7\n", b"%PDF-1.7\n" * 99])
def test_what_is_no_pdf_file_is_unreadable(data):
    assert check(data).state == "unreadable"


def test_a_file_too_long_to_be_ours_is_not_read():
    assert check(b"%PDF-" + bytes(20_000_001)).state == "unreadable"


def test_a_file_signed_by_somebody_else_of_the_same_name_is_not_ours():
    _root, other = authority(number=40)
    forged = certificates.sign_pdf(drawn(), other, signed_at=SIGNED_AT)
    assert check(forged).state == "not-ours"
    assert check(signed(), roots=()).state == "not-ours"


def test_the_certificate_itself_may_be_the_one_that_is_trusted():
    assert check(signed(), roots=(SIGNER.certificate,)).state == "unaltered"


def test_a_file_outlives_the_certificate_it_was_signed_with():
    root, signer = authority(number=50, made_at=MADE_AT - timedelta(days=365 * 30))
    signed_at = MADE_AT - timedelta(days=365 * 29)
    old = certificates.sign_pdf(drawn(), signer, signed_at=signed_at)
    assert check(old, (root,)).state == "unaltered"


@pytest.mark.parametrize("days", [-1, 365 * 10 + 1])
def test_a_signature_from_outside_the_life_of_its_certificate_is_not_ours(days):
    odd = certificates.sign_pdf(drawn(), SIGNER, signed_at=MADE_AT + timedelta(days=days))
    assert check(odd).state == "not-ours"


def test_a_key_of_the_rsa_kind_signs_too():
    key = rsa.generate_private_key(65537, 2048)
    signer = DocumentSigner(rsa_certificate(key), key)
    made = certificates.sign_pdf(drawn(), signer, signed_at=SIGNED_AT)
    assert check(made, (signer.certificate,)).state == "unaltered"
    assert script().check_pdf(made, [signer.certificate])


def rsa_certificate(key):
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Northgate")])
    uses = "content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
    usage = dict.fromkeys([*uses.split(), "crl_sign", "encipher_only", "decipher_only"], False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(MADE_AT)
        .not_valid_after(MADE_AT + timedelta(days=999))
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_a_device_that_is_not_there_is_named_in_the_refusal():
    token = Token(module="/nowhere/libpkcs11.so", label="lms", key="issuer", pin="1234")
    with pytest.raises(SigningError, match=r"PKCS#11|nowhere"):
        certificates.sign_pdf(
            drawn(), DocumentSigner(SIGNER.certificate, token), signed_at=SIGNED_AT
        )
    assert "1234" not in repr(token)


def test_it_is_signed_and_checked_where_an_event_loop_runs_already():
    """A library that waits asynchronously has to be given a loop of its own."""

    async def within_a_loop():
        return check(signed()).state

    assert asyncio.run(within_a_loop()) == "unaltered"
