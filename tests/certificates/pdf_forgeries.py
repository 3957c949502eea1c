"""Signed certificates that were tampered with: every way we know to change one unnoticed."""

import io
import random
import re
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import pypdf
from certificate_samples import SERIAL
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from signing_samples import ORGANISATION, SIGNED_AT, authority, drawn, signed

import certificates

_PLACE = re.compile(rb"/Contents\s*<([0-9A-F]+)>")
_RANGE = re.compile(rb"/ByteRange\s*\[([0-9 ]+)\]")
SEED = 20261122


def place_of(pdf):
    """Return where the hexadecimal of the signature begins and ends."""
    found = _PLACE.search(pdf)
    return found.start(1), found.end(1)


def length_of(pdf):
    """Return how many bytes of the place are the signature; the rest is padding."""
    start, end = place_of(pdf)
    content = bytes.fromhex(pdf[start:end].decode())
    return 4 + int.from_bytes(content[2:4], "big")


def replaced(pdf, at, new):
    return pdf[:at] + new + pdf[at + len(new) :]


def with_signature(pdf, content):
    """Return the file with other bytes in the place of the signature."""
    start, end = place_of(pdf)
    digits = content.hex().upper().encode()
    return pdf[:start] + digits.ljust(end - start, b"0")[: end - start] + pdf[end:]


def flipped_bytes():
    """Yield files with one bit changed, all over what is signed."""
    pdf, chance = signed(), random.Random(SEED)
    start, end = place_of(pdf)
    outside = [at for at in range(len(pdf)) if not start <= at < end]
    for at in sorted(chance.sample(outside, 100)):
        yield f"bit at {at}", replaced(pdf, at, bytes([pdf[at] ^ 1 << chance.randrange(8)]))


def flipped_signatures():
    """Yield files with one bit changed in the signature itself, certificates and all."""
    pdf = signed()
    start, end = place_of(pdf)
    content = bytearray.fromhex(pdf[start:end].decode())
    chance = random.Random(SEED)
    for at in sorted(chance.sample(range(length_of(pdf)), 150)):
        changed = bytearray(content)
        changed[at] ^= 1 << chance.randrange(8)
        yield f"signature byte {at}", with_signature(pdf, bytes(changed))


def stuffed_places():
    """Yield files with something else in the place left for the signature."""
    pdf = signed()
    start, end = place_of(pdf)
    content = bytes.fromhex(pdf[start:end].decode())
    used = length_of(pdf)
    for offset in (0, 1, 7, len(content) - used - 1):
        changed = bytearray(content)
        changed[used + offset] = 0x41
        yield f"padding {offset}", with_signature(pdf, bytes(changed))
    yield "hidden text", replaced(pdf, end - 40, b"5375737069636975".ljust(40, b"0"))
    yield "lower case", pdf[:start] + pdf[start:end].lower() + pdf[end:]
    yield "white space", replaced(pdf, end - 2, b"  ")
    yield "no signature", with_signature(pdf, b"")
    yield "twice", with_signature(pdf, content[:used] + content[:used])
    yield "shorter place", pdf[: end - 2] + pdf[end:]
    yield "longer place", pdf[:end] + b"00" + pdf[end:]


def appended():
    """Yield files that grew."""
    pdf = signed()
    tails = (b"\n", b" ", b"\0", b"%", b"%%EOF\n", b"\r\n%%EOF", b"x" * 10_000)
    for tail in (*tails, b"startxref\n0\n%%EOF"):
        yield f"tail {tail[:9]!r}", pdf + tail
    yield "twice", pdf + pdf
    yield "another file", pdf + drawn(holder_name="Mallory")
    yield "page behind", pdf + b"<html>" + b"A" * 99
    for head in (b"\n", b" " * 20, b"%PDF-1.4\n", b"GIF89a"):
        yield f"head {head[:9]!r}", head + pdf


def truncated():
    """Yield files that shrank."""
    pdf = signed()
    for share in (0.05, 0.3, 0.5, 0.7, 0.9, 0.99):
        yield f"first {share}", pdf[: int(len(pdf) * share)]
    for less in (1, 2, 6, 20):
        yield f"{less} bytes less", pdf[:-less]
    yield "the first revision only", drawn()


