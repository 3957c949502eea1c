"""An update from its announcement to its confirmation, on every page that knows of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from lms import clock
from lms.db import db
from lms.models.updates import UpdateCompletion
from tests.cast import Cast, token_in
from tests.changes import NOTE, SLUG, publish_update
from tests.stories import Told, rows_of

ClientOf = Callable[[str], FlaskClient]
WAITING = "Valid, update outstanding"


@pytest.fixture
def told(app: Flask, cast: Cast, tmp_path: Path, told: Told) -> Told:
    """Leo holds a certificate, and something has changed since."""
    with app.app_context():
        publish_update(db.session, tmp_path, clock.now())
        db.session.commit()
    return told


def path_of(told: Told) -> str:
    return f"/credentials/{told.serial}/updates/{SLUG}"


def completions(app: Flask) -> int:
    with app.app_context():
        return rows_of(db.session, UpdateCompletion)


def test_the_public_page_says_so_until_it_is_confirmed_and_valid_again_then(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    public = app.test_client()
    before = public.get(f"/v/{told.serial}").text
    assert WAITING in before and "Something changed" in before and "published" in before
    leo = client_of("Leo")
    page = leo.get(path_of(told)).text
    assert "The statement says something else now." in page and "I have read this update" in page
    answer = leo.post(f"{path_of(told)}/confirm", data={"csrf_token": token_in(page)})
    assert answer.status_code == 303 and answer.headers["Location"] == "/credentials"
    after = public.get(f"/v/{told.serial}").text
    assert WAITING not in after and "Something changed" not in after
    assert '<h1 id="verdict">Valid today</h1>' in after


def test_the_public_page_tells_no_more_than_title_and_date(app: Flask, told: Told) -> None:
    page = app.test_client().get(f"/v/{told.serial}").text
    for secret in (SLUG, NOTE, "You can act on what is known now.", "TST-001", "says something"):
        assert secret not in page, secret


def test_the_holder_is_led_to_it_from_every_page_of_theirs(told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    for page in ("/learn", "/credentials"):
        text = leo.get(page).text
        assert path_of(told) in text and "Something changed" in text, page
    assert WAITING in leo.get("/credentials").text


def test_what_was_confirmed_says_when_and_asks_for_nothing(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo = client_of("Leo")
    token = token_in(leo.get(path_of(told)).text)
    for _ in range(3):
        assert leo.post(f"{path_of(told)}/confirm", data={"csrf_token": token}).status_code == 303
    assert completions(app) == 1
    assert "I have read this update" not in leo.get(path_of(told)).text
    shown = leo.get("/credentials").text
    assert "read and confirmed" in shown and WAITING not in shown
    assert "An update is outstanding" not in leo.get("/learn").text


@pytest.mark.parametrize(
    ("who", "status"), [("Lena", 404), ("Otto", 404), ("Olga", 404), ("Ivo", 403), ("Ada", 403)]
)
def test_somebody_elses_update_is_neither_read_nor_confirmed(
    app: Flask, told: Told, client_of: ClientOf, who: str, status: int
) -> None:
    client = client_of(who)
    token = token_in(client.get("/account").text)
    assert client.get(path_of(told)).status_code == status
    answer = client.post(f"{path_of(told)}/confirm", data={"csrf_token": token})
    assert answer.status_code == status
    assert completions(app) == 0


def test_the_anonymous_are_sent_to_sign_in(app: Flask, told: Told) -> None:
    assert app.test_client().get(path_of(told)).status_code == 302


def test_a_forged_confirmation_changes_nothing(app: Flask, told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    assert leo.post(f"{path_of(told)}/confirm", data={"csrf_token": "x"}).status_code == 400
    assert leo.post(f"{path_of(told)}/confirm").status_code == 400
    assert leo.get(f"{path_of(told)}/confirm").status_code == 405
    assert completions(app) == 0


@pytest.mark.parametrize("slug", ["2026-11-01-no-such-thing", "..%2f..", "x"])
def test_an_update_that_never_was_is_not_there(told: Told, client_of: ClientOf, slug: str) -> None:
    leo = client_of("Leo")
    assert leo.get(f"/credentials/{told.serial}/updates/{slug}").status_code == 404


def test_the_cohort_and_its_file_say_that_an_update_is_outstanding(
    told: Told, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    assert "1 update outstanding" in ada.get(f"/manage/cohorts/{told.cast.autumn}").text
    assert WAITING in ada.get(f"/manage/cohorts/{told.cast.autumn}/table.csv").text
    record = f"/manage/cohorts/{told.cast.autumn}/learners/{told.cast.leo_seat}"
    assert WAITING in ada.get(record).text


def test_the_cohort_notices_when_a_holder_confirms(told: Told, client_of: ClientOf) -> None:
    """The page is kept while nothing changes; a confirmation is a change."""
    ada, leo = client_of("Ada"), client_of("Leo")
    address = f"/manage/cohorts/{told.cast.autumn}"
    assert "1 update outstanding" in ada.get(address).text
    token = token_in(leo.get(path_of(told)).text)
    leo.post(f"{path_of(told)}/confirm", data={"csrf_token": token})
    assert "update outstanding" not in ada.get(address).text


def test_the_trail_names_who_confirmed_what(told: Told, client_of: ClientOf) -> None:
    leo = client_of("Leo")
    token = token_in(leo.get(path_of(told)).text)
    leo.post(f"{path_of(told)}/confirm", data={"csrf_token": token})
    trail = client_of("Ada").get(f"/manage/programmes/{told.cast.northgate}/audit").text
    assert "confirmed reading an update" in trail and SLUG in trail


def test_the_pages_ask_the_database_little(app: Flask, told: Told, client_of: ClientOf) -> None:
    """Verification at most 4 queries, the others at most 8."""
    asked: list[str] = []
    leo, ada, public = client_of("Leo"), client_of("Ada"), app.test_client()
    programme = f"/manage/programmes/{told.cast.northgate}/releases"
    paths = [
        (public, f"/v/{told.serial}", 4),
        (leo, path_of(told), 8),
        (leo, "/credentials", 8),
        (ada, programme, 8),
        (ada, f"{programme}/2", 8),
        (leo, "/evidence/TST-001", 8),
    ]
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))
    for client, path, most in paths:
        client.get(path)
        asked.clear()
        assert client.get(path).status_code == 200
        assert len(asked) <= most, (path, len(asked))
