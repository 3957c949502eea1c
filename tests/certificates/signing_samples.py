"""A made-up issuer that signs PDF files, and certificates it has signed."""

import functools
from datetime import UTC, datetime

from certificate_samples import VERIFY_URL, sample_credential
from cryptography.hazmat.primitives.asymmetric import ec

import certificates
from certificates import Attachment, DocumentSigner

ORGANISATION = "Northgate PAT Programme"
MADE_AT = datetime(2026, 7, 1, tzinfo=UTC)
SIGNED_AT = datetime(2026, 10, 14, 9, 31, tzinfo=UTC)
ATTACHED = (
    Attachment("credential.json", b'{"a": 1}', "The badge of this credential", "application/json"),
    Attachment("proof.txt", b"proof", "The proof of the public log", "text/plain"),
)


def _key(number):
    return ec.derive_private_key(number, ec.SECP256R1())


def authority(number=7, organisation=ORGANISATION, made_at=MADE_AT):
    """Return a root (DER) and a signer below it; another number, another authority."""
    root_key, key = _key(number), _key(number + 1)
    first, second = (bytes(17) + bytes([number, each]) for each in (1, 2))
    root = certificates.make_root(root_key, organisation, serial=first, valid_from=made_at)
    leaf = certificates.make_signer(
        key, organisation, root=root, root_key=root_key, serial=second, valid_from=made_at
    )
    return root, DocumentSigner(leaf, key)


ROOT, SIGNER = authority()


@functools.cache
def drawn(paper="a4", **changes):
    """Return an unsigned certificate with attachments, drawn once."""
    credential = sample_credential(**changes)
    return certificates.render_certificate(
        credential, VERIFY_URL, paper=paper, attachments=ATTACHED
    )


@functools.cache
def signed(paper="a4", **changes):
    """Return a signed certificate, made once."""
    return certificates.sign_pdf(drawn(paper, **changes), SIGNER, signed_at=SIGNED_AT)


def check(pdf, roots=(ROOT,)):
    """Return what our check says of the file."""
    return certificates.check_pdf(pdf, roots)
