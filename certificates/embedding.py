"""Puts attachments into a PDF file as it is written: dated, named, and related to it as data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pydyf  # type: ignore[import-untyped]

from certificates.attachment import Attachment


def embed(pdf: Any, attachments: Iterable[Attachment], created_at: datetime) -> None:
    """Add the attachments to the file, each an associated file (AFRelationship `Data`).

    WeasyPrint would take the media type from the name, the dates from the clock, and leave the
    relationship out unless the file were PDF/A.
    """
    names = pydyf.Array()
    files = pydyf.Array()
    for attachment in sorted(attachments, key=lambda one: one.name):
        reference = _file(pdf, attachment, created_at.strftime("D:%Y%m%d%H%M%SZ"))
        names.extend([pydyf.String(attachment.name), reference])
        files.append(reference)
    if not files:
        return
    tree = pydyf.Dictionary({"Names": names})
    pdf.add_object(tree)
    pdf.catalog.setdefault("Names", pydyf.Dictionary())["EmbeddedFiles"] = tree.reference
    pdf.catalog["AF"] = files


def _file(pdf: Any, attachment: Attachment, day: str) -> Any:
    """Add one file and its description; return the reference to the description."""
    checksum = hashlib.md5(attachment.data, usedforsecurity=False).hexdigest()
    about = {
        "Type": "/EmbeddedFile",
        "Subtype": f"/{attachment.media_type.replace('/', '#2f').replace('+', '#2b')}",
        "Params": pydyf.Dictionary(
            {
                "CheckSum": f"<{checksum}>",
                "Size": len(attachment.data),
                "CreationDate": pydyf.String(day),
                "ModDate": pydyf.String(day),
            }
        ),
    }
    stream = pydyf.Stream([attachment.data], about, compress=True)
    pdf.add_object(stream)
    specification = pydyf.Dictionary(
        {
            "Type": "/Filespec",
            "F": pydyf.String(attachment.name),
            "UF": pydyf.String(attachment.name),
            "EF": pydyf.Dictionary({"F": stream.reference, "UF": stream.reference}),
            "Desc": pydyf.String(attachment.description),
            "AFRelationship": "/Data",
        }
    )
    pdf.add_object(specification)
    return specification.reference
