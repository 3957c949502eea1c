"""What is kept of one page changes nothing about the next: not a byte of its file."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from certificate_samples import (
    SERIAL,
    VERIFY_URL,
    sample_brand,
    sample_credential,
    sample_particulars,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_readers import _places, picture_of, text_of

from certificates import Credential, Kind, Paper, Particulars, new_serial, render_certificate
from certificates import kept as module
from certificates.fonts import faces_for
from certificates.kept import KeptLayouts
from certificates.page import Page
from certificates.pdf import _press

KINDS = get_args(Kind)
PEOPLE = (
    "Lena Marković",
    "Leo Ferreira",
    "Nguyễn Thị Ánh",
    "Владимир Вернадский",
    "محمد الفارسي",
    "王小明",
    "అనిత వెంకటేశ్వర రావు",
    "Maria Antonia de la Santísima Trinidad Fernández-Villaverde y Gómez de Castro",
    "Wilhelmina van den Broek-Achterberg the Third of Northgate",
)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    """Begin and end with a press that has kept nothing."""
    _press()._layouts = KeptLayouts()
    yield
    _press()._layouts = KeptLayouts()


def alone(credential: Credential, **how: object) -> bytes:
    """Return a certificate drawn as the first of its process."""
    _press()._layouts = KeptLayouts()
    return render_certificate(credential, VERIFY_URL, **how)  # type: ignore[arg-type]


def cohort(told: Particulars | None) -> Iterator[Credential]:
    """Yield people who differ in all that people of one cohort can differ in."""
    for number, name in enumerate(PEOPLE):
        yield sample_credential(
            holder_name=name,
            holder_profession=None if number % 3 == 1 else "Clinical psychologist",
            serial=new_serial(bytes(range(number, number + 17))),
            started_on=date(2026, 7, 1 + number),
            completed_on=date(2026, 9, 1 + number),
            particulars=told
            and replace(
                told,
                cycle=1 + number % 2,
                renews=SERIAL if number % 2 else None,
                place="" if number % 4 else "Leeds; Uppsala; the north building of a hospital",
            ),
        )


def of_kind(kind: Kind, *, full: bool) -> Particulars:
    return sample_particulars(kind=kind) if full else Particulars(kind=kind)


@pytest.mark.parametrize(
    ("kind", "full", "paper"), itertools.product(KINDS, (True, False), get_args(Paper))
)
def test_people_of_a_cohort_are_drawn_as_if_each_were_alone(
    kind: Kind, full: bool, paper: Paper
) -> None:
    people = list(cohort(of_kind(kind, full=full)))
    how = {"paper": paper, "brand": sample_brand() if full else None}
    once = [render_certificate(one, VERIFY_URL, **how) for one in people]  # type: ignore[arg-type]
    again = [render_certificate(one, VERIFY_URL, **how) for one in people]  # type: ignore[arg-type]
    assert once == again == [alone(one, **how) for one in people]


NAMES = st.text(alphabet="AWil ćЖمאक王", min_size=1, max_size=70).filter(str.strip)


@settings(max_examples=12, deadline=None)
@given(
    names=st.lists(NAMES, min_size=3, max_size=4),
    kind=st.sampled_from(KINDS),
    started=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
)
def test_whoever_came_before_a_certificate_is_the_same(
    names: list[str], kind: Kind, started: date
) -> None:
    _press()._layouts = KeptLayouts()
    people = [
        sample_credential(
            holder_name=name, started_on=started, particulars=sample_particulars(kind=kind)
        )
        for name in names
    ]
    drawn = [render_certificate(one, VERIFY_URL) for one in (*people, *people)]
    assert drawn[len(people) :] == drawn[: len(people)] == [alone(one) for one in people]


def test_a_cohort_is_laid_out_in_full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    in_full = []
    worth_keeping = module._worth_keeping
    monkeypatch.setattr(
        module, "_worth_keeping", lambda *given: in_full.append(1) or worth_keeping(*given)
    )
    for number in range(6):
        told = sample_particulars(kind=KINDS[0])
        person = sample_credential(
            holder_name=f"Ana Ruiz {number}",
            completed_on=date(2026, 10, 11 + number),
            serial=new_serial(bytes(range(number, number + 17))),
            particulars=told,
        )
        render_certificate(person, VERIFY_URL)
    assert len(in_full) == 1


def test_as_many_layouts_are_kept_as_are_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_KEPT", 2)
    for title in ("First", "Second", "Third", "First"):
        render_certificate(sample_credential(title=title), VERIFY_URL)
    assert len(_press()._layouts._kept) == 2


STYLE = (
    "@page { size: 200pt 160pt; margin: 10pt } html { font-size: 10pt; line-height: 1.2 }"
    "html, body, div, p { display: block } head, title { display: none }"
    ".ground { position: relative; height: 60pt }"
    ".placed { position: absolute; bottom: 0; left: 0 }"
    ".fixed { margin-top: 6pt; border-top: 1pt solid #000000 }"
    "h2 { display: block; margin-bottom: 2pt; bookmark-level: 1; bookmark-label: content(text) }"
)


def bare_page(body: str) -> Page:
    """Return a page of a few blocks, in the faces of certificates."""
    html = f'<html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    voices = STYLE + 'html { font-family: "literata latin" }'
    return Page(html, faces_for("Latin"), voices, (), {}, {})


def drawn(body: str) -> bytes:
    return _press().draw(bare_page(body), None, None)


MOVES = {
    "a longer text above": ('<p data-own="">Short</p>', f'<p data-own="">{"Long " * 30}</p>'),
    "a text above that fills the page": (
        '<p data-own="">Short</p>',
        f'<p data-own="">{"Long " * 100}</p>',
    ),
    "other blocks of its own above": (
        '<div data-own=""><p>Of the first</p></div>',
        '<div data-own=""><p>Of another</p></div>',
    ),
    "a higher ground": (
        '<p data-own="">A</p><p data-own="" style="">B</p>',
        '<p data-own="">A</p><p data-own="" style="">B B B B B B B B B B B B B B B B B B B B B</p>',
    ),
}
COMMON = {
    "a block": '<div class="fixed"><h2>Common</h2><p>to all of them</p></div>',
    "blocks": '<p class="fixed">First</p><p class="fixed">Second, which is common too</p>',
    "a placed block": '<div class="ground"><p data-own="">x</p><div class="placed">Low</div></div>',
    "over two pages": "<div>" + "<p>One of many lines</p>" * 20 + "</div>",
}


@pytest.mark.parametrize("common", COMMON)
@pytest.mark.parametrize("moves", MOVES)
def test_a_block_that_would_lie_elsewhere_is_laid_out_again(common: str, moves: str) -> None:
    first, second = (above + COMMON[common] for above in MOVES[moves])
    beside = [drawn(body) for body in (first, second, first, second)]
    apart = []
    for body in (first, second):
        _press()._layouts = KeptLayouts()
        apart.append(drawn(body))
    assert beside == apart * 2


def test_a_page_of_nothing_own_is_not_kept() -> None:
    drawn(COMMON["a block"])
    assert _press()._layouts._kept == {}


def test_the_script_of_a_name_changes_nothing_else_on_the_page(tmp_path: Path) -> None:
    """The number is set in the voice that it has beside a Latin name."""
    places = []
    for name in ("Lena Markovic", "Владимир Вернадский", "王小明"):
        path = tmp_path / "certificate.pdf"
        path.write_bytes(render_certificate(sample_credential(holder_name=name), VERIFY_URL))
        (serial,) = {word for word in text_of(path).split() if word.count("-") == 6}
        places.append(_places(path, serial))
    assert places[0] == places[1] == places[2]


def test_a_kept_certificate_looks_as_it_did(tmp_path: Path) -> None:
    """Drawn by repetition for the third time, dot for dot."""
    pictures = []
    for number in range(3):
        path = tmp_path / f"{number}.pdf"
        told = sample_particulars(kind="programme")
        path.write_bytes(render_certificate(sample_credential(particulars=told), VERIFY_URL))
        pictures.append(picture_of(path).read_bytes())
    assert pictures[0] == pictures[1] == pictures[2]
