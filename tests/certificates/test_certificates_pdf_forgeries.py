"""No altered certificate passes for genuine, and no genuine one is refused."""

import io
from datetime import timedelta

import pytest
from asn1crypto import x509
from pdf_forgeries import (
    KINDS,
    appended,
    flipped_bytes,
    foreign_signatures,
    incremental_updates,
    stuffed_places,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signing_samples import ROOT, SIGNED_AT, SIGNER, check, drawn, signed

import certificates
from tests.extent import IN_FULL

LEAST_FORGERIES = 300
GENUINE = 1000 if IN_FULL else 50
PEOPLE = ("Lena Marković", "محمد عبد الله", "田中 恵子", "Nguyễn Thị Minh Khai", "A" * 90)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_forgery_is_accepted(kind):
    for name, forged in kind():
        assert forged != signed(), name
        found = check(forged)
        assert found.state != "unaltered", name


def test_the_corpus_is_as_large_as_promised():
    assert sum(1 for kind in KINDS for _ in kind()) >= LEAST_FORGERIES


def test_what_grew_or_was_stuffed_is_told_apart_from_what_was_never_ours():
    for forgeries in (incremental_updates, stuffed_places, flipped_bytes):
        for name, forged in forgeries():
            assert check(forged).state != "not-ours", name
    assert check(signed() + b"\n").state == "altered"
    for name, forged in foreign_signatures():
        assert check(forged).state == "not-ours", name


def test_no_genuine_certificate_is_refused():
    """Five people, many instants each: the signature is another one every time."""
    for name in PEOPLE:
        pdf = drawn(holder_name=name)
        for number in range(GENUINE // len(PEOPLE)):
            at = SIGNED_AT + timedelta(hours=7 * number, seconds=number)
            found = check(certificates.sign_pdf(pdf, SIGNER, signed_at=at))
            assert (found.state, found.signed_at) == ("unaltered", at)


def weak_check(pdf, *, whole):
    """A twin of our check that trusts its library: valid and trusted, with or without coverage."""
    try:
        signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(ROOT)], moment=SIGNED_AT, allow_fetching=False
        )
        status = validate_pdf_signature(signature, context, skip_diff=True)
    except Exception:
        return False
    if whole and status.coverage.name != "ENTIRE_FILE":
        return False
    return status.intact and status.valid and status.trusted


def test_a_check_without_coverage_accepts_what_was_added():
    """The vulnerable twin of case 38: the page shows another name, and the seal still holds."""
    fallen = [name for name, forged in incremental_updates() if weak_check(forged, whole=False)]
    assert "other_content" in fallen and "note" in fallen
    assert [name for name, forged in appended() if weak_check(forged, whole=False)]


def test_a_check_that_counts_bytes_accepts_what_is_hidden_in_the_place_of_the_signature():
    fallen = [name for name, forged in stuffed_places() if weak_check(forged, whole=True)]
    assert "hidden text" in fallen


def test_the_twins_know_a_genuine_file():
    assert weak_check(signed(), whole=False) and weak_check(signed(), whole=True)
