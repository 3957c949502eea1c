"""A printout as others read it: its text, its tags, its fonts, and what no text can do to it."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
from pdf_readers import check_with_qpdf, fonts_of, info_of, text_of

from certificates import Column, PrintedTable, Printout, render_printout

COLUMNS = (Column("Session", 30), Column("Time", 15), Column("Objectives", 55))


def sample(rows: int = 3, **changes: object) -> Printout:
    made = Printout(
        language="en-GB",
        title="Outline of the course",
        kicker="Northgate PAT Programme",
        author="Northgate",
        created_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        paragraphs=("Every session in order.",),
        tables=(
            PrintedTable(
                "Screening",
                "Minutes 0 to 90.",
                COLUMNS,
                tuple(
                    ((f"Lesson {number}", "lesson"), ("0:00–0:14",), ("Screen ≥ 5 people.",))
                    for number in range(1, rows + 1)
                ),
            ),
        ),
        foot="Release 2026.1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def drawn(folder: Path, printout: Printout) -> Path:
    path = folder / "printout.pdf"
    path.write_bytes(render_printout(printout))
    return path


def structure(path: Path) -> str:
    command = ("pdfinfo", "-struct", str(path))
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_says_what_it_was_given(tmp_path: Path) -> None:
    path = drawn(tmp_path, sample())
    text = text_of(path)
    for said in ("Northgate PAT Programme", "Every session", "Screening", "Lesson 3", "≥ 5 people"):
        assert said.casefold() in text.casefold(), said
    assert "Release 2026.1" in text and "1 / 1" in text
    check_with_qpdf(path)


def test_it_is_tagged_with_headings_and_table_headers(tmp_path: Path) -> None:
    path = drawn(tmp_path, sample())
    assert info_of(path)["Tagged"] == "yes"
    assert info_of(path)["Title"] == "Outline of the course"
    tags = structure(path)
    for tag in ("H1", "H2", "Table", "THead", "TBody"):
        assert f"{tag}\n" in tags.replace(" (block)", ""), tag
    assert "Headers" in tags
    assert str(pypdf.PdfReader(path).trailer["/Root"]["/Lang"]) == "en-GB"


def test_every_font_is_embedded_as_a_subset(tmp_path: Path) -> None:
    fonts = fonts_of(drawn(tmp_path, sample()))
    assert fonts
    assert {(font["emb"], font["sub"], font["uni"]) for font in fonts} == {("yes", "yes", "yes")}


def test_a_long_table_repeats_its_header_on_every_page(tmp_path: Path) -> None:
    path = drawn(tmp_path, sample(rows=80))
    pages = pypdf.PdfReader(path).pages
    assert len(pages) > 2
    assert all("Objectives" in page.extract_text() for page in pages)
    assert f"{len(pages)} / {len(pages)}" in pages[-1].extract_text()


def test_equal_input_gives_equal_bytes() -> None:
    assert render_printout(sample()) == render_printout(sample())
    later = sample(created_at=datetime(2026, 11, 23, tzinfo=UTC))
    assert render_printout(later) != render_printout(sample())


def test_no_text_brings_markup_styles_or_addresses(tmp_path: Path) -> None:
    hostile = '"><style>*{display:none}</style><img src="file:///etc/passwd"/>$title </table>'
    table = PrintedTable(hostile, hostile, COLUMNS, (((hostile,), (hostile,), (hostile,)),))
    made = sample(
        title=hostile,
        kicker=hostile,
        author=hostile,
        foot=hostile,
        paragraphs=(hostile,),
        tables=(table,),
    )
    text = "".join(text_of(drawn(tmp_path, made)).split()).casefold()
    # Kicker, heading, paragraph, heading and lead of the table, three cells, foot.
    assert text.count("file:///etc/passwd") == 9
    assert text.count("$title") == 9
