"""The pages of rosters: from a spreadsheet to people who sign in, and who may do which."""

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.audit import AuditEntry
from lms.models.cohorts import Enrolment
from lms.models.mail import OutboxMessage
from lms.services import rosters
from tests.cast import Cast, token_in
from tests.roster_samples import FILE, bring

ClientOf = Callable[[str], FlaskClient]
GOOD = "\n".join(FILE.splitlines()[:3]) + "\n"


def send(client: FlaskClient, cast: Cast, data: bytes, name: str = "people.csv") -> str:
    """Send a file through the real form; return where it leads, or the page."""
    path = f"/manage/cohorts/{cast.autumn}/rosters"
    form = {"csrf_token": token_in(client.get(path).text), "file": (io.BytesIO(data), name)}
    answer = client.post(path, data=form)
    return str(answer.headers.get("Location", answer.text))


def act(client: FlaskClient, path: str) -> str:
    """Press a button of the page and read where it leads."""
    form = {"csrf_token": token_in(client.get("/account").text)}
    return client.post(path, data=form, follow_redirects=True).text


def write(app: Flask) -> list[str]:
    """Let the messages be written; return the addresses that they lead to."""
    with app.app_context():
        rosters.write_waiting(db.session, app.config["SETTINGS"], clock.now())
        bodies = db.session.scalars(sa.select(OutboxMessage.body).order_by(OutboxMessage.id))
        return [found[0] for body in bodies if (found := re.findall(r"/invited/\S+", body))]


