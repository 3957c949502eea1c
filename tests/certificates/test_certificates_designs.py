"""Every design on every paper, as programs read it that had no part in drawing it."""

import io
import itertools
from dataclasses import replace
from pathlib import Path
from typing import get_args

import page
import pypdf
import pytest
from certificate_samples import (
    SERIAL,
    VERIFY_URL,
    picture,
    sample_brand,
    sample_credential,
    sample_particulars,
)
from pdf_readers import check_with_qpdf, code_of, fonts_of, info_of, text_of

from certificates import (
    Attachment,
    Credential,
    HoursLine,
    Kind,
    Paper,
    Particulars,
    Signatory,
    format_serial,
    render_certificate,
)
from certificates.credential import STANDING_NOTICE
from certificates.record import MAPPED_NOTE

KINDS = get_args(Kind)
DESIGNS = list(itertools.product(KINDS, get_args(Paper)))
SCRIPTS = {
    "vietnamese": "Nguyễn Thị Ánh Tuyết",
    "greek": "Ελένη Παπαδοπούλου",
    "cyrillic": "Владимир Ђорђевић",
    "arabic": "محمد بن سلمان الفارسي",
    "hebrew": "שלום עליכם",
    "han": "王小明",
    "devanagari": "अनिता क्षत्रिय श्रीवास्तव",
    "thai": "สมชาย ใจดี",
    "bengali": "রবীন্দ্রনাথ ঠাকুর",
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
    "ethiopic": "አበበ ቢቂላ",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ",
}
TEMPLATES = ["{{7*7}}", "${7*7}", "$title", "<%= 7*7 %>", "#{7*7}", "{% debug %}", "%(title)s"]
SIZES = {
    ("a4", False): "841.89 x 595.28 pts (A4)",
    ("a4", True): "595.28 x 841.89 pts (A4)",
    ("letter", False): "792 x 612 pts (letter)",
    ("letter", True): "612 x 792 pts (letter)",
}


def full(kind: Kind, **changes: object) -> Credential:
    return replace(
        sample_credential(particulars=sample_particulars(kind=kind, cycle=2, renews=SERIAL)),
        **changes,
    )


def expect_conformance(pdf: bytes) -> None:
    for profile in ("ua1", "3a"):
        report = page.validate_pdf_bytes(pdf, profile=profile)
        assert report.is_compliant, f"{profile}: {report}"


@pytest.mark.parametrize(("kind", "paper"), DESIGNS)
def test_every_design_is_accessible_archival_and_scannable(
    tmp_path: Path, kind: Kind, paper: Paper
) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(render_certificate(full(kind), VERIFY_URL, brand=sample_brand(), paper=paper))
    expect_conformance(path.read_bytes())
    check_with_qpdf(path)
    information = info_of(path)
    assert information["Page size"] == SIZES[paper, kind == "ce"]
    assert information["CreationDate"] == information["ModDate"] == "2026-10-14T09:30:00Z"
    assert all((font["encoding"], font["emb"]) == ("Identity-H", "yes") for font in fonts_of(path))
    # The code is read from a grey picture: the certificate survives a printer without colour.
    assert code_of(path) == VERIFY_URL


