"""Time-stamps and validation data for the long term, from an authority on this machine."""

import io
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import page
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signing_samples import MADE_AT, ORGANISATION, ROOT, SIGNED_AT, SIGNER, check, drawn

import certificates
from certificates import DocumentSigner, SigningError, TimeStamping

STAMPED_AT = SIGNED_AT + timedelta(seconds=5)
TSA_ROOT_KEY = ec.derive_private_key(80, ec.SECP256R1())
TSA_ROOT = certificates.make_root(TSA_ROOT_KEY, "Clock House", serial=b"t" * 19, valid_from=MADE_AT)


def tsa_certificate(key):
    """Return the certificate (DER) of the time-stamping authority, below its own root."""
    issuer = x509.load_der_x509_certificate(TSA_ROOT).subject
    stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Clock House TSA")]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(MADE_AT)
        .not_valid_after(MADE_AT + timedelta(days=3650))
        .add_extension(stamping, critical=True)
    )
    return builder.sign(TSA_ROOT_KEY, SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def authority():
    """A time-stamping authority that answers on this machine; gives its address."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(tsa_certificate(key)),
        asn1_keys.PrivateKeyInfo.load(private),
        fixed_dt=STAMPED_AT,
    )

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            broken = self.path == "/broken"
            self.send_response(500 if broken else 200)
            kind = "text/plain" if broken else "application/timestamp-reply"
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(b"" if broken else answer)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def stamped(address, roots=(), signer=SIGNER):
    stamping = TimeStamping(address, roots, (ROOT,))
    return certificates.sign_pdf(drawn(), signer, signed_at=SIGNED_AT, timestamper=stamping)


def listed():
    """Return the issuer's signer with the word of its authority that nothing is revoked."""
    crl = certificates.make_revocation_list(
        ROOT,
        ec.derive_private_key(7, ec.SECP256R1()),
        issued_at=MADE_AT,
        until=MADE_AT + timedelta(days=3650),
    )
    return DocumentSigner(SIGNER.certificate, SIGNER.key, crls=(crl,))


@pytest.fixture(scope="module")
def kept(authority):
    """A certificate with its time-stamp and all that is needed to check it later."""
    return stamped(authority, (TSA_ROOT,), listed())


def test_the_check_says_when_the_file_was_stamped(authority):
    found = check(stamped(authority))
    assert found.state == "unaltered"
    assert found.signer == f"{ORGANISATION}: document signing"
    assert (found.signed_at, found.stamped_at) == (SIGNED_AT, STAMPED_AT)


def test_pyhanko_trusts_signature_and_stamp_offline(kept):
    roots = [asn1_x509.Certificate.load(root) for root in (ROOT, TSA_ROOT)]
    context = ValidationContext(trust_roots=roots, moment=SIGNED_AT, allow_fetching=False)
    reader = PdfFileReader(io.BytesIO(kept))
    status = validate_pdf_signature(reader.embedded_signatures[0], context)
    assert status.bottom_line
    assert status.timestamp_validity.valid and status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == STAMPED_AT


def test_what_a_later_check_needs_is_inside_what_was_signed(kept):
    store = PdfFileReader(io.BytesIO(kept)).root["/DSS"]
    subjects = [
        asn1_x509.Certificate.load(each.get_object().data).subject.native["common_name"]
        for each in store["/Certs"]
    ]
    assert "Clock House TSA" in subjects and f"{ORGANISATION}: document signing" in subjects
    assert len(store["/CRLs"]) == 1
    assert check(kept).state == "unaltered"
    assert check(kept + b"\n").state == "altered"


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_a_stamped_file_is_accessible_and_archival_too(kept, profile):
    report = page.validate_pdf_bytes(kept, profile=profile)
    assert report.is_compliant, [each.message for each in report.failures]


def test_a_stamp_from_another_file_is_noticed(authority):
    """A stamp is not covered by the signature it is about: one that is exchanged must not count."""
    one = stamped(authority)
    other = certificates.sign_pdf(
        drawn(holder_name="Leo Ferreira"),
        SIGNER,
        signed_at=SIGNED_AT,
        timestamper=TimeStamping(authority),
    )
    assert check(with_stamp_of(one, other)).state == "altered"
    assert check(with_stamp_of(one, one)).state == "unaltered"


def with_stamp_of(pdf, other):
    from asn1crypto import cms
    from pdf_forgeries import place_of, with_signature

    def content(file):
        start, end = place_of(file)
        return cms.ContentInfo.load(bytes.fromhex(file[start:end].decode()))

    mine, theirs = content(pdf), content(other)
    info = mine["content"]["signer_infos"][0]
    info["unsigned_attrs"] = theirs["content"]["signer_infos"][0]["unsigned_attrs"]
    return with_signature(pdf, mine.dump(force=True))


@pytest.mark.parametrize("path", ["/broken", None])
def test_without_its_stamp_nothing_is_signed(authority, path):
    address = f"{authority}{path}" if path else "http://127.0.0.1:9"
    with pytest.raises(SigningError, match="not signed"):
        stamped(address)
