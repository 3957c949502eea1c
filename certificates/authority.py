"""An issuer's own certificate authority for signing PDF files: a root, and signers below it.

It is made where nobody configured a certificate from an authority that readers of PDF files know
already. Keys, serial numbers and instants come in as arguments.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, KeyUsage, Name

ROOT_LASTS = timedelta(days=365 * 40)
SIGNER_LASTS = timedelta(days=365 * 10)
SERIAL_BYTES = 19
"""Bytes of a serial number: as random as RFC 5280 allows (20 bytes, positive)."""


def make_root(
    key: EllipticCurvePrivateKey, organisation: str, *, serial: bytes, valid_from: datetime
) -> bytes:
    """Return a self-signed root certificate (DER) that may only certify signers directly."""
    name = _name(organisation, "certificate authority")
    builder = _builder(name, name, key, serial, valid_from, ROOT_LASTS)
    return _signed(builder, key, key, path_length=0)


def make_signer(
    key: EllipticCurvePrivateKey,
    organisation: str,
    *,
    root: bytes,
    root_key: EllipticCurvePrivateKey,
    serial: bytes,
    valid_from: datetime,
) -> bytes:
    """Return the certificate (DER) of a key that signs PDF files, issued by the root."""
    from cryptography import x509

    issuer = x509.load_der_x509_certificate(root).subject
    name = _name(organisation, "document signing")
    builder = _builder(name, issuer, key, serial, valid_from, SIGNER_LASTS)
    return _signed(builder, key, root_key, path_length=None)


def make_revocation_list(
    root: bytes, root_key: EllipticCurvePrivateKey, *, issued_at: datetime, until: datetime
) -> bytes:
    """Return the root's list (CRL, DER) of signers it has revoked: none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(x509.load_der_x509_certificate(root).subject)
        .last_update(issued_at)
        .next_update(until)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
        )
    )
    listed = builder.sign(root_key, SHA256(), ecdsa_deterministic=True)
    return listed.public_bytes(Encoding.DER)


def _builder(
    name: Name,
    issuer: Name,
    key: EllipticCurvePrivateKey,
    serial: bytes,
    valid_from: datetime,
    lasts: timedelta,
) -> CertificateBuilder:
    from cryptography import x509

    if len(serial) != SERIAL_BYTES:
        raise ValueError(f"A serial number takes {SERIAL_BYTES} random bytes.")
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(b"\1" + serial, "big"))
        .not_valid_before(valid_from)
        .not_valid_after(valid_from + lasts)
    )


def _signed(
    builder: CertificateBuilder,
    key: EllipticCurvePrivateKey,
    signing: EllipticCurvePrivateKey,
    *,
    path_length: int | None,
) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    is_root = path_length is not None
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=is_root, path_length=path_length), True)
        .add_extension(_usage(is_root), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), False
        )
    )
    certificate: Certificate = builder.sign(signing, SHA256(), ecdsa_deterministic=True)
    return certificate.public_bytes(Encoding.DER)


def _usage(is_root: bool) -> KeyUsage:
    from cryptography.x509 import KeyUsage

    return KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(organisation: str, role: str) -> Name:
    """Return a name that says whose it is; X.520 allows 64 characters."""
    from cryptography.x509 import Name, NameAttribute
    from cryptography.x509.oid import NameOID

    longest = 64
    room = longest - len(role) - 2
    return Name([NameAttribute(NameOID.COMMON_NAME, f"{organisation[:room]}: {role}")])
