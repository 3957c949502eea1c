"""Lets a PDF file be archival and accessible at once: PDF/A-3a that names PDF/UA-1 too.

WeasyPrint knows each profile but not both. It is asked for PDF/A-3a, tagged; what is missing then
is in the file's description (XMP): the name of PDF/UA-1, the schema by which PDF/A knows that name,
and that the description be readable without unpacking it (ISO 19005-3, 6.6.2). It would also open
the colour profile anew for each file and leave it open: one is kept here instead.
"""

from __future__ import annotations

import functools
import io
from typing import Any

from weasyprint.css import ColorProfile
from weasyprint.document import Document

from certificates.look import DESIGN

_INTENT = "certificate-srgb"
OPTIONS = {"pdf_variant": "pdf/a-3a", "pdf_tags": True, "output_intent": _INTENT}
"""What WeasyPrint is asked for when it writes a file."""

_END = b"</rdf:RDF>"
_ACCESSIBLE = (
    b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about=""'
    b' pdfuaid:part="1"/>'
)
_SCHEMA = (
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
    b'<rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>"
    b"</rdf:Description>"
)


def give_colours(document: Document) -> None:
    """Let the colours of a document mean those of sRGB, as PDF/A wants to know."""
    document.color_profiles[_INTENT] = _srgb()
    document.output_intent = _INTENT


class _Srgb(ColorProfile):  # type: ignore[misc]
    """The profile as it stands in its file: written anew it would bear the time of day.

    `srgb.icc` is sRGB as Little CMS 2.19 writes it (ICC version 4, 588 bytes, a quarter of the one
    that WeasyPrint brings), its date of creation set by hand.
    """

    def __init__(self) -> None:
        self._content = (DESIGN / "srgb.icc").read_bytes()
        components = (["r"], ["g"], ["b"])
        super().__init__(io.BytesIO(self._content), _INTENT, "relative-colorimetric", components)

    @property
    def content(self) -> bytes:
        return self._content


@functools.cache
def _srgb() -> ColorProfile:
    return _Srgb()


def name_accessible(pdf: Any) -> None:
    """Let the description of a file that WeasyPrint is about to write name PDF/UA-1 too."""
    number = int(pdf.catalog["Metadata"].split()[0])
    description = pdf.objects[number]
    (text,) = description.stream
    description.stream = [text.replace(_END, _ACCESSIBLE + _SCHEMA + _END, 1)]
    description.compress = False
