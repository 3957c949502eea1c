"""Beside the lessons: job aids, the glossary, whole modules, words that open a definition."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lms.views.reading import first_letter
from tests.cast import Cast

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def lena(client_of: ClientOf) -> FlaskClient:
    return client_of("Lena")


def ids_of(page: str) -> Counter[str]:
    return Counter(re.findall(r'\sid="([^"]*)"', page))


def test_a_job_aid_names_its_release_its_review_and_what_comes_before_it(
    lena: FlaskClient, cast: Cast
) -> None:
    path = f"/learn/{cast.lena_seat}/job-aids/first-module/on-the-wall"
    assert path in lena.get("/learn").text
    lesson = lena.get(f"/learn/{cast.lena_seat}/first-module/lesson-1").text
    assert 'href="../job-aids/first-module/on-the-wall"' in lesson
    page = lena.get(path).text
    for words in ("On the wall", "First module", "22 November 2026", "release 2026.1",
                  "Local protocol, label and emergency services take precedence."):  # fmt: skip
        assert words in page, words
    assert "<b>1</b> Example &amp; Sample 2020 TST-001" in page
    assert "<b>2</b> Practice advice* TST-002" in page
    assert page.count('class="cite-number"') == 2


def test_the_glossary_goes_from_a_to_z_with_sources(lena: FlaskClient, cast: Cast) -> None:
    path = f"/learn/{cast.lena_seat}/glossary"
    assert path in lena.get("/learn").text
    page = lena.get(path).text
    assert page.index('id="term-claim"') < page.index('id="term-opening-paragraph"')
    assert "also: assertion" in page and 'href="#src-TST-001"' in page
    assert 'id="src-TST-001"' in page and 'href="#letter-2">O<' in page


def test_a_lesson_opens_definitions_without_script(lena: FlaskClient, cast: Cast) -> None:
    page = lena.get(f"/learn/{cast.lena_seat}/first-module/lesson-1").text
    assert page.count('popovertarget="term-claim">claim</button>') == 1
    opened = page.split('popover id="term-claim"', 1)[1].split("</div>", 1)[0]
    assert "Something that is said" in opened and "TST-001" not in opened
    assert 'href="../glossary#term-claim"' in opened
    assert [name for name, count in ids_of(page).items() if count > 1] == []


def test_a_whole_module_stands_on_one_page_with_everything_open(
    lena: FlaskClient, cast: Cast
) -> None:
    page = lena.get(f"/learn/{cast.lena_seat}/modules/first-module").text
    assert page.index("Describe the first thing.") < page.index('id="lesson-1"')
    assert page.index('id="lesson-1"') < page.index('id="lesson-2"') < page.index('id="sources"')
    assert page.count("<details open") == page.count('<details open class="check-answer"') == 2
    assert page.count("A point to keep.") == 2 and "popovertarget" not in page
    assert [name for name, count in ids_of(page).items() if count > 1] == []
    inside = set(re.findall(r'href="#([^"]*)"', page))
    assert inside <= set(ids_of(page))


@pytest.mark.parametrize(
    "path", ["job-aids/first-module/nothing", "job-aids/nothing/on-the-wall", "modules/nothing"]
)
def test_what_a_release_does_not_hold_is_not_found(
    lena: FlaskClient, cast: Cast, path: str
) -> None:
    assert lena.get(f"/learn/{cast.lena_seat}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("word", "letter"), [("set", "S"), ("Épreuve", "E"), ("5-HT2A", "0–9"), ("…", "#")]
)
def test_a_word_stands_under_its_letter(word: str, letter: str) -> None:
    assert first_letter(word) == letter