def _updated(change, base=None):
    """Return the file extended by a revision in which `change` was made."""
    writer = IncrementalPdfFileWriter(io.BytesIO(base or signed()))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def incremental_updates():
    """Yield files that were extended as the format provides for: each looks changed on screen."""

    def title(writer):
        info = writer.trailer["/Info"]
        info[pdf_name("/Title")] = pdf_string("Doctor of Medicine")
        writer.mark_update(writer.trailer.raw_get("/Info"))

    def page(writer):
        return writer.root["/Pages"]["/Kids"][0]

    def no_content(writer):
        page(writer)[pdf_name("/Contents")] = writer.add_object(_stream(b""))
        writer.update_container(page(writer))

    def other_content(writer):
        text = b"BT 40 400 Td (Mallory) Tj ET"
        page(writer)[pdf_name("/Contents")] = writer.add_object(_stream(text))
        writer.update_container(page(writer))

    def rotated(writer):
        page(writer)[pdf_name("/Rotate")] = _number(90)
        writer.update_container(page(writer))

    def cropped(writer):
        page(writer)[pdf_name("/MediaBox")] = _array(0, 0, 10, 10)
        writer.update_container(page(writer))

    def note(writer):
        annotation = _dictionary(Type="/Annot", Subtype="/FreeText", Rect=_array(9, 9, 400, 200))
        annotation[pdf_name("/Contents")] = pdf_string("with distinction")
        page(writer)["/Annots"].append(writer.add_object(annotation))
        writer.update_container(page(writer)["/Annots"])

    def action(writer):
        script = _dictionary(S="/JavaScript")
        script[pdf_name("/JS")] = pdf_string("app.alert(1)")
        writer.root[pdf_name("/OpenAction")] = script
        writer.update_root()

    def no_form(writer):
        del writer.root["/AcroForm"]
        writer.update_root()

    def other_badge(writer):
        names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
        names[1]["/EF"][pdf_name("/F")] = writer.add_object(_stream(b'{"a": 2}'))
        writer.update_container(names[1])

    def other_language(writer):
        writer.root[pdf_name("/Lang")] = pdf_string("fr")
        writer.update_root()

    def validation_data(writer):
        writer.root[pdf_name("/DSS")] = writer.add_object(_dictionary(Type="/DSS"))
        writer.update_root()

    changes = (title, no_content, other_content, rotated, cropped, note, action, no_form)
    for change in (*changes, other_badge, other_language, validation_data):
        yield change.__name__, _updated(change)
    # A change taken back again leaves the page as it was, and the file longer.
    yield "there and back", _updated(title, _updated(rotated))


def shadows():
    """Yield files in which an object that was signed is covered by another of its number."""
    pdf = signed()
    last = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    size = int(re.findall(rb"/Size (\d+)", pdf)[-1])
    root = re.findall(rb"/Root (\d+ 0 R)", pdf)[-1].decode()
    for number in (1, 2, 3, 4, 5, size - 1):
        body = f"{number} 0 obj\n<< /Type /Catalog /Shadow true >>\nendobj\n".encode()
        yield f"covered {number}", _extended(pdf, number, body, root, last, size)
    for number in (5, 6, 7):
        body = f"{number} 0 obj\nnull\nendobj\n".encode()
        yield f"emptied {number}", _extended(pdf, number, body, f"{number} 0 R", last, size)
    for words in (b"startxref\n0\n%%EOF\n", b"startxref\n" + str(last - 1).encode() + b"\n%%EOF\n"):
        yield f"table at {words[10:16]!r}", pdf + words
    # The place of the table is signed too, and every other number in the file.
    yield "older table", pdf.replace(b"startxref\n" + str(last).encode(), b"startxref\n0000", 1)


def _extended(pdf, number, body, root, previous, size):
    at = len(pdf)
    table = f"xref\n{number} 1\n{at:010} 00000 n \n".encode()
    trailer = f"trailer\n<< /Size {size} /Root {root} /Prev {previous} >>\n".encode()
    return pdf + body + table + trailer + f"startxref\n{at + len(body)}\n%%EOF\n".encode()


