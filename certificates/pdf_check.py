"""Checks signed PDF files: whether every byte is as it was when one of ours signed it.

The cryptography is pyHanko's. What it leaves open is closed here: the signature must cover the
whole file but itself, and what stands in the place left for it must be the signature and nothing
else. A file that grew after it was signed is altered, however harmless the addition.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import cms, x509  # type: ignore[import-untyped]
from asn1crypto.parser import emit  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError as UnfitSignature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from certificates.first_look import first_look
from certificates.own_loop import run_alone
from certificates.signed_file import PdfCheck, PdfState

MOST_BYTES = 20_000_000
"""A file longer than this is not read."""
MOST_ATTACHMENTS = 16
MOST_ATTACHED_BYTES = 2_000_000

_SIGNS = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)

_SEQUENCE, _SET, _OCTETS = 16, 17, 4
_VERSION = bytes.fromhex("020101")
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
_DATA = bytes.fromhex("300b06092a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ALGORITHMS = {
    "ec": bytes.fromhex("300a06082a8648ce3d040302"),
    "rsa": bytes.fromhex("300d06092a864886f70d01010b0500"),
}
"""Parts of every signature of ours, as they are written (RFC 5652, 5754): version 1, SHA-256, no
content of its own, a signature by a key of one kind or the other."""

# A file of somebody else's is no event: pyHanko would log each with its traceback.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)


def check_pdf(pdf: bytes, roots: Iterable[bytes]) -> PdfCheck:
    """Return what the file is worth, given the certificates (DER) that ours lead back to.

    A certificate is judged as of the time of the signature, so that a file stays good when the
    certificate has run out. Never raises for any content of the file.
    """
    if not pdf.startswith(b"%PDF-") or len(pdf) > MOST_BYTES:
        return PdfCheck("unreadable")
    trusted = tuple(roots)
    seen = first_look(pdf, trusted)
    if seen is not None:
        return PdfCheck(seen)
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        attachments = _attachments(reader)
        signatures = list(reader.embedded_signatures)
    except Exception:
        # A reader of hostile files may fail in any way; each of them means the same here.
        return PdfCheck("unreadable")
    if not signatures:
        return PdfCheck("unsigned", attachments=attachments)
    return _judged(pdf, signatures, trusted, attachments)


def _judged(
    pdf: bytes,
    signatures: list[EmbeddedPdfSignature],
    roots: tuple[bytes, ...],
    attachments: dict[str, bytes],
) -> PdfCheck:
    first = signatures[0]
    try:
        signed_at = first.self_reported_timestamp
        signer = first.signer_cert.subject.native.get("common_name")
        state, stamped_at = _state(first, roots, signed_at)
        if state == "unaltered" and (len(signatures) > 1 or not _is_whole(pdf, first)):
            state = "altered"
    except Exception:
        # As above: a signature that cannot even be read is not one that holds.
        return PdfCheck("altered", attachments=attachments)
    return PdfCheck(state, signed_at, signer, stamped_at, attachments)


def _state(
    signature: EmbeddedPdfSignature, roots: tuple[bytes, ...], signed_at: datetime | None
) -> tuple[PdfState, datetime | None]:
    """Return what the signature is worth for the bytes it covers, and the time in its stamp."""
    if signed_at is None or signed_at.tzinfo is None:
        return "altered", None
    context = ValidationContext(
        trust_roots=[_loaded(root) for root in roots],
        moment=signed_at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    try:
        status = run_alone(
            async_validate_pdf_signature(
                signature, context, key_usage_settings=_SIGNS, skip_diff=True
            )
        )
    except (SignatureValidationError, UnfitSignature):
        return "altered", None
    stamp = status.timestamp_validity
    stamped_at = None if stamp is None else stamp.timestamp.astimezone(UTC)
    if not status.valid:
        return "altered", stamped_at
    # Its own `trusted` asks for unchanged content too, which is another matter.
    if status.trust_problem_indic is not None or status.validation_path is None:
        return "not-ours", stamped_at
    is_stamp_broken = stamp is not None and not (stamp.valid and stamp.intact)
    return ("altered" if is_stamp_broken or not status.intact else "unaltered"), stamped_at


def _is_whole(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether all but the place of the signature is covered, and that holds nothing but it."""
    start, before, after, rest = (int(each) for each in signature.byte_range)
    if start != 0 or after + rest != len(pdf) or not 0 < before < after:
        return False
    kept = signature.pkcs7_content
    written = _written(cms.ContentInfo.load(kept)["content"], signature.signer_cert)
    return (
        # In digits as we write them, and filled up with zeros.
        pdf[before:after] == b"<%s>" % kept.hex().upper().encode("ascii")
        and written is not None
        and kept.startswith(written)
        and not any(kept[len(written) :])
    )


def _written(signed: Any, signer: Any) -> bytes | None:
    """Return the signature as we write it, or None for one by a key that none of ours is of.

    What it does not cover itself, whom it names as signer and how its lengths and parameters are
    written, could otherwise be another. A time-stamp is left as its authority wrote it.
    """
    info = signed["signer_infos"][0]
    algorithm = _ALGORITHMS.get(signer.public_key.algorithm)
    if algorithm is None or not _is_only_stamped(info):
        return None
    serial = signer["tbs_certificate"]["serial_number"]
    told = (
        *(_VERSION, emit(0, 1, _SEQUENCE, signer.issuer.dump() + serial.dump()), _SHA256),
        *(emit(2, 1, 0, info["signed_attrs"].contents), algorithm),
        *(emit(0, 0, _OCTETS, info["signature"].native), info["unsigned_attrs"].dump()),
    )
    brought = b"".join(each.chosen.dump() for each in signed["certificates"])
    body = (
        *(_VERSION, emit(0, 1, _SET, _SHA256), _DATA, emit(2, 1, 0, brought)),
        emit(0, 1, _SET, emit(0, 1, _SEQUENCE, b"".join(told))),
    )
    inner = emit(2, 1, 0, emit(0, 1, _SEQUENCE, b"".join(body)))
    whole: bytes = emit(0, 1, _SEQUENCE, _SIGNED_DATA + inner)
    return whole


def _is_only_stamped(info: Any) -> bool:
    unsigned = info["unsigned_attrs"].native or ()
    return {each["type"] for each in unsigned} <= {"signature_time_stamp_token"}


@lru_cache(maxsize=64)
def _loaded(root: bytes) -> Any:
    return x509.Certificate.load(root)


def _attachments(reader: PdfFileReader) -> dict[str, bytes]:
    """Return the attached files by name: those of one flat list, as certificates have it."""
    try:
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return {}
    found: dict[str, bytes] = {}
    for place in range(0, min(len(names), 2 * MOST_ATTACHMENTS), 2):
        data = names[place + 1]["/EF"]["/F"].data
        if len(data) <= MOST_ATTACHED_BYTES:
            found.setdefault(str(names[place]), data)
    return found
