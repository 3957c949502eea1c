"""The pages before an award: what is left, what is asked, and what an administrator records."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.models.closing import Disclosure, EvaluationAnswers
from lms.models.credentials import CredentialRecord
from tests.cast import Cast, token_in
from tests.closing_course import ANSWERS, disclose_nothing, give_a_closing
from tests.stories import read_all, rows_of, sit

ClientOf = Callable[[str], FlaskClient]
NAME = "Lena Marković"


@pytest.fixture
def lena(app: Flask, cast: Cast, client_of: ClientOf, tmp_path: Path) -> FlaskClient:
    """Lena has passed everything; the course asks for two things, the programme for a third."""
    with app.app_context():
        give_a_closing(db.session, tmp_path, cast)
        disclose_nothing(db.session, cast, clock.now())
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=clock.now())
        db.session.commit()
    return client_of("Lena")


def send(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send the page's own form, with what it carries hidden."""
    page = client.get(path).text
    digest = page.split('name="digest" value="')[1].split('"')[0] if "digest" in page else ""
    form = {"csrf_token": token_in(page), "digest": digest, **fields}
    return client.post(path, data=form)


def test_step_by_step_to_the_certificate(app: Flask, cast: Cast, lena: FlaskClient) -> None:
    learn = f"/learn/{cast.lena_seat}"
    home = lena.get("/learn").text
    assert "See the disclosures" in home and "Nothing is missing" not in home
    assert "Dr Ingrid Halvorsen" in lena.get(f"{learn}/disclosures").text
    seen = send(lena, f"{learn}/disclosures")
    assert seen.headers["Location"] == f"{learn}/progress"
    assert "Attest the code of ethics" in lena.get("/learn").text
    attested = send(lena, f"{learn}/code-of-ethics", typed_name=NAME)
    assert attested.headers["Location"] == f"{learn}/progress"
    answers = {f"q-{key}": value for key, value in ANSWERS.items()}
    done = send(lena, f"{learn}/evaluation", **answers)
    assert done.headers["Location"] == "/credentials"
    with app.app_context():
        assert rows_of(db.session, CredentialRecord) == 1
    assert "Nothing is missing" in lena.get("/learn").text
    for path, words in (("evaluation", "Your evaluation is in"), ("code-of-ethics", "Attested")):
        assert words in lena.get(f"{learn}/{path}").text


def test_the_progress_page_names_each_thing(cast: Cast, lena: FlaskClient) -> None:
    page = lena.get(f"/learn/{cast.lena_seat}/progress").text
    for words in ("Disclosures seen", "Code of ethics attested", "Course evaluated"):
        assert words in page
    assert "Still missing for your certificate" in page


def test_another_name_is_answered_with_what_to_do(cast: Cast, lena: FlaskClient) -> None:
    answer = send(lena, f"/learn/{cast.lena_seat}/code-of-ethics", typed_name="L. M.")
    assert answer.status_code == 422
    assert f"as it will stand on the certificate: {NAME}" in answer.text
    assert 'value="L. M."' in answer.text


def test_a_half_filled_evaluation_loses_nothing(app: Flask, cast: Cast, lena: FlaskClient) -> None:
    path = f"/learn/{cast.lena_seat}/evaluation"
    answer = send(lena, path, **{"q-use": "9", "q-bias": "Yes", "q-more": "Words I typed."})
    assert answer.status_code == 422
    assert "Choose a number from 1 to 5." in answer.text and "Words I typed." in answer.text
    assert 'value="Yes" id="q-bias-Yes" checked' in answer.text
    with app.app_context():
        assert rows_of(db.session, EvaluationAnswers) == 0


def test_a_second_evaluation_is_refused_calmly(app: Flask, cast: Cast, lena: FlaskClient) -> None:
    path = f"/learn/{cast.lena_seat}/evaluation"
    token = token_in(lena.get(path).text)
    form = {"csrf_token": token, **{f"q-{key}": value for key, value in ANSWERS.items()}}
    assert lena.post(path, data=form).status_code == 303
    again = lena.post(path, data=form)
    assert again.status_code < 500 and again.status_code != 303
    with app.app_context():
        assert rows_of(db.session, EvaluationAnswers) == 1


def test_before_the_end_the_evaluation_says_when_it_opens(
    app: Flask, cast: Cast, client_of: ClientOf, tmp_path: Path
) -> None:
    with app.app_context():
        give_a_closing(db.session, tmp_path, cast)
        db.session.commit()
    lena = client_of("Lena")
    assert "Not open yet" in lena.get(f"/learn/{cast.lena_seat}/evaluation").text
    assert "Opens when every lesson" in lena.get("/learn").text


@pytest.mark.parametrize("page", ["code-of-ethics", "evaluation", "disclosures"])
def test_where_nothing_is_asked_the_page_says_so(
    cast: Cast, client_of: ClientOf, page: str
) -> None:
    answer = client_of("Lena").get(f"/learn/{cast.lena_seat}/{page}")
    assert answer.status_code == 200
    assert "does not wait for" in answer.text


# --- what an administrator records -------------------------------------------------------------


def record(client: FlaskClient, programme: int, **changes: str) -> TestResponse:
    path = f"/manage/programmes/{programme}/disclosures"
    fields = {"person": "Ada Lund", "role": "Author", "made_on": "2026-08-01", "interests": ""}
    return send(client, path, **{**fields, **changes})


def test_relationships_are_written_one_a_line(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    lines = (
        "Acme; speaker's fees; May 2025; ; Read by two others.\n\nBeta; shares; 2020; 2025; Sold."
    )
    assert record(ada, cast.northgate, interests=lines).status_code == 303
    page = client_of("Lena").get(f"/learn/{cast.lena_seat}/disclosures").text
    assert "Acme" in page and "since May 2025" in page and "2020 to 2025" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"interests": "Acme; fees"}, "Line 1 has 2 parts"),
        ({"interests": "ok; ok; 2020; ; ok\n; fees; 2020; ; none"}, "Line 2: only"),
        ({"made_on": "2126-01-01"}, "future"),
        ({"made_on": "yesterday"}, "Give the day|valid date"),
        ({"person": " "}, "whose disclosure"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(
    app: Flask, cast: Cast, client_of: ClientOf, changes: dict[str, str], words: str
) -> None:
    answer = record(client_of("Ada"), cast.northgate, **changes)
    assert answer.status_code == 422
    assert any(each in answer.text for each in words.split("|"))
    with app.app_context():
        assert rows_of(db.session, Disclosure) == 0


def test_whoever_has_not_disclosed_is_named_and_the_form_begins_with_them(
    cast: Cast, client_of: ClientOf
) -> None:
    ada, path = client_of("Ada"), f"/manage/programmes/{cast.northgate}/disclosures"
    name = "Dina Castellanos"
    assert name in ada.get(path).text
    assert f'value="{name}"' not in ada.get(path).text, "several are missing"
    begun = ada.get(path, query_string={"for": name}).text
    assert f'value="{name}"' in begun
    assert 'value="Director"' in begun
    assert record(ada, cast.northgate, person=name).status_code == 303
    assert f"for={name.split()[0]}" not in ada.get(path).text


def test_taken_off_the_list_nobody_is_asked(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    record(ada, cast.northgate)
    with app.app_context():
        line = db.session.scalars(sa.select(Disclosure.id)).one()
    path = f"/manage/programmes/{cast.northgate}/disclosures"
    form = {"csrf_token": token_in(ada.get(path).text)}
    assert ada.post(f"{path}/{line}/end", data=form).status_code == 303
    assert "Nothing is on record yet" in ada.get(path).text
