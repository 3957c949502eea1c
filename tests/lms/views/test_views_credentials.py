"""Verification for anyone, the holder's list and paper, revocation, and limits on guessing."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import certificates
from lms.app import create_app
from lms.db import db
from tests.cast import Cast, settings_for, token_in
from tests.stories import tell

ClientOf = Callable[[str], FlaskClient]


def test_the_page_says_everything_the_certificate_says(app: Flask, cast: Cast) -> None:
    """Invariant 38: an edited PDF is found out by comparing it with the page, claim by claim."""
    told = tell(app, cast)
    page = app.test_client().get(f"/v/{told.serial}").text
    for said in (
        "Leo Ferreira",
        "Licensed psychologist",
        "A Small Course for Tests",
        "Northgate PAT Programme",
        "20\u00a0min",
        "All lessons completed.",
        "not a licence to practise",
        certificates.format_serial(told.serial),
        "Release 2026.1",
        "Current until",
    ):
        assert said in page, said


def test_the_title_of_a_verification_page_carries_no_name(app: Flask, cast: Cast) -> None:
    """Invariant 41."""
    told = tell(app, cast)
    page = app.test_client().get(f"/v/{told.serial}").text
    title = page.split("<title>")[1].split("</title>")[0]
    assert "Leo" not in title and "Ferreira" not in title


def test_typing_a_number_leads_to_its_page(app: Flask, cast: Cast) -> None:
    told = tell(app, cast)
    typed = certificates.format_serial(told.serial).lower()
    answer = app.test_client().get("/verify", query_string={"serial": f" {typed} "})
    assert answer.status_code == 302 and answer.headers["Location"] == f"/v/{told.serial}"


@pytest.mark.parametrize("typed", ["x", "0" * 28, "%s%n", "' OR 1=1 --", "A" * 4000, "\u202e"])
def test_any_other_number_gets_one_calm_answer(app: Flask, typed: str) -> None:
    client = app.test_client()
    answer = client.get("/verify", query_string={"serial": typed}, follow_redirects=True)
    assert answer.status_code == 404
    assert "No certificate under this number" in answer.text
    assert answer.text == client.get("/v/anything").text


def test_revoking_takes_a_reason_and_a_note_and_happens_once(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    told = tell(app, cast)
    ada, path = client_of("Ada"), f"/manage/credentials/{told.serial}/revoke"
    token = token_in(ada.get(path).text)
    for wrong in ({}, {"reason": "misconduct"}, {"reason": "spite", "note": "x"}, {"note": "x"}):
        assert ada.post(path, data={**wrong, "csrf_token": token}).status_code == 422
    form = {"reason": "misconduct", "note": "Board letter.", "csrf_token": token}
    assert ada.post(path, data=form).status_code == 303
    assert "misconduct" not in app.test_client().get(f"/v/{told.serial}").text
    assert "evoked" in app.test_client().get(f"/v/{told.serial}").text
    assert ada.post(path, data=form).status_code == 200, "the second time nothing happens"
    leo = client_of("Leo").get(f"/credentials/{told.serial}/certificate.pdf")
    assert leo.status_code == 303, "a revoked certificate is not drawn"


def test_the_same_credential_gives_the_same_paper(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    told = tell(app, cast)
    leo, path = client_of("Leo"), f"/credentials/{told.serial}/certificate.pdf"
    first, second = leo.get(path), leo.get(path)
    assert first.data == second.data and first.mimetype == "application/pdf"
    assert "attachment" in first.headers["Content-Disposition"]
    assert "no-store" in first.headers["Cache-Control"]


@pytest.fixture
def limited(address: str, tmp_path: Path) -> Flask:
    app = create_app(settings_for(tmp_path, address, rate_limits=True))
    app.testing = True
    return app


def test_guessing_serials_is_slowed_down(limited: Flask) -> None:
    """Invariant 34: 130 random bits, and no more than sixty guesses a minute."""
    client = limited.test_client()
    guesses = [client.get(f"/v/{number:028}").status_code for number in range(70)]
    assert guesses[:60] == [404] * 60 and guesses[60:] == [429] * 10
    refused = client.get(f"/v/{'1' * 28}")
    assert int(refused.headers["Retry-After"]) > 0
    with limited.app_context():
        db.engine.dispose()


def test_known_and_unknown_numbers_take_as_long(app: Flask, cast: Cast) -> None:
    """Invariant 35: the same single query for every number, so that the clock tells little."""
    told = tell(app, cast)
    client = app.test_client()

    def best(path: str) -> float:
        times = []
        for _ in range(15):
            began = time.perf_counter()
            client.get(path)
            times.append(time.perf_counter() - began)
        return min(times)

    unknown, malformed = best(f"/v/{certificates.new_serial(bytes(17))}"), best("/v/x")
    assert 0.4 < unknown / malformed < 2.5
    assert best(f"/v/{told.serial}") < 20 * unknown