@pytest.mark.parametrize("kind", KINDS)
def test_every_design_tells_every_fact(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(render_certificate(full(kind), VERIFY_URL, brand=sample_brand()))
    text = text_of(path)
    for fact in (
        *("Lena Marković", "Clinical psychologist", "Northgate PAT Programme", "northgate.example"),
        *("Foundations of Psychedelic-Assisted Therapy", "1 July 2026 to 13 October 2026"),
        *("Online, self-paced, with four live seminars", "Northgate Hospital, Leeds"),
        "14 Northgate, Leeds LS1 3AA, United Kingdom",
        "Dr Adaeze Okafor, Jonas Ward, MSc",
        "Every module assessment passed at its set standard.",
        *("3 h 30 min Foundations and law", "36 CE contact hours"),
        *("N1 Screens for contraindications (Northgate framework)", "N2 Prepares person"),
        "Hours mapped to the rules of Oregon",
        MAPPED_NOTE.format(day="1 September 2026"),
        *("7 h Safety and ethics", "6 h 30 min Screening"),
        "Example Board of Continuing Education: provider number EX-1042",
        "from 1 January 2026 until 31 December 2028.",
        "Northgate is an example of an approved provider.",
        *("Programme Director", "Lead Educator", STANDING_NOTICE),
        "Northgate is an example of a provider of continuing education.",
        *("Issued 14 October 2026", "Current until 14 October 2028", "Release 2026.2"),
        *("verify.northgate.example", format_serial(SERIAL), "now in cycle 2"),
    ):
        assert fact in text, fact


@pytest.mark.parametrize("name", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_name_in_any_script_keeps_the_file_accessible(name: str) -> None:
    for kind in KINDS[: 1 + (name == SCRIPTS["devanagari"])]:
        expect_conformance(render_certificate(full(kind, holder_name=name), VERIFY_URL))


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_ever_run_as_a_template(tmp_path: Path, kind: Kind) -> None:
    code = " ".join(TEMPLATES)
    path = tmp_path / "certificate.pdf"
    hostile = full(
        kind,
        holder_name=code,
        title=code,
        programme=code,
        certifies=code,
        signatories=(Signatory(code, code),),
        hours=(HoursLine(code, 2160),),
    )
    particulars = sample_particulars(kind=kind, format=code, place=code, instructors=(code,))
    path.write_bytes(
        render_certificate(
            replace(hostile, particulars=particulars),
            VERIFY_URL,
            brand=sample_brand(statement=code, logo_alt=code),
        )
    )
    text = text_of(path)
    assert "49" not in text.replace("2491", "")
    for one in TEMPLATES:
        assert text.replace(" ", "").count(one.replace(" ", "")) >= 6, one


def test_a_credential_without_particulars_has_no_record() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_certificate(sample_credential(), VERIFY_URL)))
    assert len(reader.pages) == 1
    plain = sample_credential(particulars=Particulars(format="Online"))
    reader = pypdf.PdfReader(io.BytesIO(render_certificate(plain, VERIFY_URL)))
    assert len(reader.pages) == 1
    assert "Online." in reader.pages[0].extract_text()


def test_a_record_has_bookmarks_to_its_sections() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_certificate(full("course"), VERIFY_URL)))
    assert [reader.get_destination_page_number(one) for one in _flat(reader.outline)][-1] == 1
    titles = [one.title for one in _flat(reader.outline)]
    assert titles[0] == "Foundations of Psychedelic-Assisted Therapy"
    assert "Competencies evidenced" in titles


def _flat(outline: list[object]) -> list[object]:
    return [inner for one in outline for inner in (_flat(one) if isinstance(one, list) else [one])]


def test_files_travel_in_the_certificate_as_its_data() -> None:
    files = (
        Attachment("proof.txt", b"proof", "Proof of the log", "text/plain"),
        Attachment("badge.json", b'{"a": 1}', "The badge", "application/ld+json"),
    )
    pdf = render_certificate(full("course"), VERIFY_URL, attachments=files)
    expect_conformance(pdf)
    assert pdf == render_certificate(full("course"), VERIFY_URL, attachments=files)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert {name: data[0] for name, data in reader.attachments.items()} == {
        file.name: file.data for file in files
    }
    related = [file.get_object() for file in reader.trailer["/Root"]["/AF"]]
    assert {file["/AFRelationship"] for file in related} == {"/Data"}
    assert len(related) == 2
    stream = next(one for one in related if one["/UF"] == "badge.json")["/EF"]["/F"].get_object()
    assert stream["/Subtype"] == "/application/ld+json"
    assert stream["/Params"]["/CreationDate"] == "D:20261014093000Z"


def test_the_brand_signs_where_the_credential_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "certificate.pdf"
    unsigned = sample_credential(signatories=())
    path.write_bytes(render_certificate(unsigned, VERIFY_URL, brand=sample_brand()))
    assert "Dr Adaeze Okafor" in text_of(path)
    other = sample_credential(signatories=(Signatory("Ana Lee", "Dean"),))
    path.write_bytes(render_certificate(other, VERIFY_URL, brand=sample_brand()))
    assert "Ana Lee" in text_of(path)
    assert "Okafor" not in text_of(path)


def test_a_brand_is_drawn_alike_the_first_time_and_later() -> None:
    brand = sample_brand(logo=picture("#0a6b51", (77, 33)))
    first, later = (render_certificate(full("course"), VERIFY_URL, brand=brand) for _ in "ab")
    assert first == later
    assert first != render_certificate(full("course"), VERIFY_URL, brand=sample_brand())


def test_a_brand_drawn_between_leaves_no_trace() -> None:
    first = render_certificate(full("course"), VERIFY_URL)
    render_certificate(full("course"), VERIFY_URL + "?other", brand=sample_brand())
    assert render_certificate(full("course"), VERIFY_URL) == first
