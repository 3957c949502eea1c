"""The way in: recognises a file by what it holds and reads it, whatever it holds."""

from quizzes.interchange.aiken import looks_like_aiken, read_aiken
from quizzes.interchange.archives import is_archive, read_archive
from quizzes.interchange.drafts import CannotRead, Reading
from quizzes.interchange.gift import looks_like_gift, read_gift
from quizzes.interchange.limits import MAX_FILE_BYTES
from quizzes.interchange.moodle import read_moodle
from quizzes.interchange.qti_package import is_item, read_package, read_single, version_of
from quizzes.interchange.safe_xml import local, parse_xml, to_node

_WRONG_ROOTS = {
    "questestinterop": "This is QTI 1.2, which is not read; export the items as QTI 2.1 or 3.0.",
    "assessmentTest": "This is a QTI test without its items; give the whole package (ZIP).",
    "qti-assessment-test": "This is a QTI test without its items; give the whole package (ZIP).",
    "manifest": "This is the manifest of a package alone; give the whole package (ZIP).",
    "html": "This is a web page and no file of items.",
}


def read_items(data: bytes) -> Reading:
    """What a file of GIFT, Aiken, Moodle XML or QTI (2.0 to 3.0) holds, recognised by content.

    Never raises: a file that cannot be read comes back with the reason in `refused`, an item
    that cannot be read with its reason in its entry.
    """
    try:
        return _read(data)
    except CannotRead as error:
        return Reading("", refused=error.why)
    except Exception as error:
        # A stranger's file may break a reader in a way nobody foresaw; whoever imports it must
        # hear that the file is the reason.
        name = type(error).__name__
        return Reading("", refused=f"The file breaks the reader ({name}); please report it.")


def _read(data: bytes) -> Reading:
    if len(data) > MAX_FILE_BYTES:
        raise CannotRead(f"The file is larger than {MAX_FILE_BYTES // 1024**2} MiB.")
    if is_archive(data):
        files, losses = read_archive(data)
        return read_package(files, losses)
    if _is_xml(data):
        return _read_xml(data)
    return _read_text(_decoded(data))


def _is_xml(data: bytes) -> bool:
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    # UTF-16 with its mark, or "<" as every XML document begins.
    return start.startswith((b"<?xml", b"\xff\xfe<\x00", b"\xfe\xff\x00<")) or (
        start.startswith(b"<") and _has_known_root(data)
    )


def _has_known_root(data: bytes) -> bool:
    start = data[:4000]
    names = ("quiz", "assessmentItem", "qti-assessment-item", *_WRONG_ROOTS)
    return b"<!DOCTYPE" in start or any(f"<{name}".encode() in start for name in names)


def _read_xml(data: bytes) -> Reading:
    element = parse_xml(data)
    name = local(element.tag)
    if is_item(name):
        return read_single(to_node(element), version_of(element.tag))
    if name == "quiz":
        return _nonempty(read_moodle(to_node(element)))
    why = "This XML is neither Moodle XML nor a QTI item."
    raise CannotRead(_WRONG_ROOTS.get(name, why))


def _read_text(text: str) -> Reading:
    if not text.strip():
        raise CannotRead("The file is empty.")
    if looks_like_aiken(text) and not looks_like_gift(text):
        return _nonempty(read_aiken(text))
    if looks_like_gift(text):
        return _nonempty(read_gift(text))
    raise CannotRead("The file is none of GIFT, Aiken, Moodle XML and QTI.")


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _as(data, encoding)
    return _as(data, "utf-8-sig")


def _as(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CannotRead("The file is not text in UTF-8.") from error
    if "\x00" in text:
        raise CannotRead("The file is not text.")
    return text


def _nonempty(reading: Reading) -> Reading:
    if not reading.entries:
        raise CannotRead(f"The {reading.format} file holds no questions.")
    return reading