def ranges():
    """Yield files whose signature claims to cover other bytes than it does."""
    pdf = signed()
    found = _RANGE.search(pdf)
    old = found.group(1)
    start, before, after, rest = (int(each) for each in old.split())
    others = (
        (0, 0, 0, 0),
        (0, before, after, 0),
        (0, before, before, rest + after - before),
        (0, before + 1, after, rest),
        (0, before - 1, after, rest),
        (0, before, after + 1, rest - 1),
        (1, before - 1, after, rest),
        (after, rest, 0, before),
        (0, before, after, rest + 1),
        (0, 99_999_999, after, rest),
    )
    for other in others:
        new = " ".join(map(str, other)).encode().ljust(len(old))[: len(old)]
        yield f"range {other}", pdf.replace(b"[" + old + b"]", b"[" + new + b"]")
    grown = pdf + b"% and more"
    covering = f"{start} {before} {after} {rest + 10}".encode().ljust(len(old))[: len(old)]
    yield "grown and covered", grown.replace(b"[" + old + b"]", b"[" + covering + b"]")
    yield "named otherwise", pdf.replace(b"/ByteRange", b"/ByteRengs")
    yield "no certification", pdf.replace(b"/DocMDP", b"/DocMDQ")
    yield "changes allowed", pdf.replace(b"/P 1", b"/P 3")


def transplants():
    """Yield certificates of one person with the signature of another's."""
    pdf, other = signed(), signed(holder_name="Mallory Marković")
    start, end = place_of(pdf)
    there, until = place_of(other)
    content = pdf[start:end]
    yield "signature of another", other[:there] + content.ljust(until - there, b"0") + other[until:]
    yield "end of another", pdf[:start] + other[there:]
    yield "begin of another", other[:there] + pdf[start:]
    for changes in ({"title": "Doctor of Medicine"}, {"minutes": 9}, {"serial": SERIAL[::-1]}):
        forged = certificates.sign_pdf(drawn(**changes), authority(90)[1], signed_at=SIGNED_AT)
        here, stop = place_of(forged)
        whole = forged[:here] + content.ljust(stop - here, b"0")[: stop - here] + forged[stop:]
        yield f"transplanted onto {changes}", whole


def foreign_signatures():
    """Yield certificates that somebody else signed, by the issuer's name."""
    for number in (60, 62, 64):
        _root, signer = authority(number, ORGANISATION)
        forged = drawn(holder_name="Mallory")
        yield f"authority {number}", certificates.sign_pdf(forged, signer, signed_at=SIGNED_AT)
    _root, signer = authority(66)
    early = SIGNED_AT - timedelta(days=20)
    yield "and earlier", certificates.sign_pdf(drawn(), signer, signed_at=early)


def rewritten():
    """Yield files that another program opened and saved."""
    for word in ("--linearize", "--object-streams=generate", "--qdf", "--remove-restrictions"):
        yield f"qpdf {word}", _by_qpdf(word)
    for name in ("append", "clone_document_from_reader"):
        writer = pypdf.PdfWriter()
        getattr(writer, name)(pypdf.PdfReader(io.BytesIO(signed())))
        output = io.BytesIO()
        writer.write(output)
        yield f"pypdf {name}", output.getvalue()


def _by_qpdf(word):
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.pdf"), Path(folder, "made.pdf")
        given.write_bytes(signed())
        subprocess.run(["qpdf", word, given, made], check=True)
        return made.read_bytes()


def _stream(data):
    return StreamObject(stream_data=data)


def _number(value):
    return NumberObject(value)


def _array(*values):
    return ArrayObject(NumberObject(value) for value in values)


def _dictionary(**values):
    return DictionaryObject(
        {
            pdf_name(f"/{key}"): pdf_name(value) if isinstance(value, str) else value
            for key, value in values.items()
        }
    )


KINDS = (
    flipped_bytes,
    flipped_signatures,
    stuffed_places,
    appended,
    truncated,
    incremental_updates,
    shadows,
    ranges,
    transplants,
    foreign_signatures,
    rewritten,
)
