"""Proof files: three kinds are taken, and nothing that acts, hides or swells."""

import contextlib
import io
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lms.errors import Refused
from lms.services import transcripts
from lms.services.proofs import files as proofs
from lms.services.proofs import pdf_check


def pdf(*objects: bytes, before: bytes = b"", trailer: bytes = b"", after: bytes = b"") -> bytes:
    """Return a small whole PDF with these further objects, numbered from 4."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
        *objects,
    ]
    data, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + before, []
    for number, part in enumerate(parts, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n"
    return data + head + table + tail % (len(parts) + 1, trailer, len(data)) + after


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def packed(text: bytes, entries: bytes = b"/Filter /FlateDecode ") -> bytes:
    return stream(zlib.compress(text), b"/Type /ObjStm /N 1 /First 4 " + entries)


def picture(kind: str, size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (20, 89, 79)).save(file, kind, **more)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("evil.html", "<script>alert(1)</script>")
    return file.getvalue()


def png_of(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "too much": lambda: b"%PDF-1.7\n" + b" " * proofs.MOST_BYTES,
    "xhtml": lambda: b'<html xmlns="http://www.w3.org/1999/xhtml"><script>1</script></html>',
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg after a declaration": lambda: b'<?xml version="1.0"?><svg onload="alert(1)"/>',
    "an archive": archive,
    "a program": lambda: Path(sys.executable).resolve().read_bytes()[:2000],
    "a script": lambda: b"#!/bin/sh\nid\n",
    "gif": lambda: picture("GIF"),
    "webp": lambda: picture("WEBP"),
    "bmp": lambda: picture("BMP"),
    "tiff": lambda: picture("TIFF"),
    "postscript": lambda: b"%!PS-Adobe-3.0\n",
    "png by its first bytes alone": lambda: b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "jpeg by its first bytes alone": lambda: b"\xff\xd8\xff<script>alert(1)</script>",
    "a cut png": lambda: picture("PNG", (900, 900))[:90],
    "a cut jpeg": lambda: picture("JPEG", (900, 900))[:200],
    "a bomb of 30,000 by 30,000": lambda: png_of(30_000, 30_000),
    "a bomb of 5,001 by 5,000": lambda: png_of(5_001, 5_000),
    "a bomb of 2^31 by 2^31": lambda: png_of(2**31 - 1, 2**31 - 1),
    "a bomb between warning and error": lambda: png_of(10_000, 10_000),
    "no pixels": lambda: png_of(0, 0),
    "text after the end": lambda: pdf(after=b"<html><script>alert(1)</script>"),
    "an archive after the end": lambda: pdf(after=archive()),
    "an archive whose comment ends as a PDF does": lambda: _polyglot(),
    "a page before the end": lambda: pdf(before=b"% <script>alert(1)</script>\n"),
    "something before the start": lambda: b"<html>" + pdf(),
    "no end": lambda: pdf()[:-8],
    "no version": lambda: b"%PDF-\n" + pdf()[9:],
    "javascript": lambda: pdf(SCRIPT),
    "javascript with an escaped name": lambda: pdf(b"<< /S /J#61vaScript /J#53 (1) >>"),
    "javascript among packed objects": lambda: pdf(packed(b"4 0 " + SCRIPT)),
    "javascript packed twice": lambda: pdf(
        packed(b"4 0 " + SCRIPT, b"/Filter [/ASCIIHexDecode /FlateDecode] ")
    ),
    "javascript packed with a predictor": lambda: pdf(
        packed(b"4 0 " + SCRIPT, b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >> ")
    ),
    "javascript in what only looks like a stream": lambda: pdf(
        b"(>>stream\n) endobj\n9 0 obj\n" + SCRIPT + b"\nendobj\n8 0 obj (endstream)"
    ),
    "a command": lambda: pdf(b"<< /S /Launch /F (cmd.exe) >>"),
    "a form that sends": lambda: pdf(b"<< /S /SubmitForm /F (http://x.example) >>"),
    "an action on opening": lambda: pdf(b"<< /AA << /O 5 0 R >> >>"),
    "a file inside": lambda: pdf(stream(b"MZ", b"/Type /EmbeddedFile ")),
    "a film": lambda: pdf(b"<< /Subtype /RichMedia >>"),
    "a dynamic form": lambda: pdf(b"<< /XFA 5 0 R >>"),
    "encrypted": lambda: pdf(trailer=b"/Encrypt 5 0 R "),
    "objects that swell a thousandfold": lambda: pdf(packed(b" " * 40_000_000)),
    "a stream without an end": lambda: pdf(b"<< /Length 9 >>\nstream\nabc"),
}


def _polyglot() -> bytes:
    """A PDF within the archive: its tail is the comment, so that both readers are content."""
    whole = pdf()
    file = io.BytesIO(whole[:-40])
    file.seek(0, 2)
    with zipfile.ZipFile(file, "a") as made:
        made.writestr("evil.html", "<script>alert(1)</script>")
        made.comment = whole[-40:]
    return file.getvalue()


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(what: str) -> None:
    """Invariant 48, and what else people hide in files."""
    with pytest.raises(Refused) as refusal:
        proofs.proof_of(HOSTILE[what]())
    assert refusal.value.message.endswith(".") and len(refusal.value.message) < 200


@pytest.mark.parametrize("what", ["xhtml", "svg", "gif", "an archive", "javascript"])
def test_believing_the_declared_type_would_let_it_in(what: str) -> None:
    """The vulnerable twin: a list of endings, and the type that a browser declares."""

    def weak(name: str, declared: str, _data: bytes) -> bool:
        return name.endswith((".pdf", ".png", ".jpg")) and declared == "application/pdf"

    data = HOSTILE[what]()
    assert weak("proof.pdf", "application/pdf", data)
    with pytest.raises(Refused):
        proofs.proof_of(data)


def test_a_plain_pdf_is_kept_byte_for_byte() -> None:
    plain = pdf(packed(b"4 0 << /Type /Annot /A << /S /URI /URI (https://x.example) >> >>"))
    assert proofs.proof_of(plain) == proofs.Proof(plain, "application/pdf")
    assert proofs.proof_of(pdf(after=b"\r\n")).media_type == "application/pdf"


def test_what_other_programs_write_is_taken() -> None:
    from weasyprint import HTML

    written = HTML(string="<h1>Certificate</h1><p>Lena Marković, 6 hours</p>").write_pdf()
    assert proofs.proof_of(written).media_type == "application/pdf"
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(file, "PDF")
    assert proofs.proof_of(file.getvalue()).media_type == "application/pdf"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_drawn_anew_without_place_or_camera(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(kind, exif=exif.tobytes()) + b"CANARY-BEHIND <script>"
    assert b"CANARY-CAMERA" in sent
    kept = proofs.proof_of(sent)
    assert b"CANARY" not in kept.data and b"<script>" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as found:
        assert (found.format, found.size, len(found.getexif())) == (kind, (60, 40), 0)


def test_a_picture_on_its_side_is_put_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = proofs.proof_of(picture("JPEG", exif=exif.tobytes()))
    with Image.open(io.BytesIO(kept.data)) as found:
        assert found.size == (40, 60)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_understood(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, kind)
    assert proofs.proof_of(file.getvalue()).data.startswith(
        b"\x89PNG" if kind == "PNG" else b"\xff"
    )


def test_a_large_picture_becomes_smaller() -> None:
    kept = proofs.proof_of(picture("PNG", (4_000, 1_000)))
    with Image.open(io.BytesIO(kept.data)) as found:
        assert found.size == (3_000, 750)


@given(
    st.binary(max_size=400), st.sampled_from([b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_taken_or_refused_and_nothing_else(rest: bytes, start: bytes) -> None:
    assert_taken_or_refused(start + rest)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_is_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([GOOD_PDF, GOOD_PNG, GOOD_JPEG])))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert_taken_or_refused(bytes(whole))


def assert_taken_or_refused(data: bytes) -> None:
    """What is taken is a whole file of its kind, what is refused is told why."""
    try:
        kept = proofs.proof_of(data)
    except Refused as refused:
        assert refused.message.endswith("."), refused.message
        return
    if kept.media_type == "application/pdf":
        assert kept.data == data
        return
    with Image.open(io.BytesIO(kept.data)) as found:
        found.load()
        assert (found.get_format_mimetype(), found.mode) == (kept.media_type, "RGB")


GOOD_PDF, GOOD_PNG, GOOD_JPEG = pdf(packed(b"4 0 null")), picture("PNG"), picture("JPEG")


@pytest.mark.parametrize(
    "filling", [b"<<", b">>stream\n", b"/A", b"#41", b"obj ", b"1 0 obj ", b"endstream ", b"(" * 9]
)
def test_no_filling_makes_looking_slow(filling: bytes) -> None:
    """No expression runs away: four megabytes of the worst take a moment."""
    body = filling * (4_000_000 // len(filling))
    began = time.process_time()
    with contextlib.suppress(Refused):
        pdf_check.refuse_risky_pdf(pdf(before=body))
    assert time.process_time() - began < 6


def test_a_bomb_takes_no_memory() -> None:
    """A process that may have no more than 900 MB refuses a picture that would need 2.7 GB."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (900 << 20,) * 2);"
        "from lms.services import proofs; from lms.errors import Refused\n"
        "try: proofs.proof_of(sys.stdin.buffer.read())\n"
        "except Refused as refusal: print(refusal.message)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=png_of(30_000, 30_000), capture_output=True, check=True
    )
    assert b"pixels" in done.stdout


