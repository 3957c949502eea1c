"""Signed PDF files as plain values: who signs, who attests the time, what a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


class SigningError(RuntimeError):
    """A file could not be signed; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key that never leaves its device, reached through PKCS#11.

    `module` is the path of the device's library, `label` that of its token and `key` of the key
    pair in it; `pin` opens it.
    """

    module: str
    label: str
    key: str
    pin: str = field(repr=False)


@dataclass(frozen=True, eq=False)
class DocumentSigner:
    """Who signs PDF files: a certificate (X.509, DER), those above it, and the key it is for.

    `chain` holds the certificates between this one and its root, without the root; `crls` what
    the authorities above it say of revocations (DER), for files that are to hold on their own.
    One object stands for one signer for the life of the process: what it costs to set up is kept
    with it.
    """

    certificate: bytes
    key: EllipticCurvePrivateKey | RSAPrivateKey | Token
    chain: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeStamping:
    """An authority that attests when a file was signed (RFC 3161), by its address.

    With `roots` (certificates, DER) that its signature leads back to, and those of the signer,
    everything needed to check the file later is put into it; without, only the time-stamp is.
    """

    address: str
    roots: tuple[bytes, ...] = ()
    signer_roots: tuple[bytes, ...] = ()
    seconds: float = 10


PdfState = Literal["unaltered", "altered", "unsigned", "not-ours", "unreadable"]


@dataclass(frozen=True, slots=True)
class PdfCheck:
    """What a PDF file is worth by its signature.

    `unaltered`: signed by one of ours, and every byte is as it was then. `altered`: changed or
    added to since, or its signature is broken. `not-ours`: whole, but signed by someone else.
    `unreadable`: no PDF file, or one that a strict reader refuses.

    `signed_at` and `signer` are what the signature says and hold only where it is unaltered;
    `stamped_at` is the time in its time-stamp, if any, whoever that stamp is from. `attachments`
    are the files in it by name; none are looked for in what one of ours did not sign.
    """

    state: PdfState
    signed_at: datetime | None = None
    signer: str | None = None
    stamped_at: datetime | None = None
    attachments: Mapping[str, bytes] = field(default_factory=dict)
