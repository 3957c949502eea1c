"""What is attested: credentials, their serials, their verdicts and their certificates.

Importing this package never imports WeasyPrint: only drawing a certificate does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from certificates import log
from certificates.attachment import Attachment
from certificates.authority import make_revocation_list, make_root, make_signer
from certificates.badge import KIND_WORDS, Issuer, badge_for, sign_badge, sign_badge_jwt
from certificates.badge_check import BadgeCheck, check_badge
from certificates.badge_image import badge_png, badge_svg
from certificates.baking import BakingError, bake_png, bake_svg, unbake
from certificates.brand import (
    Brand,
    Paper,
    SignedBy,
    brand_digest,
    brand_from_document,
    brand_to_document,
)
from certificates.credential import (
    STANDING_NOTICE,
    Credential,
    Signatory,
    canonical_bytes,
    credential_from_document,
    credential_to_document,
    digest,
    full_notice,
)
from certificates.credits import STEPS as CREDIT_STEPS
from certificates.credits import CreditRule, claim_fault, credits_offered
from certificates.credits import written as written_credits
from certificates.currency import (
    REMINDER_DAYS,
    CurrencyKind,
    CurrencyRule,
    RenewalWindow,
    current_until,
    due_reminder,
    months_after,
    renewal_window,
)
from certificates.documents import CredentialError
from certificates.drawings import PictureError
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
from certificates.lint import Finding, lint_certificate
from certificates.particulars import (
    Approval,
    Competency,
    CreditClaim,
    HoursLine,
    Kind,
    MappedHours,
    Particulars,
)
from certificates.pictures import LARGEST_PICTURE, clean_picture
from certificates.printout import Cell, Column, PrintedTable, Printout
from certificates.serial import format_serial, new_serial, parse_serial
from certificates.signed_file import (
    DocumentSigner,
    PdfCheck,
    PdfState,
    SigningError,
    TimeStamping,
    Token,
)
from certificates.standalone import script
from certificates.status_list import (
    StatusEntry,
    StatusList,
    StatusListError,
    decode_status_list,
    read_status,
    status_list_address,
    status_list_credential,
)
from certificates.transcript import (
    DOSSIER_TYPE,
    PACK_TYPE,
    TranscriptCheck,
    TranscriptError,
    check_transcript,
    sign_transcript,
)
from certificates.uncollected import uncollected
from certificates.verdict import Act, ActKind, RequiredUpdate, Status, Verdict, verdict
from certificates.verification import FileVerdict, verify_file
from certificates.wording import duration, spelled_date

__all__ = [
    "CREDIT_STEPS",
    "DOSSIER_TYPE",
    "KIND_WORDS",
    "LARGEST_PICTURE",
    "PACK_TYPE",
    "REMINDER_DAYS",
    "STANDING_NOTICE",
    "Act",
    "ActKind",
    "Approval",
    "Attachment",
    "BadgeCheck",
    "BakingError",
    "Brand",
    "Cell",
    "Column",
    "Competency",
    "Credential",
    "CredentialError",
    "CreditClaim",
    "CreditRule",
    "CurrencyKind",
    "CurrencyRule",
    "DocumentSigner",
    "FileVerdict",
    "Finding",
    "HoursLine",
    "Issuer",
    "KeysError",
    "Kind",
    "MappedHours",
    "Paper",
    "Particulars",
    "PdfCheck",
    "PdfState",
    "PictureError",
    "PrintedTable",
    "Printout",
    "PublicKey",
    "Purpose",
    "RenewalWindow",
    "RequiredUpdate",
    "Signatory",
    "SignedBy",
    "SigningError",
    "SigningKey",
    "Status",
    "StatusEntry",
    "StatusList",
    "StatusListError",
    "TimeStamping",
    "Token",
    "TranscriptCheck",
    "TranscriptError",
    "Verdict",
    "badge_for",
    "badge_png",
    "badge_svg",
    "bake_png",
    "bake_svg",
    "brand_digest",
    "brand_from_document",
    "brand_to_document",
    "canonical_bytes",
    "check_badge",
    "check_pdf",
    "check_transcript",
    "claim_fault",
    "clean_picture",
    "credential_from_document",
    "credential_to_document",
    "credits_offered",
    "current_until",
    "decode_status_list",
    "did_document",
    "did_of",
    "digest",
    "due_reminder",
    "duration",
    "format_serial",
    "full_notice",
    "jwks",
    "key_id",
    "keys_from_document",
    "lint_certificate",
    "log",
    "make_revocation_list",
    "make_root",
    "make_signer",
    "months_after",
    "new_serial",
    "parse_serial",
    "public_key_from_multibase",
    "published_keys",
    "read_status",
    "render_certificate",
    "render_printout",
    "render_share_image",
    "renewal_window",
    "roots_from_document",
    "script",
    "sign_badge",
    "sign_badge_jwt",
    "sign_pdf",
    "sign_transcript",
    "spelled_date",
    "status_list_address",
    "status_list_credential",
    "unbake",
    "undrawable",
    "verdict",
    "verify_file",
    "written_credits",
]


def render_certificate(
    credential: Credential,
    verify_url: str,
    *,
    brand: Brand | None = None,
    paper: Paper | None = None,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Return the certificate as a tagged PDF; equal input gives equal bytes.

    `verify_url` is what the QR code carries, exactly. `brand` is the programme's (the house's
    when there is none), `paper` the brand's unless given. All dates in the file are those of the
    credential.
    """
    with uncollected():
        from certificates.pdf import render_certificate as draw

    return draw(credential, verify_url, brand=brand, paper=paper, attachments=attachments)


def render_printout(printout: Printout) -> bytes:
    """Return the printout as a tagged PDF; equal input gives equal bytes."""
    with uncollected():
        from certificates.pdf import render_printout as draw

    return draw(printout)


def render_share_image(title: str, programme: str) -> bytes:
    """Return the picture of a shared link as PNG: a title and a programme, nobody's name."""
    from certificates.share_image import render_share_image as draw

    return draw(title, programme)


def sign_pdf(
    pdf: bytes,
    signer: DocumentSigner,
    *,
    signed_at: datetime,
    timestamper: TimeStamping | None = None,
) -> bytes:
    """Return the file with the issuer's signature, which allows no change (PAdES).

    Without a time-stamp and with a key in memory, equal input gives equal bytes. Raises
    `SigningError` when the key or the time-stamping authority cannot be reached.
    """
    from certificates.pades import sign_pdf as sign

    return sign(pdf, signer, signed_at=signed_at, timestamper=timestamper)


def check_pdf(pdf: bytes, roots: Iterable[bytes]) -> PdfCheck:
    """Return what the file is worth, given the certificates (DER) that ours lead back to.

    Never raises for any content of the file.
    """
    from certificates.pdf_check import check_pdf as check

    return check(pdf, roots)
