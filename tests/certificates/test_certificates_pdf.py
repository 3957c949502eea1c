"""The certificate as others read it: text, fonts, structure, code; and what it never does."""

import gc
import logging
import multiprocessing
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdf
import pytest
from certificate_samples import NOTICE, SERIAL, VERIFY_URL, sample_credential
from pdf_readers import (
    bottom_of,
    check_with_qpdf,
    code_of,
    drawn_glyphs,
    embedded_fonts,
    fonts_of,
    info_of,
    name_of,
    text_of,
    top_of,
)
from weasyprint.urls import FatalURLFetchingError

from certificates import (
    HoursLine,
    Signatory,
    format_serial,
    parse_serial,
    pdf,
    render_certificate,
    undrawable,
)
from certificates.credential import STANDING_NOTICE
from certificates.fonts import drawable
from certificates.pdf import ClosedFetcher

NAMES = {
    "latin": "Lena Marković",
    "one letter": "O",
    "polish": "Zażółć Gęślą Jaźń",
    "welsh": "Siôn Ŵyn Llŷr",
    "yoruba": "Ọláolúwa Ẹ̀bùn",
    "vietnamese": "Nguyễn Thị Ánh Tuyết Ẩn Ỗ",
    "greek": "Ελένη Παπαδοπούλου",
    "cyrillic": "Владимир Вернадський Ђорђевић",
    "arabic": "محمد بن سلمان الفارسي",
    "persian": "آرزو می‌خواهد",
    "mixed": "محمد Ali الفارسي",
    "hebrew": "שלום עליכם",
    "devanagari": "अनिता क्षत्रिय श्रीवास्तव",
    "thai": "สมชาย ใจดี",
    "armenian": "Արամ Խաչատրյան",
    "georgian": "დავით აღმაშენებელი",
    "bengali": "রবীন্দ্রনাথ ঠাকুর",
    "tamil": "திருவள்ளுவர்",
    "kannada": "ಕುವೆಂಪು",
    "malayalam": "ശ്രീനാരായണൻ",
    "gujarati": "મહેન્દ્ર પટેલ",
    "gurmukhi": "ਹਰਪ੍ਰੀਤ ਸਿੰਘ",
    "oriya": "ରାଜେଶ ପଟ୍ଟନାୟକ",
    "telugu": "వెంకటేశ్వర రావు",
    "sinhala": "ශ්‍රීමත් පෙරේරා",
    "khmer": "សុខា ចាន់",
    "lao": "ສົມສັກ ວົງສາ",
    "burmese": "အောင်ဆန်းစုကြည်",
    "tibetan": "བསྟན་འཛིན་རྒྱ་མཚོ",
    "thaana": "އަޙްމަދު އަލީ",
    "syriac": "ܐܦܪܝܡ ܣܘܪܝܝܐ",
    "ethiopic": "አበበ ቢቂላ",
    "adlam": "𞤀𞤣𞤢𞤥𞤢",
    "cherokee": "ᏍᏏᏉᏯ",
    "inuktitut": "ᓄᓇᕗᑦ ᐊᓂ",
    "meetei": "ꯃꯩꯇꯩ",
    "ol chiki": "ᱨᱟᱹᱜᱷᱩ",
    "nko": "ߛߏߟߏߡߊߣߊ",
    "tifinagh": "ⵎⴰⵙⵉⵏ",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "simplified": "王小明",
    "traditional": "陳鳳儀",
    "japanese": "山田はなこ カタカナ",
    "korean": "김민수 황보혜정",
}
PARTED = {
    NAMES[script]
    for script in ("devanagari", "bengali", "gujarati", "tibetan", "thaana", "adlam", "nko")
}
"""Names in scripts in which other readers add spaces of their own, or read lines backwards."""
LONG_NAMES = {
    "120 words": ("Maria Antonia de la Santísima Trinidad " * 4)[:120].strip() + "x",
    "120 wide": "W" * 120,
    "120 narrow": "i" * 120,
    "120 vietnamese": ("Nguyễn Thị Ánh Tuyết " * 6)[:120],
    "120 arabic": ("محمد الفارسي " * 10)[:120],
    "120 ligatures": "ﷺ" * 120,
    "120 han": "鑾" * 120,
    "120 thai": "สมชาย" * 24,
    "120 devanagari": "क्षत्रिय" * 15,
    "60 japanese": "山田はなこ" * 12,
    "40 letters": "Wolfeschlegelsteinhausenbergerdorff-Jones",
}
HOSTILE_NAMES = [
    "<b>Bold</b> & \"quoted\" 'name'",
    "</p></div><img src='https://example.com/x.png'/>",
    "<style>@import url(file:///etc/passwd)</style>",
    "{{7*7}} $title ${name} %s {0}",
    "]]><!-- <script>alert(1)</script> -->",
    "\u202eevil\u202c Name\u2066\u2069\u200f\u061c",
    "Null\x00 bell\x07 escape\x1b and\tlines\r\nbroken\u2028here\x85",
    "Ana 😀👩‍⚕️🏳️‍🌈 Smith",
    "😀" * 120,
    "Private \ue000 unassigned \u0378 \ufffe \uffff \U0010fffe \U000e0001",
    "Z̸̡͓̘͗a̴̩͝l̵͎̈g̷̰̈́o̶͉͋ " * 4,
    "\u0301\u0301",
    "\u200d\u200c",
    "葛\U000e0100城",
    "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𠮷野 𒀀𒁀",
    "\u1112\u1161\u11ab ｆｕｌｌ　ｗｉｄｔｈ",
    "-" * 120,
    "&#x202e;&lt;",
]


