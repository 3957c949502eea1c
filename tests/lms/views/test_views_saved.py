"""Reports and packs as staff meet them: filtered, kept, taken away, and only by whoever may."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.services import audit, packs
from tests.cast import Cast, token_in
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Cast:
    return cast


def test_a_report_is_built_kept_opened_and_taken_away(
    app: Flask, told: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    path = f"/manage/cohorts/{told.autumn}/report"
    query = "?source=roster&where=Certificate&op=is-not-empty&value=&column=Learner&sort=Learner"
    page = ada.get(path + query)
    assert "Leo Ferreira" in page.text and "Lena Marković" not in page.text
    assert "Only rows where Certificate is not empty." in page.text
    book = openpyxl.load_workbook(io.BytesIO(ada.get(f"{path}/table.xlsx{query}").data))
    assert [row[0] for row in book["Table"].iter_rows(values_only=True)] == [
        "Learner",
        "Leo Ferreira",
    ]
    form = {
        "csrf_token": token_in(page.text),
        "definition": page.text.split('name="definition"')[1].split('value="')[1].split('"')[0],
        "title": "Who is certified",
        "schedule": "monthly",
        "weekday": "0",
    }
    form["definition"] = form["definition"].replace("&#34;", '"')
    kept = ada.post(path + query, data=form)
    assert kept.status_code == 303
    opened = ada.get(kept.location)
    assert "Who is certified" in opened.text and "Leo Ferreira" in opened.text
    assert "Leo Ferreira" in ada.get(f"{kept.location}/table.csv").text
    assert "Who is certified" in ada.get(f"/manage/programmes/{told.northgate}/reports").text
    with app.app_context():
        acts = [entry.act for entry, _name in audit.list_entries(db.session, told.northgate)]
    assert acts.count("table.exported") == 2 and "table.kept" in acts
    gone = {"csrf_token": token_in(opened.text)}
    assert ada.post(f"{kept.location}/remove", data=gone).status_code == 303
    assert ada.get(kept.location).status_code == 404


def test_what_a_report_cannot_show_is_said_and_nothing_breaks(
    told: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    path = f"/manage/cohorts/{told.autumn}/report"
    odd = ada.get(f"{path}?source=roster&where=Shoe+size&op=is&value=44")
    assert odd.status_code == 422 and "no column “Shoe size”" in odd.text
    assert ada.get(f"{path}?source=everything").status_code == 404
    assert ada.get(f"{path}/table.exe?source=roster").status_code == 404


def test_an_auditor_reads_every_report_and_keeps_none(told: Cast, client_of: ClientOf) -> None:
    rhea = client_of("Rhea")
    path = f"/manage/cohorts/{told.autumn}/report"
    page = rhea.get(f"{path}?source=roster")
    assert page.status_code == 200 and "Keep this report" not in page.text
    sent = {"csrf_token": token_in(rhea.get("/account").text), "title": "Mine"}
    assert rhea.post(path, data=sent).status_code == 403


def test_an_auditor_asks_for_a_pack_and_fetches_it(
    app: Flask, told: Cast, client_of: ClientOf
) -> None:
    rhea, path = client_of("Rhea"), f"/manage/programmes/{told.northgate}/packs"
    page = rhea.get(path)
    assert "None yet." in page.text
    sent = {"csrf_token": token_in(page.text), "cohort": str(told.autumn)}
    assert rhea.post(path, data=sent).status_code == 303
    assert "Being made" in rhea.get(path).text
    with app.app_context():
        archivist = packs.tend(db.session, app.config["SETTINGS"], clock.now())
    assert archivist is not None
    archivist.join(60)
    ready = rhea.get(path)
    assert "Ready" in ready.text
    sent = {"csrf_token": token_in(ready.text)}
    with rhea.post("/manage/packs/1/fetch", data=sent) as fetched:
        assert fetched.data.startswith(b"PK") and fetched.headers["Cache-Control"] == "no-store"
    for who, status in (("Ivo", 403), ("Olga", 404), ("Pia", 404), ("Leo", 403)):
        assert client_of(who).get(path).status_code == status, who
    with app.app_context():
        entries = audit.list_entries(db.session, told.northgate)
        assert "pack.fetched" in [entry.act for entry, _name in entries]
