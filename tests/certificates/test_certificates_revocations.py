"""Files that carry what their authorities said of revocations, asked on this machine."""

import io
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import page
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signing_samples import check, drawn
from test_certificates_timestamps import TSA_ROOT, authority
from test_certificates_verification import script

import certificates
from certificates import DocumentSigner, SigningError, TimeStamping, revocations

__all__ = ["authority"]

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
KEYS = {name: ec.derive_private_key(60 + n, ec.SECP256R1()) for n, name in enumerate("rms")}


class House:
    """An authority with a root, one below it and a signer; it answers at an address of ours."""

    def __init__(self, address):
        self.address = address
        self.asked = []
        self.status = ocsp.OCSPCertStatus.GOOD
        self.lasts = DAY
        self.kind = "application/ocsp-response"
        self.root = self.certificate("r", "r", 1)
        self.middle = self.certificate("m", "r", 2, lists=True)
        self.signer = self.certificate("s", "m", 3, answers=True)

    def certificate(self, subject, issuer, serial, *, lists=False, answers=False):
        def named(name):
            words = f"Trust House {name}{self.address[-5:]}"
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])

        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment"),
                *("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
                *("encipher_only", "decipher_only"),
            ),
            False,
        )
        usage |= (
            {"digital_signature": True, "content_commitment": True}
            if subject == "s"
            else {"key_cert_sign": True, "crl_sign": True, "digital_signature": True}
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(subject))
            .issuer_name(named(issuer))
            .public_key(KEYS[subject].public_key())
            .serial_number(serial)
            .not_valid_before(NOW - 30 * DAY)
            .not_valid_after(NOW + 3650 * DAY)
            .add_extension(x509.BasicConstraints(subject != "s", None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
        )
        if lists:
            place = [x509.UniformResourceIdentifier(f"{self.address}/root.crl")]
            point = x509.DistributionPoint(place, None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        if answers:
            place = x509.UniformResourceIdentifier(f"{self.address}/ocsp")
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
            builder = builder.add_extension(
                x509.AuthorityInformationAccess([access]), critical=False
            )
        return builder.sign(KEYS[issuer], SHA256())

    def answer(self):
        now = datetime.now(UTC).replace(microsecond=0)
        is_revoked = self.status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            *(self.signer, self.middle, SHA1(), self.status),
            *(now - 2 * DAY, now + self.lasts),
            revocation_time=NOW - DAY if is_revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if is_revoked else None,
        )
        made = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.middle)
        return made.sign(KEYS["m"], SHA256()).public_bytes(Encoding.DER)

    def list(self):
        now = datetime.now(UTC).replace(microsecond=0)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
        builder = builder.last_update(now - 2 * DAY).next_update(now + self.lasts)
        return builder.sign(KEYS["r"], SHA256()).public_bytes(Encoding.DER)

    def document_signer(self):
        first, *chain = (
            each.public_bytes(Encoding.DER) for each in (self.signer, self.middle, self.root)
        )
        return DocumentSigner(first, KEYS["s"], chain=tuple(chain))


@pytest.fixture
def house():
    """An authority that answers on this machine, and what it was asked."""
    houses = []

    class Desk(BaseHTTPRequestHandler):
        def give(self, kind, content):
            houses[0].asked.append(self.path)
            self.send_response(200 if content else 503)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.give(houses[0].kind, houses[0].answer() if houses[0].status else b"")

        def do_GET(self):
            self.give("application/pkix-crl", houses[0].list())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    houses.append(House(f"http://127.0.0.1:{server.server_port}"))
    yield houses[0]
    server.shutdown()
    server.server_close()
    thread.join()


def stamped(house, authority):
    signer = house.document_signer()
    stamping = TimeStamping(authority, (TSA_ROOT,), (signer.certificate,), seconds=2)
    signed_at = datetime.now(UTC)
    return certificates.sign_pdf(drawn(), signer, signed_at=signed_at, timestamper=stamping)


def test_a_file_carries_what_its_authorities_said(house, authority):
    kept = stamped(house, authority)
    store = PdfFileReader(io.BytesIO(kept)).root["/DSS"]
    assert (len(store["/OCSPs"]), len(store["/CRLs"])) == (1, 1)
    assert check(kept, (house.document_signer().certificate,)).state == "unaltered"
    assert check(kept + b"\n", (house.document_signer().certificate,)).state == "altered"


def test_the_script_accepts_a_stamped_file_whichever_end_of_its_chain_is_published(
    house, authority
):
    kept = stamped(house, authority)
    for root in (house.root.public_bytes(Encoding.DER), house.document_signer().certificate):
        assert script().check_pdf(kept, [root])


def test_pyhanko_finds_all_it_needs_in_the_file_when_nobody_answers_any_more(house, authority):
    reader = PdfFileReader(io.BytesIO(stamped(house, authority)))
    roots = [
        asn1_x509.Certificate.load(each)
        for each in (TSA_ROOT, house.root.public_bytes(Encoding.DER))
    ]
    now = datetime.now(UTC)
    asks = {"revocation_mode": "require", "retroactive_revinfo": True, "moment": now}
    store = DocumentSecurityStore.read_dss(reader)
    stamps = ValidationContext(trust_roots=roots)

    def status_with(context):
        return validate_pdf_signature(reader.embedded_signatures[0], context, stamps)

    inside = store.as_validation_context({"trust_roots": roots, **asks})
    assert status_with(inside).bottom_line
    asks["crls"] = []
    assert not status_with(ValidationContext(trust_roots=roots, **asks)).bottom_line


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_such_a_file_is_accessible_and_archival_too(house, authority, profile):
    report = page.validate_pdf_bytes(stamped(house, authority), profile=profile)
    assert report.is_compliant, [each.message for each in report.failures]


def test_each_authority_is_asked_once_and_again_when_its_word_has_lapsed(
    house, authority, monkeypatch
):
    stamped(house, authority)
    stamped(house, authority)
    assert sorted(house.asked) == ["/ocsp", "/root.crl"]
    monkeypatch.setattr(revocations, "_heard", {})
    house.lasts = timedelta(minutes=-1)
    for _ in range(2):
        with pytest.raises(SigningError):
            stamped(house, authority)
    assert house.asked.count("/root.crl") == 3, "what has lapsed is never kept"


@pytest.mark.parametrize("status", [ocsp.OCSPCertStatus.REVOKED, ocsp.OCSPCertStatus.UNKNOWN, None])
def test_nothing_is_signed_by_one_who_is_revoked_unknown_or_not_told_of(house, authority, status):
    house.status = status
    with pytest.raises(SigningError, match="not signed"):
        stamped(house, authority)


def test_no_other_kind_of_answer_is_taken_for_one(house, authority):
    house.kind = "text/html"
    with pytest.raises(SigningError, match="not signed"):
        stamped(house, authority)


def test_a_list_that_does_not_end_is_left(house, authority, monkeypatch):
    monkeypatch.setattr(revocations, "MOST_BYTES", 100)
    with pytest.raises(SigningError, match="not signed"):
        stamped(house, authority)
