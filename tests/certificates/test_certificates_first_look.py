"""Nothing of a file's structure is read before a signature shows that we made it."""

import hashlib
import zlib

import pytest
from pdf_forgeries import place_of, replaced, with_signature
from signing_samples import SIGNED_AT, authority, check, drawn, signed

import certificates
from certificates import pdf_check

LEVELS = 60


def pdf_of(*objects):
    """Return a file of these objects, the first of which is its root."""
    file, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return file + table + end % (len(objects) + 1, len(file))


def tree_without_end(extra=b""):
    """Return a small file with a form whose every level is named twice: 2 ** 60 ways through it."""
    root = b"<</Type/Catalog/AcroForm<</Fields[2 0 R 2 0 R]>>%s>>" % extra
    levels = [b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (at + 1, at + 1) for at in range(2, LEVELS)]
    return pdf_of(root, *levels, b"<</T(a)/FT/Sig>>")


def swelling_stream():
    """Return a file of which an attachment unpacks to a hundred times the length of the file."""
    packed = zlib.compress(bytes(10_000_000), 9)
    names = b"<</Type/Catalog/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 2 0 R>>>>]>>>>>>"
    stream = b"<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream"
    return pdf_of(names, stream % (len(packed), packed))


def covering(content):
    """Return the tree with these bytes as its signature, which claims to cover all of it."""
    digits = content.hex().upper().encode()
    place = b"/Extra<</ByteRange [0 0000000 0000000 0000000]/Contents <%s>>>" % digits
    file = tree_without_end(place)
    before = file.index(b"<" + digits)
    after = before + len(digits) + 2
    numbers = b"[0 %07d %07d %07d]" % (before, after, len(file) - after)
    return file.replace(b"[0 0000000 0000000 0000000]", numbers)


def our_signature():
    start, end = place_of(signed())
    return bytes.fromhex(signed()[start:end].decode())


def our_signature_of_other_bytes():
    """Return the tree with our signature, in which the digest was changed to that of the tree."""
    content = our_signature()
    start, end = place_of(signed())
    ours = hashlib.sha256(signed()[: start - 1] + signed()[end + 1 :]).digest()
    assert content.count(ours) == 1
    file = covering(content)
    place = b"<" + content.hex().upper().encode() + b">"
    before, _, after = file.partition(place)
    theirs = hashlib.sha256(before + after).digest()
    return (
        before + place.replace(ours.hex().upper().encode(), theirs.hex().upper().encode()) + after
    )


@pytest.fixture
def read(monkeypatch):
    """What is handed to the reader of structure."""
    handed = []

    def reader(stream):
        handed.append(stream.getvalue())
        raise ValueError("nothing is read in this test")

    monkeypatch.setattr(pdf_check, "PdfFileReader", reader)
    return handed


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (tree_without_end, "unsigned"),
        (swelling_stream, "unsigned"),
        (lambda: covering(b"no signature at all"), "altered"),
        (lambda: covering(our_signature()), "altered"),
        (our_signature_of_other_bytes, "altered"),
        (lambda: tree_without_end() + signed(), "altered"),
        (lambda: signed() + tree_without_end(), "altered"),
        (lambda: certificates.sign_pdf(drawn(), authority(90)[1], signed_at=SIGNED_AT), "not-ours"),
        (lambda: signed()[:-200], "altered"),
        (lambda: b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 100_000, "altered"),
        (lambda: b"%PDF-1.7\n/ByteRange" + b" " * 1_000_000, "unreadable"),
    ],
)
def test_no_structure_is_read_of_what_is_not_signed_by_us(read, make, state):
    assert check(make()).state == state
    assert read == []


def test_the_structure_of_what_we_signed_is_read(read):
    assert check(signed()).state == "unreadable"
    assert read == [signed()]


def test_a_name_that_looks_like_a_range_makes_no_file_suspect():
    mine = signed(holder_name="/ByteRange [0 1 2 3] /ByteRange [0 9 9 9]")
    assert mine.count(b"/ByteRange") > 1
    assert check(mine).state == "unaltered"
    start, _end = place_of(mine)
    assert check(replaced(mine, start - 9000, b"?")).state == "altered"
    assert check(with_signature(mine, b"")).state == "altered"