@pytest.fixture(autouse=True)
def _nothing_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    yield
    assert not [record.getMessage() for record in caplog.records]


def draw(folder: Path, **changes: object) -> Path:
    path = folder / "certificate.pdf"
    path.write_bytes(render_certificate(sample_credential(**changes), VERIFY_URL))
    return path


def expect_whole(path: Path, pages: str = "1") -> None:
    """Expect tagged pages with every glyph embedded, and none of them the empty one."""
    check_with_qpdf(path)
    information = info_of(path)
    assert (information["Pages"], information["Tagged"]) == (pages, "yes")
    for font in fonts_of(path):
        assert (font["encoding"], font["emb"], font["sub"], font["uni"]) == (
            *("Identity-H", "yes", "yes", "yes"),
        )
    programs = embedded_fonts(path)
    for name, glyphs in drawn_glyphs(path).items():
        assert 0 not in glyphs, f"{name} draws .notdef"
        assert max(glyphs) < programs[name]["maxp"].numGlyphs


def test_another_reader_finds_every_fact_on_the_page(tmp_path: Path) -> None:
    text = text_of(draw(tmp_path))
    for fact in (
        "CERTIFICATE OF COMPLETION",
        "Foundations of Psychedelic-Assisted Therapy",
        "Lena Marković",
        "Clinical psychologist",
        "Completed the whole course of instruction.",
        "36 hours of instruction, from 1 July 2026 to 13 October 2026.",
        "Every module assessment passed at its set standard.",
        "Dr Adaeze Okafor",
        "Programme Director",
        "Issued 14 October 2026",
        "Current until 14 October 2028",
        "Release 2026.2",
        NOTICE,
        "Northgate PAT Programme",
        "northgate.example",
        "3 h 30 min Foundations and law",
        "6 h Set and setting",
        "verify.northgate.example",
        format_serial(SERIAL),
    ):
        assert fact in text
    places = [text.index(part) for part in ("CERTIFICATE", "Foundations of", "Awarded", "Lena")]
    assert places == sorted(places)


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    path = draw(tmp_path)
    information = info_of(path)
    assert information["Title"] == (
        "Foundations of Psychedelic-Assisted Therapy: certificate of completion"
    )
    assert information["Author"] == "Northgate PAT Programme"
    assert information["Subject"] == f"Awarded to Lena Marković, number {format_serial(SERIAL)}"
    assert information["CreationDate"] == information["ModDate"] == "2026-10-14T09:30:00Z"
    assert information["Page size"].endswith("(A4)")
    root = pypdf.PdfReader(path).trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"]
    assert path.stat().st_size <= 40 * 1024


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_is_drawn_and_found_whatever_its_script(tmp_path: Path, name: str) -> None:
    path = draw(tmp_path, holder_name=name)
    expect_whole(path)
    assert undrawable(name) == ()
    found = name_of(path)
    assert letters_of(found) == letters_of(drawable(name))
    if name not in PARTED:
        words = drawable(name).replace("\u200c", "").split()
        assert sorted(found.replace("\u2060", "").split()) == sorted(words)


