"""Hostile XML and archives: each attack is refused with its reason, and fast."""

import io
import stat
import struct
import time
import zipfile

import pytest

from quizzes import Reading, read_items
from quizzes.interchange import archives, limits, safe_xml

MANIFEST = b"""<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
<resource identifier="i" type="imsqti_item_xmlv2p1" href="%s"><file href="%s"/></resource>
</resources></manifest>"""
ITEM = b"""<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i">
<responseDeclaration identifier="R" cardinality="single" baseType="identifier">
<correctResponse><value>A</value></correctResponse></responseDeclaration>
<itemBody><choiceInteraction responseIdentifier="R"><prompt>Ask?</prompt>
<simpleChoice identifier="A">Yes</simpleChoice><simpleChoice identifier="B">No</simpleChoice>
</choiceInteraction></itemBody></assessmentItem>"""
Files = list[tuple[str, bytes]]


def package(
    extra: Files = (), *, href: bytes = b"i.xml", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("imsmanifest.xml", MANIFEST % (href, href))
        archive.writestr("i.xml", ITEM)
        for name, content in extra:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


def assert_refused(data: bytes, why: str) -> Reading:
    begun = time.monotonic()
    reading = read_items(data)
    assert why in reading.refused, reading.refused or reading.entries
    assert reading.entries == ()
    assert time.monotonic() - begun < 5
    return reading


def test_the_package_of_these_tests_is_read_when_nobody_attacks() -> None:
    reading = read_items(package())
    assert reading.refused == ""
    assert [draft.lead_in for draft in reading.drafts] == ["Ask?"]


LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
)


@pytest.mark.parametrize(
    "prolog",
    [
        b"<!DOCTYPE quiz [" + LAUGHS + b"]>",
        b'<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE quiz [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>',
        b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1:1/quiz.dtd">',
        b'<!DOCTYPE quiz PUBLIC "-//x" "http://127.0.0.1:1/quiz.dtd">',
        b'<!DOCTYPE quiz [<!ENTITY a "' + b"a" * 50_000 + b'">]>',
    ],
)
def test_a_document_type_or_entity_is_refused_before_anything_resolves_it(prolog: bytes) -> None:
    body = b"<quiz><question><questiontext><text>&x;&l9;</text></questiontext></question></quiz>"
    assert_refused(b"<?xml version='1.0'?>" + prolog + body, "DTD or entities")


def test_entities_inside_a_package_refuse_the_item_and_nothing_leaks() -> None:
    evil = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ITEM.replace(b"Ask?", b"&x;")
    reading = read_items(package([("evil.xml", evil)], href=b"evil.xml"))
    assert [entry.standing for entry in reading.entries] == ["refused"]
    assert "root:" not in repr(reading)


def test_a_deeply_nested_document_is_refused() -> None:
    assert_refused(b"<?xml version='1.0'?>" + b"<a>" * 500_000, "nested deeper")


def test_a_flood_of_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_xml, "MAX_XML_ELEMENTS", 1000)
    assert_refused(b"<?xml version='1.0'?><quiz>" + b"<a/>" * 1001 + b"</quiz>", "more than 1000")


def test_a_flood_of_attributes_is_refused() -> None:
    flood = b" ".join(b"a%d='1'" % n for n in range(limits.MAX_XML_ATTRIBUTES + 1))
    assert_refused(b"<?xml version='1.0'?><quiz " + flood + b"/>", "attributes")


def test_a_file_larger_than_the_limit_is_refused() -> None:
    assert_refused(b"<quiz>" + b" " * limits.MAX_FILE_BYTES, "larger than 20 MiB")


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/evil",
        "items/../../evil.xml",
        "/etc/passwd",
        "C:/windows/evil.dll",
        "..\\..\\evil.xml",
        "~/.bashrc",
    ],
)
def test_a_path_that_leaves_the_archive_refuses_all_of_it(name: str) -> None:
    assert_refused(package([(name, b"x")]), "leads out of it")


