"""The identifier of a PDF file, made of its content alone."""

from __future__ import annotations

import hashlib

_START = b"startxref\n"


def with_identifier(pdf: bytes) -> bytes:
    """Return the file with an identifier in the dictionary that ends it (ISO 32000-1, 14.4).

    PDF/A wants one. pydyf would make it too, but packs all streams a second time for that: a
    tenth of a certificate's time. The dictionary is part of the last object (its table of
    objects is a stream), so that nothing that is pointed to moves.
    """
    number = hashlib.sha256(pdf).hexdigest()[:32].encode("ascii")
    start = int(pdf[pdf.rindex(_START) + len(_START) :].split(b"\n", 1)[0])
    place = pdf.index(b"<<", start) + len(b"<<")
    return pdf[:place] + b"/ID [<" + number + b"> <" + number + b">]" + pdf[place:]
