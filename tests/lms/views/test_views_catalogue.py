"""What a visitor sees: programmes, what they take and certify, and the addresses machines ask."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.models.cohorts import Cohort
from tests.cast import Cast


def test_the_front_page_names_every_programme(app: Flask) -> None:
    page = app.test_client().get("/").text
    assert "Northgate PAT Programme" in page and "Southgate PAT Programme" in page


def test_a_member_is_led_to_their_work(client_of: Callable[[str], FlaskClient]) -> None:
    answer = client_of("Lena").get("/")
    assert answer.status_code == 302 and answer.headers["Location"] == "/learn"


def test_a_programme_says_what_it_is_who_teaches_it_and_what_it_certifies(app: Flask) -> None:
    page = app.test_client().get("/programmes/northgate").text
    for said in (
        "Dr Adaeze Okafor",
        "Jonas Ward",
        "Completion of two lessons and a passed quiz.",
        "It authorises nothing.",
        "not a licence to practise",
        "Lesson number 2",
        "passed at 2 of 3 (60\u00a0%)",
        "24 months",
        "Autumn 2026",
    ):
        assert said in page, said


def test_a_closed_cohort_is_not_offered(app: Flask, cast: Cast) -> None:
    with app.app_context():
        cohort = db.session.get_one(Cohort, cast.autumn)
        cohort.enrols_until = None
        db.session.commit()
    page = app.test_client().get("/programmes/northgate").text
    assert "Enrol" not in page or "No cohort is open now" in page
    assert "Autumn 2026" not in page


def test_an_unknown_programme_is_not_there(app: Flask) -> None:
    assert app.test_client().get("/programmes/nowhere").status_code == 404


def test_healthz_answers_only_while_the_database_does(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_development_pages_do_not_exist_in_production_or_from_elsewhere(app: Flask) -> None:
    client = app.test_client()
    for path in ("/design", "/mailbox"):
        assert client.get(path).status_code == 200
        elsewhere = client.get(path, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
        assert elsewhere.status_code == 404
    settings = replace(app.config["SETTINGS"], mode="production")
    app.config["SETTINGS"] = settings
    for path in ("/design", "/mailbox"):
        assert client.get(path).status_code == 404
