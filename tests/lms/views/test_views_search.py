"""The search page: what it shows to whom, where it leads, how little it asks of the database."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms.db import db
from lms.models.cohorts import Cohort
from tests.cast import Cast
from tests.lms.search_samples import add_release

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def release(app: Flask, cast: Cast) -> int:
    with app.app_context():
        made = add_release(db.session)
        db.session.execute(
            sa.update(Cohort).values(release_id=made.id).where(Cohort.id == cast.autumn)
        )
        db.session.commit()
        return made.id


@pytest.fixture
def lena(client_of: ClientOf, release: int) -> FlaskClient:
    return client_of("Lena")


def links(page: str) -> list[str]:
    main = page.split('id="main"', 1)[1]
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', main)]


def test_a_hit_links_to_the_heading_and_to_the_words(lena: FlaskClient, cast: Cast) -> None:
    page = lena.get("/search?q=lithium+seizure").text
    lesson = f"/learn/{cast.lena_seat}/first-module/lesson-1"
    assert f"{lesson}#s-lithium:~:text=reports%20of%20lithium%20with%20a" in "".join(links(page))
    assert "<mark>seizures</mark>" in page and "First module" in page


def test_every_hit_opens(lena: FlaskClient) -> None:
    """Each link of a wide search leads to a page that has the anchor it names."""
    seen = 0
    for typed in ("lithium", "oximetry", "oxidase", "tapering", "medicines danger", "TST-001"):
        for link in links(lena.get(f"/search?q={typed}").text):
            if not link.startswith(("/learn", "/evidence")) or "?" in link:
                continue
            address, _, fragment = link.partition("#")
            anchor = fragment.split(":~:", 1)[0]
            answer = lena.get(address)
            assert answer.status_code == 200, link
            assert not anchor or f'id="{anchor}"' in answer.text, link
            seen += 1
    assert seen > 12


def test_a_misspelling_is_told_with_the_way_back(lena: FlaskClient) -> None:
    page = lena.get("/search?q=lithum").text
    assert "Showing results for" in page and "/search?q=lithum&exactly=1" in links(page)
    insisted = lena.get("/search?q=lithum&exactly=1").text
    assert "Showing results for" not in insisted and "Nothing found" in insisted


def test_without_words_the_page_teaches(app: Flask, lena: FlaskClient) -> None:
    assert "Quizzes are not searched" in lena.get("/search").text
    visitor = app.test_client().get("/search").text
    assert "Every fact of the evidence library" in visitor and "/sign-in" in visitor


def test_a_visitor_finds_facts_and_nothing_else(app: Flask, release: int) -> None:
    page = app.test_client().get("/search?q=lithium").text
    assert 'href="/evidence/TST-001' in page
    assert "Medicines and danger" not in page and "/learn/" not in page


def test_staff_read_passages_where_they_have_no_page_to_open(
    client_of: ClientOf, release: int
) -> None:
    page = client_of("Ivo").get("/search?q=ayahuasca").text
    assert "Read the passage" in page and "goes on about ayahuasca" in page
    assert "/learn/" not in "".join(links(page))


def test_a_release_of_others_cannot_be_chosen(
    app: Flask, client_of: ClientOf, lena: FlaskClient, release: int, cast: Cast
) -> None:
    assert lena.get(f"/search?q=lithium&release={release}").status_code == 200
    assert lena.get(f"/search?q=claim&release={cast.release}").status_code == 404
    for person in (app.test_client(), client_of("Otto"), client_of("Olga")):
        assert "Medicines and danger" not in person.get(f"/search?q=lithium&release={release}").text


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}", "%00lithium", "'"]
)
def test_what_was_typed_is_shown_as_text(lena: FlaskClient, typed: str) -> None:
    answer = lena.get("/search", query_string={"q": typed})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text and "<img" not in answer.text
    assert "49" not in answer.text.split('id="words"', 1)[1].split(">", 1)[0]


@pytest.mark.parametrize(
    "query",
    ["q=x&kind=item", "q=x&kind=", "q=lithium&release=abc", "q=x&exactly=maybe", "q=%FF%00"],
)
def test_a_strange_address_is_answered_calmly(lena: FlaskClient, query: str) -> None:
    assert lena.get(f"/search?{query}").status_code == 200


def test_long_questions_are_cut_and_it_is_said(lena: FlaskClient) -> None:
    page = lena.get("/search", query_string={"q": "lithium " * 60}).text
    assert "Only the first 200 characters" in page


def test_one_kind_is_shown_alone_and_leads_back(lena: FlaskClient) -> None:
    page = lena.get("/search?q=lithium&kind=fact").text
    assert "kind-section" not in page and "/search?q=lithium" in links(page)


def test_a_search_asks_little_of_the_database(app: Flask, lena: FlaskClient) -> None:
    """Who asks, what they may read, what is near, its texts; without a hit for all once more."""
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    lena.get("/search?q=lithium")  # the first one reads the vocabulary
    for query, most in (("q=lithium", 4), ("q=lithum+seizure", 4), ("q=oximetry+ayahuasca", 5)):
        asked.clear()
        assert lena.get(f"/search?{query}").status_code == 200
        assert len(asked) <= most, asked


def test_the_field_stands_on_every_page_but_once(lena: FlaskClient) -> None:
    assert lena.get("/learn").text.count('role="search"') == 1
    assert lena.get("/search?q=lithium").text.count('role="search"') == 1
    assert "site-search-link" in lena.get("/learn").text


def test_search_pages_are_kept_from_search_engines(app: Flask) -> None:
    answer = app.test_client().get("/search?q=lithium")
    assert "noindex" in answer.headers.get("X-Robots-Tag", "")
