"""The pages of continuing education: what may be claimed, the statement, the approvals."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from lms.db import db
from lms.models.credits import CreditClaim, ProviderApproval
from tests.cast import Cast, token_in
from tests.stories import Told, rows_of

ClientOf = Callable[[str], FlaskClient]
FORM = {
    "body": "A board invented for this test",
    "number": "P-1234",
    "statement": "Northgate is approved by a board invented for this test.",
    "valid_from": "2020-01-01",
    "valid_until": "2099-12-31",
    "unit": "contact hour",
    "unit_minutes": "10",
    "step": "0.25",
}


def store(client: FlaskClient, programme: int, **changes: str) -> TestResponse:
    path = f"/manage/programmes/{programme}/approvals"
    token = token_in(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **FORM, **changes})


def claim(client: FlaskClient, told: Told, **form: str) -> TestResponse:
    token = token_in(client.get("/account").text)
    path = f"/credentials/{told.serial}/credits/1"
    return client.post(path, data={"csrf_token": token, **form})


def test_from_the_approval_to_the_statement(
    app: Flask, told: Told, cast: Cast, client_of: ClientOf
) -> None:
    leo = client_of("Leo")
    page = f"/credentials/{told.serial}/credits"
    assert "No credit to claim" in leo.get(page).text
    assert store(client_of("Ada"), cast.northgate).status_code == 303
    assert "P-1234" in leo.get(page).text
    assert claim(leo, told, amount="0.5", spent="y").headers["Location"] == page
    assert "0.5 × contact hour" in leo.get(page).text
    pdf = leo.get(f"{page}/1/statement.pdf?paper=letter")
    assert pdf.mimetype == "application/pdf"
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf.data)).pages)
    for words in ("P-1234", "0.5", "contact hour", "Leo Ferreira"):
        assert words in text
    assert leo.get(f"{page}/2/statement.pdf").status_code == 404
    assert client_of("Lena").get(f"{page}/1/statement.pdf").status_code in (403, 404)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"amount": "900", "spent": "y"}, "At most"),
        ({"amount": "many", "spent": "y"}, "Give a number of credits"),
        ({"amount": "0.5"}, "Confirm this, or claim less."),
    ],
)
def test_what_cannot_be_claimed_is_said_beside_the_field(
    app: Flask,
    told: Told,
    cast: Cast,
    client_of: ClientOf,
    form: dict[str, str],
    words: str,
) -> None:
    store(client_of("Ada"), cast.northgate)
    answer = claim(client_of("Leo"), told, **form)
    assert answer.status_code == 422 and words in answer.text
    assert f'value="{form["amount"]}"' in answer.text
    with app.app_context():
        assert rows_of(db.session, CreditClaim) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": ""}, "without it nothing is shown"),
        ({"valid_until": "2019-12-31"}, "comes before the first"),
        ({"valid_until": ""}, "Give the last day"),
        ({"step": "0.3"}, "choice"),
        ({"unit_minutes": "0"}, "between"),
    ],
)
def test_an_approval_is_stored_whole_or_not_at_all(
    app: Flask, told: Told, cast: Cast, client_of: ClientOf, changes: dict[str, str], words: str
) -> None:
    answer = store(client_of("Ada"), cast.northgate, **changes)
    assert answer.status_code == 422 and words in answer.text
    with app.app_context():
        assert rows_of(db.session, ProviderApproval) == 0


def test_taken_off_the_list_it_stays_in_view(told: Told, cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    store(ada, cast.northgate)
    path = f"/manage/programmes/{cast.northgate}/approvals"
    form = {"csrf_token": token_in(ada.get(path).text)}
    assert ada.post(f"{path}/1/end", data=form).status_code == 303
    assert "Off the list" in ada.get(path).text
