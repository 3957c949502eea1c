"""Styles filled in before the layout: the same file to the byte, as WeasyPrint by itself makes."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from certificate_samples import (
    VERIFY_URL,
    sample_brand,
    sample_credential,
    sample_particulars,
)
from test_certificates_printout import sample as printout
from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.css.properties import INITIAL_VALUES
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration

from certificates import Kind, Paper, render_certificate, render_printout
from certificates.styles import FilledDocument
from certificates.styles import fill as fill_in

NAMES = ("Lena Marković", "محمد الفارسي", "王小明", "Nguyễn Thị Ánh Tuyết " * 5)


def files(kind: Kind, paper: Paper) -> list[bytes]:
    made = replace(sample_credential(), particulars=sample_particulars(kind=kind, cycle=2))
    people = [replace(made, holder_name=name.strip()) for name in NAMES]
    brands = (None, sample_brand(statement="Accredited by somebody. " * 9))
    return [
        render_certificate(person, VERIFY_URL, brand=brand, paper=paper)
        for person in people
        for brand in brands
    ]


@pytest.fixture
def styles(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count the styles that are filled in."""
    seen = {"filled": 0}

    def fill(style: Any) -> None:
        seen["filled"] += 1
        fill_in(style)

    monkeypatch.setattr("certificates.styles.fill", fill)
    return seen


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("paper", get_args(Paper))
def test_a_certificate_is_the_same_to_the_byte(
    kind: Kind, paper: Paper, styles: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = files(kind, paper)
    assert styles["filled"] > 30 * len(filled)
    monkeypatch.setattr("certificates.styles.fill", lambda _style: None)
    assert files(kind, paper) == filled


def test_a_printout_is_the_same_to_the_byte(
    styles: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = render_printout(printout(rows=60))
    assert styles["filled"] > 60
    monkeypatch.setattr("certificates.styles.fill", lambda _style: None)
    assert render_printout(printout(rows=60)) == filled


SHEETS = {
    "margins by the direction": "p { margin-inline-start: 7pt; padding-block: 2pt; color: red }",
    "variables": "html { --far: 9pt } p { margin-left: var(--far); border: 1pt solid }",
    "kept from the parent": "html { font-size: 9pt } body { all: inherit } p { border: inherit }",
    "sums": "p { width: calc(50% - 3pt); letter-spacing: calc(1pt + 1px) }",
    "floats": "p { float: left; position: relative } b { float: right; position: absolute }",
    "tables": "p { display: table-cell; margin: 4pt; padding: 3pt } body { display: table }",
    "decorations": "body { text-decoration: underline red } p { text-decoration: none }",
}


PAGE = "<body><h1>Title</h1><p>One <b>two</b></p><p style='color: inherit'>Three</p></body>"


# No box is ever asked for a logical name, only for the physical ones that it stands for.
ASKED = [name for name in INITIAL_VALUES if "_block" not in name and "_inline" not in name]


def asked(sheet: str, document: type[Document]) -> list[dict[str, str]]:
    """Return what every style of a page says, asked for every name there is."""
    fonts = FontConfiguration()
    rules = "body { counter-reset: c; font-size: 11pt } b::before { content: 'x' }" + sheet
    options = {**DEFAULT_OPTIONS, "stylesheets": [CSS(string=rules, font_config=fonts)]}
    context = document._build_layout_context(HTML(string=PAGE), fonts, CounterStyle(), {}, options)
    styles = context.style_for.get_computed_styles().values()
    every = [each for style in styles for each in (style, style.anonymous_style)]
    return [{name: repr(style[name]) for name in ASKED} for style in every]


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_every_value_is_what_it_would_have_been(sheet: str) -> None:
    """Asked name by name, a style filled in says what one says that is worked out."""
    plain = asked(sheet, Document)
    assert len(plain) > 10 and asked(sheet, FilledDocument) == plain
