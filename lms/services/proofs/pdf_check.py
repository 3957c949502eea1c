"""What a PDF file may not hold to be kept: scripts, actions, other files, what cannot be looked at.

This reads no structure that an attacker could lead astray: it looks at every byte outside of
streams, and into the streams that can hold objects, unpacked within bounds.
"""

import io
import re
import zipfile
import zlib

from lms.errors import Refused

_VERSION = re.compile(rb"%PDF-[12]\.\d[\r\n\x20]")
_STREAM = re.compile(rb">>\s{0,8}stream\r?\n")
# Between the true bounds of a stream none of these stands; a comment could pretend to open one.
_STRUCTURE = re.compile(rb"\d\s{1,8}\d{1,5}\s{1,8}obj|trailer|startxref")
_NAME = re.compile(rb"/([^\s/()<>\[\]{}%]{1,60})")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = re.compile(rb"<\s*(?:script|html|!doctype\s+html|\?php|svg)", re.IGNORECASE)
_TAIL_BYTES = 1024
_MOST_UNPACKED = 20_000_000
_MOST_STREAMS = 20_000

_SAID = {
    "a script": {b"JavaScript", b"JS"},
    "an action that starts something": {b"Launch", b"SubmitForm", b"ImportData", b"GoToE"},
    "an action that runs when it is opened": {b"AA"},
    "files inside it": {b"EmbeddedFile", b"EmbeddedFiles", b"Filespec", b"Collection"},
    "sound, film or three dimensions": {b"RichMedia", b"3D", b"Movie", b"Sound", b"Rendition"},
    "a dynamic form": {b"XFA"},
}
_HOW = "Print it to a new PDF, or send a picture of it."


def refuse_risky_pdf(data: bytes) -> None:
    """Raise Refused, with what to do, unless a PDF file is whole, plain and can be looked at."""
    if not _VERSION.match(data):
        raise Refused(f"This is no PDF of a kind that is taken. {_HOW}")
    end = data.rfind(b"%%EOF", max(0, len(data) - _TAIL_BYTES))
    if (
        end < 0
        or b"startxref" not in data[-_TAIL_BYTES - 64 :]
        or data[end + 5 :].strip(b"\0\r\n ")
    ):
        raise Refused(f"This PDF is damaged, or something follows its end. {_HOW}")
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused(f"This file is a PDF and an archive at once. {_HOW}")
    outside, streams = _parted(data)
    if _MARKUP.search(outside):
        raise Refused(f"This PDF holds parts of a web page. {_HOW}")
    if b"Encrypt" in _names(outside):
        raise Refused(
            "This PDF is encrypted, so nobody could look at it. Send it without password."
        )
    found = _names(outside)
    for text in _objects_in(streams):
        found |= _names(text)
    for what, names in _SAID.items():
        if names & found:
            raise Refused(f"This PDF holds {what}. {_HOW}")


def _parted(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return what stands outside of streams, and each stream with what stands before it."""
    outside: list[bytes] = []
    streams: list[tuple[bytes, bytes]] = []
    place = 0
    for match in _STREAM.finditer(data):
        if match.start() < place:
            continue
        end = data.find(b"endstream", match.end())
        if end < 0:
            raise Refused(f"This PDF is damaged. {_HOW}")
        before, body = data[place : match.end()], data[match.end() : end]
        if _STRUCTURE.search(body):
            raise Refused(f"This PDF is put together in an unusual way. {_HOW}")
        if len(streams) >= _MOST_STREAMS:
            raise Refused(f"This PDF has too many parts. {_HOW}")
        outside.append(before)
        streams.append((before[before.rfind(b"obj") :], body))
        place = end
    return b"".join([*outside, data[place:]]), streams


def _objects_in(streams: list[tuple[bytes, bytes]]) -> list[bytes]:
    """Return the text of the streams that hold objects, within a bound for all of them."""
    found, left = [], _MOST_UNPACKED
    for head, body in streams:
        names = _names(head)
        if b"ObjStm" not in names:
            continue
        filters = names & {
            b"FlateDecode", b"Fl", b"LZWDecode", b"LZW", b"ASCIIHexDecode", b"AHx",
            b"ASCII85Decode", b"A85", b"RunLengthDecode", b"RL", b"Crypt",
        }  # fmt: skip
        if filters - {b"FlateDecode", b"Fl"} or b"DecodeParms" in names or b"DP" in names:
            raise Refused(f"This PDF is packed in an unusual way. {_HOW}")
        text = _unpacked(body, left) if filters else body
        left -= len(text)
        found.append(text)
    return found


def _unpacked(body: bytes, most: int) -> bytes:
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(body, max(1, most))
    except zlib.error as error:
        raise Refused(f"This PDF is damaged. {_HOW}") from error
    if reader.unconsumed_tail:
        raise Refused(f"This PDF unpacks to far more than it seems. {_HOW}")
    return text


def _names(text: bytes) -> set[bytes]:
    """Return the names that stand in a piece of PDF, their escapes undone (ISO 32000, 7.3.5)."""

    def letter(match: re.Match[bytes]) -> bytes:
        return bytes([int(match.group(1), 16)])

    return {_ESCAPED.sub(letter, name) for name in _NAME.findall(text)}
