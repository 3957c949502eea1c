"""Signs PDF files for good (PAdES): one certification signature that allows no change.

The file is extended, never rewritten, so that what made it accessible and archival stays as it
was: the reader's description of the file is left alone, and the signature's field lies outside
the page, where PDF/UA asks for no tag and PDF/A for no appearance.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from asn1crypto import cms, crl, tsp, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    SigDSSPlacementPreference,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.endings import ClearEndings
from certificates.own_loop import run_alone
from certificates.revocations import Desk
from certificates.signed_file import DocumentSigner, SigningError, TimeStamping, Token
from certificates.stamping import Stamper

FIELD = "Issuer"
_FIELD_WORDS = "Digital signature of the issuer"
_DIGEST = "sha256"
_ATTRIBUTE_BYTES = 500
"""Room for what a signature says of itself beside the certificates it brings."""
_STAMP_BYTES = 12_000
"""Room for a time-stamp, which brings the certificates of its authority."""
_STEP = 256
_ID_BYTES = 16

_signers: WeakKeyDictionary[DocumentSigner, signers.Signer] = WeakKeyDictionary()
_sessions: dict[tuple[str, str], Any] = {}
"""Open sessions by library and token: a device lets a process in once."""
_tokens = threading.Lock()


def sign_pdf(
    pdf: bytes,
    signer: DocumentSigner,
    *,
    signed_at: datetime,
    timestamper: TimeStamping | None = None,
) -> bytes:
    """Return the file with the issuer's signature (PAdES B-B; with a time-stamp B-T or B-LT).

    Whoever changes or extends the file afterwards breaks the signature. Without a time-stamp and
    with a key in memory, equal input gives equal bytes (RFC 6979). Raises `SigningError` when
    the key or the time-stamping authority cannot be reached.
    """
    try:
        if not isinstance(signer.key, Token):
            return _signed(pdf, signer, signed_at, timestamper)
        with _tokens:
            return _signed(pdf, signer, signed_at, timestamper)
    except SigningError:
        raise
    except Exception as error:
        # Whatever a device, its driver or an authority's reply may raise.
        if isinstance(signer.key, Token):
            _forget(signer, signer.key)
        reason = str(error) or type(error).__name__
        raise SigningError(f"The file was not signed: {reason}") from error


def _signed(
    pdf: bytes, signer: DocumentSigner, signed_at: datetime, timestamper: TimeStamping | None
) -> bytes:
    writer = _Writer(pdf, salt=signed_at.isoformat().encode() + signer.certificate)
    task = _TimedSigner(
        _metadata(signer, timestamper, signed_at),
        _pyhanko_signer(signer),
        signed_at=signed_at.astimezone(UTC),
        timestamper=timestamper and Stamper(timestamper.address, timestamper.seconds),
        new_field_spec=SigFieldSpec(
            FIELD,
            readable_field_name=_FIELD_WORDS,
            invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        ),
    )
    coroutine = task.async_sign_pdf(
        writer, bytes_reserved=_reserved(signer, timestamper), output=ClearEndings()
    )
    signed: bytes = run_alone(coroutine).getvalue()
    return signed


class _Writer(IncrementalPdfFileWriter):
    """Extends a file without touching what it says of itself, and names the result repeatably."""

    def __init__(self, pdf: bytes, salt: bytes) -> None:
        super().__init__(io.BytesIO(pdf))
        first = self._document_id[0] if "/ID" in self.prev.trailer else _identifier(pdf)
        self._document_id = ArrayObject([first, _identifier(pdf + salt)])

    def _update_meta(self) -> None:
        """Write no date of change: pyHanko would take it from the clock, and rewrite the XMP."""


def _identifier(data: bytes) -> ByteStringObject:
    return ByteStringObject(hashlib.sha256(data).digest()[:_ID_BYTES])


class _TimedSigner(PdfSigner):
    """Signs at the instant it is given."""

    def __init__(self, *args: Any, signed_at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signed_at = signed_at

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._signed_at
        return session


class _NamedCertificate(CMSAttributeProvider, SignedAttributeProviderSpec):
    """All that a PAdES signature says of itself: on which certificate it rests.

    Written once, for each signature takes a quarter of its time to write it.
    """

    attribute_type = "signing_certificate_v2"

    def __init__(self, certificate: x509.Certificate) -> None:
        self._written = as_signing_certificate_v2(certificate).dump()

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        return tsp.SigningCertificateV2.load(self._written)

    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> tuple[CMSAttributeProvider]:
        return (self,)


class _KeyInMemory(signers.Signer):
    """Signs with a key that is loaded once, repeatably."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, **given: Any) -> None:
        super().__init__(**given)
        self._key = key
        self.signed_attr_prov_spec = _NamedCertificate(given["signing_cert"])

    async def signed_attrs(self, *args: Any, **kwargs: Any) -> cms.CMSAttributes:
        return _settled(await super().signed_attrs(*args, **kwargs))

    def signer_info(self, *args: Any, **kwargs: Any) -> cms.SignerInfo:
        return _settled(super().signer_info(*args, **kwargs))

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
        return self._key.sign(data, padding.PKCS1v15(), SHA256())


