"""The pages of batches: asking, watching without script, fetching, and who may."""

import io
import zipfile
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.audit import AuditEntry
from lms.services import batches
from tests.cast import Cast, token_in
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]


def make(app: Flask) -> None:
    with app.app_context():
        batches.work(db.session, app.config["SETTINGS"], clock.now)


def acts(app: Flask) -> list[str]:
    with app.app_context():
        query = sa.select(AuditEntry.act).where(AuditEntry.act.like("batch.%"))
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_from_asking_to_the_file(app: Flask, told: Told, client_of: ClientOf) -> None:
    ada, path = client_of("Ada"), f"/manage/cohorts/{told.cast.autumn}/certificates"
    page = ada.get(path).text
    assert "None yet." in page
    asked = ada.post(path, data={"csrf_token": token_in(page)})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/manage/batches/1")
    waiting = ada.get("/manage/batches/1").text
    assert "0 of 1" in waiting and "Look again" in waiting and "batch.js" in waiting
    refused = ada.post("/manage/batches/1/fetch", data={"csrf_token": token_in(page)})
    assert refused.status_code == 303
    make(app)
    ready = ada.get("/manage/batches/1").text
    assert "The file is ready" in ready and "batch.js" not in ready
    with ada.post("/manage/batches/1/fetch", data={"csrf_token": token_in(page)}) as answer:
        assert answer.mimetype == "application/zip"
        assert (
            "attachment; filename=certificates-Autumn-2026-"
            in (answer.headers["Content-Disposition"])
        )
        assert "no-store" in answer.headers["Cache-Control"]
        with zipfile.ZipFile(io.BytesIO(answer.data)) as made:
            assert any(told.serial in name for name in made.namelist())
    assert acts(app) == ["batch.asked", "batch.made", "batch.fetched"]


def test_asking_twice_leads_to_the_same_page(app: Flask, told: Told, client_of: ClientOf) -> None:
    ada, path = client_of("Ada"), f"/manage/cohorts/{told.cast.autumn}/certificates"
    form = {"csrf_token": token_in(ada.get(path).text)}
    places = {ada.post(path, data=form).headers["Location"] for _ in range(2)}
    assert places == {"/manage/batches/1"}


def test_an_empty_cohort_is_told_so(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada, path = client_of("Ada"), f"/manage/cohorts/{cast.autumn}/certificates"
    form = {"csrf_token": token_in(ada.get(path).text)}
    assert "Nobody in this cohort" in ada.post(path, data=form, follow_redirects=True).text


def test_nobody_else_fetches_it(app: Flask, told: Told, client_of: ClientOf) -> None:
    """Invariant 29: the file holds everybody's certificate."""
    ada, path = client_of("Ada"), f"/manage/cohorts/{told.cast.autumn}/certificates"
    ada.post(path, data={"csrf_token": token_in(ada.get(path).text)})
    make(app)
    for who, status in (("Ivo", 403), ("Leo", 404), ("Olga", 404), ("Otto", 404)):
        client = client_of(who)
        form = {"csrf_token": token_in(client.get("/account").text)}
        assert client.post("/manage/batches/1/fetch", data=form).status_code == status, who
        assert client.get("/manage/batches/1").status_code == status, who
    assert "batch.fetched" not in acts(app)


def test_looking_fetches_nothing(app: Flask, told: Told, client_of: ClientOf) -> None:
    ada, path = client_of("Ada"), f"/manage/cohorts/{told.cast.autumn}/certificates"
    ada.post(path, data={"csrf_token": token_in(ada.get(path).text)})
    make(app)
    assert ada.get("/manage/batches/1/fetch").status_code == 405
    assert ada.head("/manage/batches/1").status_code == 200
    assert "batch.fetched" not in acts(app)
