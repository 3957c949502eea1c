"""Draws a credential as a PDF page."""

from __future__ import annotations

from html import escape

from weasyprint import HTML

from certificates.credential import Credential
from certificates.serial import format_serial


def render_certificate(credential: Credential, verify_url: str) -> bytes:
    """Return the certificate of the credential as PDF bytes."""
    lines = (
        credential.title,
        credential.holder_name,
        credential.certifies,
        credential.notice,
        format_serial(credential.serial),
        verify_url,
    )
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    created = credential.issued_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    page = (
        f'<html lang="{escape(credential.language)}"><head><title>{escape(credential.title)}'
        f'</title><meta name="dcterms.created" content="{created}">'
        f"<style>@page {{ size: A4 landscape }}</style></head><body>{body}</body></html>"
    )
    pdf: bytes = HTML(string=page).write_pdf(pdf_variant="pdf/ua-1")
    return pdf