def _settled(made: Any) -> Any:
    """Return the structure as read from its bytes.

    One that was put together is encoded again, with all its parts, for each look at each of them.
    """
    return type(made).load(made.dump())


def _pyhanko_signer(signer: DocumentSigner) -> signers.Signer:
    """Return pyHanko's view of the signer, set up once."""
    known = _signers.get(signer)
    if known is None:
        known = _signers[signer] = _set_up(signer)
    return known


def _set_up(signer: DocumentSigner) -> signers.Signer:
    certificate = x509.Certificate.load(signer.certificate)
    chain = [x509.Certificate.load(each) for each in signer.chain]
    if isinstance(signer.key, Token):
        return _token_signer(signer.key, certificate, chain)
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(chain)
    return _KeyInMemory(
        signer.key, signing_cert=certificate, cert_registry=registry, embed_roots=False
    )


def _token_signer(token: Token, certificate: Any, chain: list[Any]) -> signers.Signer:
    try:
        from pyhanko.sign.pkcs11 import PKCS11Signer
    except ImportError as error:
        raise SigningError(
            "A key on a PKCS#11 device needs the package python-pkcs11: install it beside the "
            "application, or give the key as a file."
        ) from error
    return PKCS11Signer(
        _session(token),
        signing_cert=certificate,
        ca_chain=chain,
        key_label=token.key,
        embed_roots=False,
        use_raw_mechanism=certificate.public_key.algorithm == "ec",
    )


def _session(token: Token) -> Any:
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import open_pkcs11_session

    place = token.module, token.label
    if place not in _sessions:
        _sessions[place] = open_pkcs11_session(
            token.module, token_criteria=TokenCriteria(token.label), user_pin=token.pin
        )
    return _sessions[place]


def _forget(signer: DocumentSigner, token: Token) -> None:
    """Let the next signature begin with the device anew: it may have been pulled out."""
    _signers.pop(signer, None)
    session = _sessions.pop((token.module, token.label), None)
    if session is not None:
        with contextlib.suppress(Exception):
            session.close()


def _metadata(
    signer: DocumentSigner, timestamper: TimeStamping | None, signed_at: datetime
) -> PdfSignatureMetadata:
    kept: dict[str, Any] = {}
    if timestamper is not None and timestamper.roots:
        kept = {
            "embed_validation_info": True,
            "validation_context": _context(signer, timestamper, signed_at),
            "signer_key_usage": {"digital_signature"},
            # Within the signed bytes: a file that grows after its signature is altered, for us.
            "dss_settings": DSSContentSettings(
                include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
            ),
        }
    return PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm=_DIGEST,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        **kept,
    )


def _context(
    signer: DocumentSigner, timestamper: TimeStamping, signed_at: datetime
) -> ValidationContext:
    """Return what the certificates of the file lead back to, and who says that they hold.

    A certificate that names somebody to be asked has to be asked about: without an answer nothing
    is signed.
    """
    # Of a configured certificate the root that we publish is itself: its authority is above it.
    roots = (*timestamper.roots, *(signer.chain[-1:] or timestamper.signer_roots))
    return ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in roots],
        other_certs=[x509.Certificate.load(each) for each in signer.chain],
        crls=[crl.CertificateList.load(each) for each in signer.crls],
        moment=signed_at,
        allow_fetching=True,
        fetcher_backend=Desk(signed_at, timestamper.seconds),
        revocation_mode="hard-fail",
        # Who is asked now answers as of now, a moment after the signature.
        retroactive_revinfo=True,
    )


def _reserved(signer: DocumentSigner, timestamper: TimeStamping | None) -> int:
    """Return how many hexadecimal digits to keep free: few, for each reader reads them all."""
    certificate = x509.Certificate.load(signer.certificate)
    # As long as an RSA key; of an elliptic curve, two numbers with their headings.
    signature = 2 * certificate.public_key.byte_size + 16
    certificates = sum(len(each) for each in (signer.certificate, *signer.chain))
    # The signature names the certificate's issuer twice.
    needed: int = _ATTRIBUTE_BYTES + certificates + signature + 2 * len(certificate.issuer.dump())
    if isinstance(signer.key, Token):
        needed += len(signer.certificate)  # pyHanko puts it in twice.
    if timestamper is not None:
        needed += _STAMP_BYTES
    return 2 * _STEP * -(-needed // _STEP)
