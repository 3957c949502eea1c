"""Who signs PDF files here: a configured certificate, or one of the installation's own authority.

The certificates that signatures lead back to are published and never withdrawn. Of a configured
certificate that is the certificate itself, not its authority's: that one signs for others too.
"""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

import certificates
from lms.config import Settings
from lms.errors import ConfigError
from lms.keys.folder import KeyFolder

ROOT, SIGNER = "document-root.pem", "document.pem"
_SERIAL_BYTES = 19


def remember_signer(folder: KeyFolder, settings: Settings, now: datetime) -> None:
    """See to it that there is a signer, and that what its signatures lead back to is published."""
    if settings.pdf_certificate:
        configured = _certificates(settings.pdf_certificate, "LMS_PDF_CERTIFICATE")[0]
        if configured not in certificates.roots_from_document(folder.published()):
            folder.add_root(configured)
    elif not (folder.path / SIGNER).is_file():
        _make_own(folder, settings, now)


def signer_of(folder: KeyFolder, settings: Settings) -> certificates.DocumentSigner:
    """Return who signs PDF files; raises `ConfigError` for what cannot be used."""
    if settings.pdf_certificate:
        first, *chain = _certificates(settings.pdf_certificate, "LMS_PDF_CERTIFICATE")
        return certificates.DocumentSigner(first, _configured_key(settings, first), tuple(chain))
    key, certificate = _pair(folder.path / SIGNER)
    return certificates.DocumentSigner(certificate, key, crls=_own_list(folder))


def renew_own_signer(folder: KeyFolder, settings: Settings, now: datetime) -> None:
    """Put another key and certificate of our own authority in the place of those in use."""
    with folder.changing():
        root_key, root = _pair(folder.path / ROOT)
        _write_signer(folder, settings, root, root_key, now)
    folder.touch()


def time_stamping_of(
    settings: Settings, signer_roots: tuple[bytes, ...]
) -> certificates.TimeStamping | None:
    """Return the authority that attests times, if one is configured."""
    if not settings.timestamp_url:
        return None
    roots: list[bytes] = []
    if settings.timestamp_roots:
        roots = _certificates(settings.timestamp_roots, "LMS_TIMESTAMP_ROOTS")
    return certificates.TimeStamping(settings.timestamp_url, tuple(roots), signer_roots)


def _make_own(folder: KeyFolder, settings: Settings, now: datetime) -> None:
    """Make an authority and a signer below it, unless another process has."""
    with folder.changing():
        if (folder.path / SIGNER).is_file():
            return
        if not (folder.path / ROOT).is_file():
            key = ec.generate_private_key(ec.SECP256R1())
            serial = secrets.token_bytes(_SERIAL_BYTES)
            root = certificates.make_root(key, settings.site_name, serial=serial, valid_from=now)
            folder.write(ROOT, _pem(key, root))
        root_key, root = _pair(folder.path / ROOT)
        _write_signer(folder, settings, root, root_key, now)
    folder.add_root(root)


def _write_signer(
    folder: KeyFolder,
    settings: Settings,
    root: bytes,
    root_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificates.make_signer(
        key,
        settings.site_name,
        root=root,
        root_key=root_key,
        serial=secrets.token_bytes(_SERIAL_BYTES),
        valid_from=now,
    )
    folder.write(SIGNER, _pem(key, certificate))


def _own_list(folder: KeyFolder) -> tuple[bytes, ...]:
    """Return our authority's word that it has revoked nothing, as files with a time-stamp keep it.

    It is dated with the signer, not with the present: the authority speaks once about each.
    """
    root_key, root = _pair(folder.path / ROOT)
    _key, signer = _pair(folder.path / SIGNER)
    dated = x509.load_der_x509_certificate(signer)
    return (
        certificates.make_revocation_list(
            root,
            root_key,
            issued_at=dated.not_valid_before_utc,
            until=dated.not_valid_after_utc,
        ),
    )


def _configured_key(settings: Settings, certificate: bytes) -> Any:
    if settings.pkcs11_module:
        return certificates.Token(
            settings.pkcs11_module,
            settings.pkcs11_token,
            settings.pkcs11_key,
            settings.pkcs11_pin,
        )
    password = settings.pdf_key_password.encode("utf-8") or None
    try:
        key = load_pem_private_key(Path(settings.pdf_key).read_bytes(), password)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"LMS_PDF_KEY: {settings.pdf_key!r} cannot be used: {error}.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ConfigError("LMS_PDF_KEY: give a key for elliptic curves (P-256) or RSA.")
    if key.public_key() != x509.load_der_x509_certificate(certificate).public_key():
        raise ConfigError("LMS_PDF_KEY: is not the key of the certificate in LMS_PDF_CERTIFICATE.")
    return key


def _certificates(name: str, setting: str) -> list[bytes]:
    """Return the certificates (DER) of a PEM file, the first first."""
    try:
        found = x509.load_pem_x509_certificates(Path(name).read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{setting}: {name!r} cannot be used: {error}.") from error
    return [each.public_bytes(Encoding.DER) for each in found]


def _pair(file: Path) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """Return the key and the certificate (DER) of one of our own files."""
    try:
        content = file.read_bytes()
        key = load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"LMS_KEYS: {file} cannot be used: {error}.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigError(f"LMS_KEYS: {file} does not hold a key for elliptic curves.")
    return key, certificate


def _pem(key: ec.EllipticCurvePrivateKey, certificate: bytes) -> bytes:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
