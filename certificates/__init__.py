"""What is attested: credentials, their serials, their verdicts and their certificates.

Importing this package never imports WeasyPrint: only drawing a certificate does.
"""

from certificates.credential import (
    STANDING_NOTICE,
    Credential,
    CredentialError,
    HoursLine,
    Signatory,
    canonical_bytes,
    credential_from_document,
    credential_to_document,
    digest,
    full_notice,
)
from certificates.fonts import undrawable
from certificates.keys import (
    KeysError,
    PublicKey,
    Purpose,
    SigningKey,
    did_document,
    did_of,
    jwks,
    key_id,
    keys_from_document,
    public_key_from_multibase,
    published_keys,
    roots_from_document,
)
from certificates.page import spelled_date
from certificates.printout import Cell, Column, PrintedTable, Printout
from certificates.serial import format_serial, new_serial, parse_serial
from certificates.verdict import RequiredUpdate, Revocation, Verdict, verdict

__all__ = [
    "STANDING_NOTICE",
    "Cell",
    "Column",
    "Credential",
    "CredentialError",
    "HoursLine",
    "KeysError",
    "PrintedTable",
    "Printout",
    "PublicKey",
    "Purpose",
    "RequiredUpdate",
    "Revocation",
    "Signatory",
    "SigningKey",
    "Verdict",
    "canonical_bytes",
    "credential_from_document",
    "credential_to_document",
    "did_document",
    "did_of",
    "digest",
    "format_serial",
    "full_notice",
    "jwks",
    "key_id",
    "keys_from_document",
    "new_serial",
    "parse_serial",
    "public_key_from_multibase",
    "published_keys",
    "render_certificate",
    "render_printout",
    "roots_from_document",
    "spelled_date",
    "undrawable",
    "verdict",
]


def render_certificate(credential: Credential, verify_url: str) -> bytes:
    """Return the certificate as a tagged, one-page PDF; equal input gives equal bytes.

    `verify_url` is what the QR code carries, exactly.
    """
    from certificates.pdf import render_certificate as draw

    return draw(credential, verify_url)


def render_printout(printout: Printout) -> bytes:
    """Return the printout as a tagged PDF; equal input gives equal bytes."""
    from certificates.pdf import render_printout as draw

    return draw(printout)