def test_from_a_spreadsheet_to_a_learner_who_signs_in(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    where = send(ada, cast, GOOD.encode())
    assert where == "/manage/rosters/1"
    page = ada.get(where).text
    assert "Ready to apply" in page and "Amara Singh" in page
    page = act(ada, f"{where}/apply")
    assert "Applied." in page and "0 of 1" in page
    (link,) = write(app)
    amara = app.test_client()
    opened = amara.get(link)
    assert "Amara Singh" in opened.text and 'content="no-referrer"' in opened.text
    form = {
        "csrf_token": token_in(opened.text),
        "full_name": "Amara Singh",
        "profession": "Nurse",
        "password": "a heron waits by the mill",
    }
    weak = amara.post(link, data={**form, "password": "short"})
    assert weak.status_code == 422 and "At least 12" in weak.text
    assert amara.post(link, data=form).headers["Location"] == "/learn"
    assert "Autumn 2026" in amara.get("/learn").text
    assert app.test_client().get(link).status_code == 404


def test_what_is_in_the_way_is_told_row_by_row_and_nothing_is_done(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada = client_of("Ada")
    where = send(ada, cast, FILE.encode())
    page = ada.get(where).text
    assert "Nothing can be applied yet" in page and "2 rows are in the way." in page
    assert "“no address” is no e-mail address" in page
    assert "“N-2” stands in row 3 already" in page
    assert "as a whole" in act(ada, f"{where}/apply")
    only = ada.get(f"{where}?show=error").text
    assert "Fifth Person" in only and "Amara Singh" not in only


def test_a_roster_in_the_way_waits_until_its_corrected_list_is_applied(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada, queue = client_of("Ada"), f"/manage/programmes/{cast.northgate}/queue"
    wrong = send(ada, cast, FILE.encode(), "wrong.csv")
    assert "Send the corrected list" in ada.get(wrong).text
    assert "wrong.csv" in ada.get(queue).text
    right = send(ada, cast, b"E-mail,Name\namara@example.org,Amara Singh\n", "right.csv")
    assert "wrong.csv" in ada.get(queue).text, "nothing is applied yet"
    act(ada, f"{right}/apply")
    assert "wrong.csv" not in ada.get(queue).text


def test_a_workbook_goes_the_same_way(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    """From the template itself: filled in, sent, understood."""
    ada = client_of("Ada")
    template = ada.get(f"/manage/cohorts/{cast.autumn}/rosters/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.data))
    assert book.worksheets[0]["B1"].value == "E-mail"
    where = send(ada, cast, template.data, "people.xlsx")
    assert "Amara Singh" in ada.get(where).text


def test_a_long_file_is_read_in_the_background_and_the_page_says_so(
    app: Flask, cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "SMALL", 10)
    ada = client_of("Ada")
    where = send(ada, cast, GOOD.encode())
    waiting = ada.get(where).text
    assert "0 rows read so far" in waiting and "Look again" in waiting and "batch.js" in waiting
    with app.app_context():
        rosters.work(db.session, app.config["SETTINGS"].data, clock.now)
    assert "Ready to apply" in ada.get(where).text


def test_a_file_that_is_too_large_is_refused_in_words(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.services.rosters.sending.MOST_BYTES", 1000)
    page = send(client_of("Ada"), cast, b"x" * 1001)
    assert "Split it, or leave out columns" in page


def test_undoing_takes_the_people_out_again(app: Flask, cast: Cast, client_of: ClientOf) -> None:
    ada = client_of("Ada")
    where = send(ada, cast, GOOD.encode())
    act(ada, f"{where}/apply")
    assert "Undo this roster?" in ada.get(f"{where}/undo").text
    assert "2 rows are undone." in act(ada, f"{where}/undo")
    with app.app_context():
        places = db.session.scalars(sa.select(Enrolment.account_id)).all()
    assert sorted(places) == sorted([cast.lena, cast.leo])


def test_rows_go_out_as_they_are_shown_and_who_took_them_is_noted(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    with app.app_context():
        bring(db.session, cast, app.config["SETTINGS"].data, clock.now())
    table = client_of("Rhea").get("/manage/rosters/1/rows.csv?show=error").text
    assert table.splitlines()[0].startswith('\ufeff"Staff number","E-mail","Name"')
    assert len(table.splitlines()) == 3 and "Keep one of the two." in table
    with app.app_context():
        entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.act == "roster.exported"


@pytest.mark.parametrize(("who", "status"), [("Rhea", 403), ("Ivo", 403), ("Olga", 404)])
def test_who_only_looks_brings_nobody_in(
    app: Flask, cast: Cast, client_of: ClientOf, who: str, status: int
) -> None:
    with app.app_context():
        bring(db.session, cast, app.config["SETTINGS"].data, clock.now())
    client = client_of(who)
    form = {"csrf_token": token_in(client.get("/account").text)}
    for button in ("apply", "discard", "undo", "invite"):
        assert client.post(f"/manage/rosters/1/{button}", data=form).status_code == status
    there = f"/manage/cohorts/{cast.autumn}/rosters"
    assert client.post(there, data=form).status_code == status


def test_somebody_with_an_account_takes_the_place_signed_in(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    ada, otto = client_of("Ada"), client_of("Otto")
    where = send(ada, cast, b"E-mail,Name\notto@example.org,Anybody\n")
    act(ada, f"{where}/apply")
    (link,) = write(app)
    assert "Otto" not in app.test_client().get(link).text, "the link alone names nobody"
    assert "another address" in client_of("Leo").get(link).text
    form = {"csrf_token": token_in(otto.get(link).text)}
    assert otto.post(link, data=form).headers["Location"] == "/learn"
    assert "Autumn 2026" in otto.get("/learn").text


def test_whoever_is_signed_in_as_another_makes_no_account_by_a_link(
    app: Flask, cast: Cast, client_of: ClientOf
) -> None:
    """A shared computer: the colleague who is signed in would take the place as somebody new."""
    ada, leo = client_of("Ada"), client_of("Leo")
    where = send(ada, cast, b"E-mail,Name\nnew@example.org,Anybody\n")
    act(ada, f"{where}/apply")
    (link,) = write(app)
    page = leo.get(link).text
    assert "another address" in page and 'name="password"' not in page
    form = {"csrf_token": token_in(leo.get("/account").text), "password": "a long new password 7"}
    assert "another address" in leo.post(link, data=form).text
    assert 'name="password"' in app.test_client().get(link).text
