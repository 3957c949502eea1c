"""What a PDF file is worth by its bytes alone, before any of its structure is read.

A reader of PDF files can be led astray by what it reads: trees without end, streams that swell to
a thousand times their size. So no structure is read until a signature shows that we made it. The
place of that signature stands in the open, and so does the range of bytes that it covers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from certificates.signed_file import PdfState

_RANGE = re.compile(
    rb"/ByteRange\s{0,9}\[\s{0,9}(\d{1,9})" + rb"\s{1,9}(\d{1,9})" * 3 + rb"\s{0,9}\]"
)
_PLACE = re.compile(rb"<[0-9A-Fa-f]*>")
_MOST_RANGES = 100
"""A name may look like a range, so that a genuine file can seem to have several."""
_MOST_CERTIFICATES = 10
_END = b"%%EOF"
_TAIL_BYTES = 1024

Range = tuple[int, int, int, int]


def first_look(pdf: bytes, roots: Iterable[bytes]) -> PdfState | None:
    """Return what the file is worth, or None where one of ours signed all of it.

    None is no verdict: it says that the structure of the file can be read without harm.
    """
    ranges = [_numbers(found) for found in islice(_RANGE.finditer(pdf), _MOST_RANGES)]
    if not ranges:
        return "unsigned" if _END in pdf[-_TAIL_BYTES:] else "unreadable"
    whole = next((each for each in ranges if _is_whole(each, pdf)), None)
    try:
        signed = _signed_at(whole or ranges[0], pdf)
        found = extract_certificate_info(signed)
        signer, others = found.signer_cert, found.other_certs
        if not _leads_to(signer, others, roots):
            return "not-ours"
        if whole is None or not _holds(signed, signer, pdf, whole):
            return "altered"
    except Exception:
        # Whatever stands there and cannot be read as a signature: it is none that holds.
        return "altered"
    return None


def _numbers(found: re.Match[bytes]) -> Range:
    start, before, after, rest = (int(each) for each in found.groups())
    return start, before, after, rest


def _is_whole(covered: Range, pdf: bytes) -> bool:
    """Whether a range covers the whole file but for the place of a signature."""
    start, before, after, rest = covered
    is_all = start == 0 and 0 < before < after and after + rest == len(pdf)
    return is_all and _PLACE.fullmatch(pdf, before, after) is not None


def _signed_at(covered: Range, pdf: bytes) -> Any:
    """Return the signature (CMS) that stands in the place that a range leaves out."""
    digits = pdf[covered[1] : covered[2]].strip(b"<>")
    return cms.ContentInfo.load(bytes.fromhex(digits.decode("ascii")))["content"]


def _leads_to(signer: Any, others: list[Any], roots: Iterable[bytes]) -> bool:
    """Whether a certificate is one of the roots, or certified by one, step by step."""
    trusted = [x509.load_der_x509_certificate(root) for root in roots]
    between = [x509.load_der_x509_certificate(each.dump()) for each in others[:_MOST_CERTIFICATES]]
    reached = x509.load_der_x509_certificate(signer.dump())
    while True:
        if any(reached == root or _certifies(root, reached) for root in trusted):
            return True
        above = next((each for each in between if _certifies(each, reached)), None)
        if above is None:
            return False
        between.remove(above)
        reached = above


def _certifies(above: x509.Certificate, below: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _holds(signed: Any, signer: Any, pdf: bytes, covered: Range) -> bool:
    """Whether the signature is one of these bytes, made with the key of that certificate."""
    info = extract_signer_info(signed)
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native)
    digest.update(pdf[: covered[1]])
    digest.update(pdf[covered[2] :])
    intact, valid = validate_sig_integrity(info, signer, "data", digest.digest())
    return intact and valid