@pytest.mark.parametrize("name", ["a\x01b.xml", "\x1b[2J.xml", "n" * 500])
def test_a_name_that_is_no_file_name_refuses_all_of_it(name: str) -> None:
    assert_refused(package([(name, b"x")]), "unusable name")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_device_refuses_all_of_it(kind: int) -> None:
    target = io.BytesIO(package())
    entry = zipfile.ZipInfo("link.xml")
    entry.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert_refused(target.getvalue(), "link or device")


@pytest.mark.parametrize("twin", ["i.xml", "I.XML"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_refuse_all_of_it(twin: str) -> None:
    assert_refused(package([(twin, ITEM)]), "two entries named")


def test_names_that_differ_only_in_how_an_accent_is_written_are_one_name() -> None:
    assert_refused(package([("\u00e9.xml", b"x"), ("e\u0301.xml", b"y")]), "two entries named")


def test_an_encrypted_entry_refuses_all_of_it() -> None:
    data = bytearray(package())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    assert_refused(bytes(data), "encrypted")


def test_an_unusual_compression_refuses_all_of_it() -> None:
    assert_refused(package([("x", b"x" * 100)], method=zipfile.ZIP_LZMA), "unusual compression")


def test_a_bomb_by_ratio_is_refused() -> None:
    zeros = bytes(4 * 1024 * 1024)
    assert_refused(package([("bomb.xml", zeros)]), "grows without end")


def test_a_bomb_by_the_size_of_one_entry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRY_BYTES", 10_000)
    noise = bytes(range(256)) * 50
    assert_refused(package([("big.bin", noise)], method=zipfile.ZIP_STORED), "too much")


def test_a_bomb_by_the_size_of_all_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 10_000)
    many = [(f"{number}.bin", bytes(range(250)) * 10) for number in range(5)]
    assert_refused(package(many, method=zipfile.ZIP_STORED), "too much")


def test_a_bomb_by_count_is_refused() -> None:
    many = [(f"{number}", b"") for number in range(limits.MAX_ARCHIVE_ENTRIES)]
    assert_refused(package(many), "more than 2000 entries")


def test_a_size_that_lies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(package([("bomb.xml", bytes(4 * 1024 * 1024))]))
    at = data.rfind(b"PK\x01\x02")
    # The directory now claims that the entry unpacks to ten bytes.
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    reading = read_items(bytes(data))
    assert reading.refused
    assert reading.entries == ()


def test_an_archive_within_the_archive_is_never_opened() -> None:
    reading = read_items(package([("inner.zip", package()), ("x.xml", b"\x1f\x8b gzip")]))
    assert len(reading.drafts) == 1
    assert [loss.what for loss in reading.losses] == ["'inner.zip'", "'x.xml'"]
    assert not reading.is_everything_kept


def test_a_manifest_cannot_reach_outside_the_archive() -> None:
    for href in (b"../../../etc/passwd", b"/etc/passwd", b"file:///etc/passwd", b"%2e%2e/x.xml"):
        (entry,) = read_items(package(href=href)).entries
        assert entry.standing == "refused"
        assert "does not have it" in entry.losses[-1].why


@pytest.mark.parametrize("cut", [10, 60, 200, -40, -10])
def test_a_torn_archive_is_refused(cut: int) -> None:
    reading = read_items(package()[:cut])
    assert reading.refused
    assert "breaks the reader" not in reading.refused


def test_a_package_without_manifest_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("i.xml", ITEM)
    assert_refused(target.getvalue(), "no imsmanifest.xml")


def test_a_report_names_what_it_cannot_read_without_the_orders_to_a_terminal() -> None:
    reading = read_items("::\x1b[31mRed\u202e::Why? {=a ~b}".encode())
    assert "\x1b" not in reading.entries[0].name
    assert "\x1b" not in repr(reading.drafts)