# --- on the disk ----------------------------------------------------------------------------


def test_a_proof_lies_under_a_random_name_that_nobody_else_may_read(tmp_path: Path) -> None:
    kept = proofs.Proof(GOOD_PDF, "application/pdf")
    first, second = proofs.keep(tmp_path / "p", kept), proofs.keep(tmp_path / "p", kept)
    assert first != second and len(first) == 32
    file = tmp_path / "p" / first[:2] / first
    assert file.read_bytes() == GOOD_PDF
    assert file.stat().st_mode & 0o777 == 0o600
    assert proofs.read(tmp_path / "p", first, kept.sha256) == GOOD_PDF


def test_a_proof_that_was_exchanged_on_the_disk_is_not_handed_out(tmp_path: Path) -> None:
    kept = proofs.Proof(GOOD_PDF, "application/pdf")
    name = proofs.keep(tmp_path, kept)
    (tmp_path / name[:2] / name).write_bytes(b"%PDF-1.7 another")
    assert proofs.read(tmp_path, name, kept.sha256) is None
    proofs.drop(tmp_path, name)
    proofs.drop(tmp_path, name)
    assert proofs.read(tmp_path, name, kept.sha256) is None


def test_only_files_that_had_their_time_are_called_orphans(tmp_path: Path) -> None:
    kept = proofs.Proof(GOOD_PDF, "application/pdf")
    old, young = proofs.keep(tmp_path, kept), proofs.keep(tmp_path, kept)
    past = time.time() - proofs.ORPHANED_AFTER_SECONDS - 1
    os.utime(tmp_path / old[:2] / old, (past, past))
    assert proofs.drop_unnamed(tmp_path, lambda: [old]) == 0
    assert proofs.drop_unnamed(tmp_path, lambda: []) == 1
    assert proofs.read(tmp_path, young, kept.sha256) and not proofs.read(tmp_path, old, kept.sha256)
    assert proofs.drop_unnamed(tmp_path / "nowhere", lambda: []) == 0


def test_the_front_door_names_what_pages_need() -> None:
    assert set(transcripts.ENDINGS) == {"application/pdf", "image/png", "image/jpeg"}