def letters_of(text: str) -> list[str]:
    return sorted(one for one in text if not one.isspace() and one not in "\u200c\u2060")


@pytest.mark.parametrize("name", LONG_NAMES.values(), ids=LONG_NAMES.keys())
def test_a_long_name_fits_the_one_page_and_crowds_nothing_out(tmp_path: Path, name: str) -> None:
    assert len(name) >= 40
    path = draw(tmp_path, holder_name=name)
    expect_whole(path)
    text = text_of(path)
    assert NOTICE in text
    assert "Release 2026.2" in text
    assert code_of(path) == VERIFY_URL


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_only_ever_text(tmp_path: Path, name: str) -> None:
    path = draw(tmp_path, holder_name=name, holder_profession=name, title=name)
    expect_whole(path)
    text = text_of(path)
    assert NOTICE in text
    assert not set("\u202d\u202e\u2066\u2067\u2068\u2069\u061c") & set(text)
    for plain in ("<b>Bold</b>", "{{7*7}}", "<script>alert(1)</script>"):
        assert (plain in name) == (plain in text)


def test_every_field_may_be_hostile_and_long(tmp_path: Path) -> None:
    bad = "</p><img src='https://example.com/'/>&\u202e𝔉 " * 4
    path = draw(
        tmp_path,
        **dict.fromkeys(
            ("holder_profession", "title", "programme", "programme_web", "release"), bad
        ),
        **dict.fromkeys(("assessment", "certifies", "notice", "language"), bad),
        hours=tuple(HoursLine(bad, 61) for _ in range(40)),
        signatories=tuple(Signatory(bad, bad) for _ in range(6)),
    )
    expect_whole(path, pages="4")
    assert "Lena Marković" in text_of(path)


def test_the_fullest_column_ends_above_the_signatories(tmp_path: Path) -> None:
    path = draw(
        tmp_path,
        title="Preparing the Person and the Place in " * 4,
        holder_name="W" * 120,
        holder_profession="Consultant psychiatrist and psychotherapist, " * 3,
        certifies="Completed the whole course on preparing the person and the place. " * 4,
        assessment="Every assessment passed at its set standard. " * 4 + "ENDOFDEED",
        signatories=tuple(Signatory(f"SIGNED {number}", "Role") for number in range(5)),
    )
    expect_whole(path)
    assert bottom_of(path, "ENDOFDEED") < top_of(path, "SIGNED")


def test_parts_beyond_the_band_are_summed_up(tmp_path: Path) -> None:
    hours = tuple(HoursLine(f"Part {number} of the course", 60 + number) for number in range(30))
    path = draw(tmp_path, hours=hours)
    text = text_of(path)
    assert "1 h Part 0 of the course 1 h 1 min Part 1" in text
    summed = re.search(r"Part (\d+) of the course (\d+) h (\d+) min (\d+) further parts", text)
    assert summed is not None
    last, spent, rest, further = map(int, summed.groups())
    assert last + 1 + further == 30
    assert spent * 60 + rest == sum(line.minutes for line in hours[last + 1 :])
    assert code_of(path) == VERIFY_URL
    record = text.split("RECORD OF TRAINING")[1]
    assert all(f"Part {number} of the course" in record for number in range(30))
    assert "37 h 15 min Altogether" in record


def test_empty_optional_parts_leave_no_trace(tmp_path: Path) -> None:
    path = draw(tmp_path, holder_profession=None, programme_web=None, hours=(), signatories=())
    expect_whole(path)
    assert "Programme 36 hours of instruction Check" in text_of(path).replace("\u25a1", "BOX")


def test_the_standing_notice_is_on_every_certificate(tmp_path: Path) -> None:
    text = text_of(draw(tmp_path, notice="It covers no dosing practice."))
    assert f"{STANDING_NOTICE} It covers no dosing practice." in text
    assert text_of(draw(tmp_path, notice=STANDING_NOTICE)).count(STANDING_NOTICE) == 1


