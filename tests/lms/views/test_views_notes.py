"""The pages of a learner's notes: written with and without script, exported, kept from others."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.db import db
from lms.models.notes import ReadingNote
from tests.cast import Cast, token_in

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def lena(client_of: ClientOf) -> FlaskClient:
    return client_of("Lena")


def page_of(cast: Cast, rest: str = "/first-module/lesson-1") -> str:
    return f"/learn/{cast.lena_seat}/notes{rest}"


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open the page with the form, fill it in and send it."""
    page = client.get(path).text
    hidden = dict(re.findall(r'name="(ticket|seen)"[^>]*value="([^"]*)"', page))
    return client.post(path, data={"csrf_token": token_in(page), **hidden, **fields})


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(ReadingNote.id))) or 0


def test_a_note_is_written_seen_beside_the_lesson_changed_and_deleted(
    app: Flask, lena: FlaskClient, cast: Cast
) -> None:
    answer = send(lena, page_of(cast), body="Ask <Ivo>.", quote="Some text under")
    assert answer.status_code == 303 and "#note-" in answer.headers["Location"]
    number = answer.headers["Location"].rsplit("-", 1)[1]
    beside = lena.get(f"/learn/{cast.lena_seat}/first-module/lesson-1").text
    assert "Ask &lt;Ivo&gt;." in beside and 'data-quote="Some text under"' in beside
    assert f'id="note-{number}"' in lena.get(page_of(cast, "")).text
    send(lena, page_of(cast, f"/{number}"), body="Ask Ada.")
    assert "Ask Ada." in lena.get(page_of(cast, "")).text
    token = token_in(lena.get(page_of(cast, f"/{number}")).text)
    lena.post(page_of(cast, f"/{number}/delete"), data={"csrf_token": token})
    assert count(app) == 0 and "No notes yet" in lena.get(page_of(cast, "")).text


def test_nothing_is_lost_when_a_note_cannot_be_kept(
    app: Flask, lena: FlaskClient, cast: Cast
) -> None:
    fields = {"body": "My long thought.", "quote": "Not in there", "heading": "s-first-heading"}
    answer = send(lena, page_of(cast), **fields)
    assert answer.status_code == 422 and count(app) == 0
    assert "My long thought.</textarea>" in answer.text and "Not in there</textarea>" in answer.text
    assert 'selected value="s-first-heading"' in answer.text
    assert "These words do not stand in the lesson." in answer.text
    assert 'role="alert"' in answer.text and "Error:" in answer.text.split("</title>")[0]


def test_a_note_too_long_says_by_how_much(lena: FlaskClient, cast: Cast) -> None:
    answer = send(lena, page_of(cast), body="x" * 4007)
    assert "This has 4007 characters, 7 more than the 4000 that fit." in answer.text
    assert "x" * 4007 in answer.text


def test_a_script_gets_the_list_or_the_reason(app: Flask, lena: FlaskClient, cast: Cast) -> None:
    token = token_in(lena.get(page_of(cast)).text)
    form = {"csrf_token": token, "body": "", "quote": "Sometextunder", "ticket": "ab" * 16}
    for _ in range(2):
        answer = lena.post(page_of(cast), data=form, headers={"Accept": "application/json"})
        assert answer.status_code == 201 and answer.get_json()["count"] == 1
    assert 'data-quote="Some text under"' in answer.get_json()["list"]
    form |= {"quote": "Nowhere", "ticket": "cd" * 16}
    answer = lena.post(page_of(cast), data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and "quote" in answer.get_json()["errors"]
    assert count(app) == 1


def test_a_form_without_its_token_writes_nothing(app: Flask, lena: FlaskClient, cast: Cast) -> None:
    for headers in ({}, {"Accept": "application/json"}):
        answer = lena.post(page_of(cast), data={"body": "Forged."}, headers=headers)
        assert answer.status_code == 400 and count(app) == 0


def test_two_tabs_do_not_overwrite_each_other(lena: FlaskClient, cast: Cast) -> None:
    place = send(lena, page_of(cast), body="First.").headers["Location"]
    path = page_of(cast, f"/{place.rsplit('-', 1)[1]}")
    stale = lena.get(path).text
    send(lena, path, body="From one tab.")
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', stale)
    assert seen
    answer = lena.post(
        path, data={"csrf_token": token_in(stale), "seen": seen[1], "body": "From the other."}
    )
    assert answer.status_code == 409
    assert "From one tab." in answer.text and "From the other.</textarea>" in answer.text
    assert send_again(lena, path, answer.text).status_code == 303
    assert "From the other." in lena.get(page_of(cast, "")).text


def send_again(client: FlaskClient, path: str, page: str) -> TestResponse:
    """Send the form of a page as it stands."""
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    body = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)
    assert seen and body
    return client.post(path, data={"csrf_token": token_in(page), "seen": seen[1], "body": body[1]})


def test_the_export_holds_every_note_as_plain_text(lena: FlaskClient, cast: Cast) -> None:
    send(lena, page_of(cast), body="One & two\n<three>", quote="Some text under")
    answer = lena.get(page_of(cast, ".txt"))
    assert answer.mimetype == "text/plain"
    assert 'attachment; filename="notes-2026.1.txt"' in answer.headers["Content-Disposition"]
    assert "> Some text under\n" in answer.text and "One & two\n<three>" in answer.text
    assert "First heading" in answer.text


@pytest.mark.parametrize("who", ["", "Leo", "Ivo", "Ada", "Otto", "Olga"])
def test_nobody_else_reads_changes_or_deletes_a_note(
    app: Flask, lena: FlaskClient, client_of: ClientOf, cast: Cast, who: str
) -> None:
    """Other learners, instructors and administrators get what a stranger gets: nothing there."""
    place = send(lena, page_of(cast), body="Private words.").headers["Location"]
    number = place.rsplit("-", 1)[1]
    client = client_of(who) if who else app.test_client()
    token = token_in(client.get("/account" if who else "/sign-in").text)
    paths = [page_of(cast, rest) for rest in ("", ".txt", "/first-module/lesson-1", f"/{number}")]
    if who == "Leo":
        paths.append(f"/learn/{cast.leo_seat}/notes/{number}")
    gone = 404 if who else 302
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == gone and "Private words" not in answer.text, path
    for path in (*paths[2:], *(f"{path}/delete" for path in paths[3:])):
        answer = client.post(path, data={"csrf_token": token, "body": "Mine now."})
        assert answer.status_code == gone, path
    assert count(app) == 1
    assert "Private words." in lena.get(page_of(cast, "")).text


def test_no_page_of_the_staff_shows_a_note(
    lena: FlaskClient, client_of: ClientOf, cast: Cast
) -> None:
    send(lena, page_of(cast), body="Private words.", quote="Some text under")
    ada = client_of("Ada")
    for path in (
        f"/manage/cohorts/{cast.autumn}",
        f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}",
        f"/manage/cohorts/{cast.autumn}/results.csv",
        f"/manage/programmes/{cast.northgate}/audit",
    ):
        assert "Private words" not in ada.get(path).text
