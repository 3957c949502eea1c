"""The pages of a quiz: start, item, save with and without script, review, submit, result."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.catalogue import Release
from tests.cast import Cast, token_in
from tests.stories import Told, read_all

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def lena(app: Flask, cast: Cast, client_of: ClientOf) -> FlaskClient:
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        db.session.commit()
    return client_of("Lena")


def start(client: FlaskClient, cast: Cast) -> str:
    """Start the quiz; return the address of the attempt."""
    page = f"/learn/{cast.lena_seat}/first-module/quiz"
    answer = client.post(f"{page}/start", data={"csrf_token": token_in(client.get(page).text)})
    assert answer.status_code == 303
    return answer.headers["Location"].rsplit("/items/", 1)[0]


def test_starting_again_goes_on_where_one_was(lena: FlaskClient, cast: Cast) -> None:
    first = start(lena, cast)
    page = lena.get(f"{first}/items/1").text
    form = {"csrf_token": token_in(page), "answer": "a", "sequence": "1", "go": "next"}
    lena.post(f"{first}/items/1", data=form)
    path = f"/learn/{cast.lena_seat}/first-module/quiz"
    answer = lena.post(f"{path}/start", data={"csrf_token": token_in(lena.get(path).text)})
    assert answer.headers["Location"] == f"{first}/items/2"


def test_the_quiz_page_says_what_to_expect(lena: FlaskClient, cast: Cast) -> None:
    page = lena.get(f"/learn/{cast.lena_seat}/first-module/quiz").text
    for said in ("3 items, one best answer each", "2 of 3 (60 %)", "No limit", "a bank of 9"):
        assert said in page, said


def test_a_locked_quiz_says_what_opens_it(client_of: ClientOf, cast: Cast) -> None:
    client = client_of("Lena")
    path = f"/learn/{cast.lena_seat}/first-module/quiz"
    assert "opens when 2 more lessons are read" in client.get(path).text
    token = token_in(client.get("/account").text)
    answer = client.post(f"{path}/start", data={"csrf_token": token})
    assert answer.status_code == 422 and "when all lessons" in answer.text


@pytest.mark.parametrize(
    ("go", "where"),
    [("next", "/items/2"), ("back", "/items/1"), ("review", "/review"), ("", "/items/2")],
)
def test_without_script_the_pressed_button_saves_and_leads_on(
    lena: FlaskClient, cast: Cast, go: str, where: str
) -> None:
    attempt = start(lena, cast)
    token = token_in(lena.get(f"{attempt}/items/1").text)
    form = {"csrf_token": token, "answer": "c", "sequence": "1", "go": go}
    answer = lena.post(f"{attempt}/items/1", data=form)
    assert answer.status_code == 303 and answer.headers["Location"] == f"{attempt}{where}"
    page = lena.get(f"{attempt}/items/1").text
    assert 'value="c" id="answer-c" checked' in page and 'data-stored="1"' in page


def test_moving_on_without_an_answer_saves_nothing(lena: FlaskClient, cast: Cast) -> None:
    attempt = start(lena, cast)
    token = token_in(lena.get(f"{attempt}/items/1").text)
    form = {"csrf_token": token, "sequence": "1", "go": "next"}
    assert lena.post(f"{attempt}/items/1", data=form).headers["Location"] == f"{attempt}/items/2"
    assert 'data-stored="0"' in lena.get(f"{attempt}/items/1").text


def test_the_review_names_what_is_not_answered(lena: FlaskClient, cast: Cast) -> None:
    attempt = start(lena, cast)
    assert "3 items are not answered" in lena.get(f"{attempt}/review").text


def test_an_item_that_is_not_on_the_paper_is_not_there(lena: FlaskClient, cast: Cast) -> None:
    attempt = start(lena, cast)
    for number in (0, 4, 999999):
        assert lena.get(f"{attempt}/items/{number}").status_code == 404


def test_before_submission_the_result_leads_to_the_review(lena: FlaskClient, cast: Cast) -> None:
    attempt = start(lena, cast)
    answer = lena.get(f"{attempt}/result")
    assert answer.status_code == 302 and answer.headers["Location"] == f"{attempt}/review"


def test_after_submission_every_page_of_the_attempt_leads_to_the_result(
    lena: FlaskClient, cast: Cast
) -> None:
    attempt = start(lena, cast)
    token = token_in(lena.get(f"{attempt}/review").text)
    for _ in range(2):
        answer = lena.post(f"{attempt}/submit", data={"csrf_token": token})
        assert answer.headers["Location"] == f"{attempt}/result"
    for page in ("items/1", "review"):
        assert lena.get(f"{attempt}/{page}").headers["Location"] == f"{attempt}/result"
    late = lena.post(
        f"{attempt}/items/1/response",
        json={"sequence": 1, "answer": "a"},
        headers={"X-CSRFToken": token},
    )
    assert late.status_code == 409 and late.get_json()["kind"] == "closed"
    form = {"csrf_token": token, "answer": "a", "sequence": "1", "go": "next"}
    assert lena.post(f"{attempt}/items/1", data=form).headers["Location"] == f"{attempt}/result"


def test_the_result_explains_every_option(
    app: Flask, cast: Cast, client_of: ClientOf, told: Told
) -> None:
    page = client_of("Leo").get(f"/attempts/{told.passed_attempt}/result").text
    assert page.count("CANARY-") == 12 and "3 of 3" in page and "Passed" in page
    assert "Your certificate is ready" in page and "src-TST-001" in page
    again = client_of("Leo").get(f"/attempts/{told.failed_attempt}/result").text
    assert "0 of 3" in again and "Not passed yet" in again


def test_an_old_result_is_shown_as_it_was(
    app: Flask, cast: Cast, client_of: ClientOf, told: Told
) -> None:
    """Invariant 18: publishing other content later changes no page of a finished attempt."""
    leo, path = client_of("Leo"), f"/attempts/{told.failed_attempt}/result"
    before = leo.get(path).text
    with app.app_context():
        row = db.session.get_one(Release, cast.release)
        db.session.add(
            Release(
                course_slug=row.course_slug,
                label="2027.1",
                content_hash="f" * 64,
                document=row.document.replace("CANARY", "CHANGED"),
                published_at=clock.now(),
            )
        )
        db.session.commit()
    assert leo.get(path).text.split("<main")[1] == before.split("<main")[1]