@pytest.mark.parametrize(
    "address",
    [
        VERIFY_URL,
        "http://localhost:5000/verify/" + SERIAL,
        "https://credentials.a-rather-long-name-of-a-hospital-trust.example.org/verify/" + SERIAL,
        "https://verify.example/?a=1&b=<2>&serial=" + SERIAL,
    ],
)
def test_the_code_carries_exactly_the_address(tmp_path: Path, address: str) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(render_certificate(sample_credential(), address))
    assert code_of(path) == address
    assert address.split("/")[2] in text_of(path).replace(" ", "")


def test_the_serial_on_paper_reads_back(tmp_path: Path) -> None:
    text = text_of(draw(tmp_path))
    assert parse_serial(text.split("verify.northgate.example ")[1].split()[0]) == SERIAL


def test_equal_credentials_give_equal_bytes_whatever_came_between() -> None:
    first = render_certificate(sample_credential(), VERIFY_URL)
    for name in ("محمد", "王小明", "Ελένη"):
        render_certificate(sample_credential(holder_name=name), VERIFY_URL)
    assert render_certificate(sample_credential(), VERIFY_URL) == first
    assert render_certificate(sample_credential(release="2026.3"), VERIFY_URL) != first


def _draw_in_child(results: "multiprocessing.Queue[bytes]") -> None:
    results.put(render_certificate(sample_credential(), VERIFY_URL))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_the_text_stays_right_in_forked_children_and_their_parent() -> None:
    expected = render_certificate(sample_credential(), VERIFY_URL)
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[bytes] = context.Queue()
    for _ in range(2):
        child = context.Process(target=_draw_in_child, args=(results,))
        child.start()
        assert results.get(timeout=20) == expected
        child.join(60)
        assert child.exitcode == 0
        assert render_certificate(sample_credential(), VERIFY_URL) == expected


FORKING_SCRIPT = """
import os, sys
from certificate_samples import VERIFY_URL, sample_credential
from certificates import render_certificate

expected = render_certificate(sample_credential(), VERIFY_URL)
child = os.fork()
if child == 0:
    assert render_certificate(sample_credential(), VERIFY_URL) == expected
    sys.exit()  # The whole interpreter ends, as that of a server's worker does.
assert os.waitpid(child, 0)[1] == 0
assert render_certificate(sample_credential(), VERIFY_URL) == expected
with open(sys.argv[1], "wb") as file:
    file.write(render_certificate(sample_credential(holder_name="ಕುವೆಂಪು 龘"), VERIFY_URL))
"""


def test_the_end_of_a_forked_worker_leaves_the_parent_its_fonts(tmp_path: Path) -> None:
    path = tmp_path / "later.pdf"
    done = subprocess.run(
        [sys.executable, "-c", FORKING_SCRIPT, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    expect_whole(path)
    assert name_of(path) == "ಕುವೆಂಪು 龘"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_forked_while_another_thread_draws_is_not_locked_out() -> None:
    expected = render_certificate(sample_credential(), VERIFY_URL)
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[bytes] = context.Queue()
    with pdf._lock:
        child = context.Process(target=_draw_in_child, args=(results,))
        child.start()
    try:
        assert results.get(timeout=20) == expected
    finally:
        child.kill()
        child.join()


def test_garbage_is_collected_again_after_a_certificate_drawn_or_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    render_certificate(sample_credential(), VERIFY_URL)
    assert gc.isenabled()
    monkeypatch.setattr(pdf, "_CODE", "certificate:another.png")
    with pytest.raises(FatalURLFetchingError):
        render_certificate(sample_credential(), VERIFY_URL)
    assert gc.isenabled()


def test_threads_draw_what_one_alone_draws() -> None:
    credentials = [sample_credential(holder_name=name) for name in list(NAMES.values())[:8]]
    alone = [render_certificate(credential, VERIFY_URL) for credential in credentials]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: render_certificate(one, VERIFY_URL), credentials))
    assert together == alone


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/x.png",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "certificate:../page.py",
        "certificate:/etc/passwd",
        "certificate:fonts",
        "data:text/html,<b>",
        "ftp://example.com/",
        "",
    ],
)
def test_nothing_outside_the_design_is_fetched(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        ClosedFetcher().fetch(address)


def test_the_fonts_of_the_design_are_fetched() -> None:
    address = "certificate:fonts/literata/latin-400.ttf"
    assert ClosedFetcher().fetch(address).read().startswith(b"\x00\x01\x00\x00")
