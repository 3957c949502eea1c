"""The pages of practice: a learner enters, a supervisor signs, staff look, a link works once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.models.audit import AuditEntry
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.services import practice
from tests.cast import PEOPLE, Cast, token_in
from tests.practice_samples import give_a_practice, list_places
from tests.stories import read_all, rows_of, sit

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def places(app: Flask, cast: Cast, tmp_path: Path) -> tuple[int, int, int]:
    with app.app_context():
        give_a_practice(db.session, tmp_path, cast)
        found = list_places(db.session, cast)
        db.session.commit()
    return found


def send(client: FlaskClient, page: str, path: str | None = None, **form: object) -> TestResponse:
    """Open a page, take its hidden fields along and send a form."""
    text = client.get(page).text
    hidden = {
        name: found[1]
        for name in ("ticket", "digest")
        if (found := re.search(rf'name="{name}"[^>]*value="([0-9a-f]*)"', text))
    }
    return client.post(path or page, data={"csrf_token": token_in(text), **hidden, **form})


def practicum(places: tuple[int, int, int], **changes: object) -> dict[str, object]:
    return {
        "practised_on": "2026-09-10",
        "supervisor": places[1],
        "site": places[0],
        "role": "assist",
        "substance": "classic",
        "administration_hours": "6,5",
        "dosing_sessions": "1",
        "consented": "y",
        **changes,
    }


def test_from_a_day_of_practice_to_a_locked_row(
    app: Flask, cast: Cast, client_of: ClientOf, places: tuple[int, int, int]
) -> None:
    lena, saul = client_of("Lena"), client_of("Saul")
    home = f"/learn/{cast.lena_seat}/practice"
    page = lena.get(home).text
    assert "verify with the regulator" not in page and "Read in the issuer" in page
    assert "40\N{NO-BREAK SPACE}h" in page and "meets" not in page
    done = send(lena, f"{home}/new/practicum", **practicum(places))
    assert done.status_code == 303
    assert "Waits for its signature" in lena.get(home).text
    assert send(lena, home, f"{home}/ask").status_code == 303
    queue = f"/manage/programmes/{cast.northgate}/supervision"
    assert PEOPLE["Lena"] in saul.get(queue).text
    row = re.search(r"/manage/supervision/\d+", saul.get(queue).text)
    assert row is not None
    wrong = send(saul, row[0], f"{row[0]}/sign", typed_name="Somebody")
    assert wrong.status_code == 422 and PEOPLE["Saul"] in wrong.text
    assert send(saul, row[0], f"{row[0]}/sign", typed_name=PEOPLE["Saul"]).status_code == 303
    assert "SHA-256" in saul.get(row[0]).text
    page = lena.get(home).text
    assert "Signed by" in page and "33\N{NO-BREAK SPACE}h 30\N{NO-BREAK SPACE}min" in page
    for format, kind in (("csv", "text/csv"), ("xlsx", "spreadsheetml")):
        with lena.get(f"{home}/table.{format}") as table:
            assert kind in table.headers["Content-Type"] and table.data
    assert lena.get(f"{home}/table.exe").status_code == 404
    with app.app_context():
        acts = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert {"practice.entered", "practice.signature-asked", "practice.signed"} <= acts


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"consented": ""}, "written consent"),
        ({"administration_hours": "six"}, "Enter a number of hours"),
        ({"administration_hours": "", "dosing_sessions": ""}, "other hours of practice"),
        ({"role": "role-play"}, "no administration session"),
        ({"practised_on": "2999-01-01"}, "still to come"),
        ({"supervisor": "999"}, "Supervisor"),
    ],
)
def test_what_cannot_be_is_answered_with_what_to_do(
    cast: Cast,
    client_of: ClientOf,
    places: tuple[int, int, int],
    changes: dict[str, object],
    words: str,
) -> None:
    form = practicum(places, **changes)
    answer = send(client_of("Lena"), f"/learn/{cast.lena_seat}/practice/new/practicum", **form)
    assert answer.status_code == 422 and words in answer.text
    assert 'value="River Clinic"' not in answer.text and "River Clinic" in answer.text


def test_a_link_from_the_mail_signs_once(
    app: Flask, cast: Cast, client_of: ClientOf, places: tuple[int, int, int]
) -> None:
    lena, nan = client_of("Lena"), app.test_client()
    home = f"/learn/{cast.lena_seat}/practice"
    send(
        lena,
        f"{home}/new/consultation",
        practised_on="2026-09-10",
        supervisor=places[2],
        hours="2",
        group_size="4",
    )
    send(lena, home, f"{home}/ask")
    with app.app_context():
        letter = db.session.scalars(sa.select(OutboxMessage.body)).one()
    path = re.search(r"/signatures/\S+", letter)
    assert path is not None
    assert nan.get(path[0]).status_code == nan.get(path[0]).status_code == 200
    row = re.search(r'name="entry" value="(\d+)"', nan.get(path[0]).text)
    assert row is not None
    nothing = send(nan, path[0], typed_name="Nan Abara")
    assert nothing.status_code == 422 and "Tick each row" in nothing.text
    done = send(nan, path[0], typed_name="Nan Abara", entry=row[1])
    assert done.status_code == 200 and "One row is signed." in done.text
    assert nan.get(path[0]).status_code == 404
    assert nan.get("/signatures/guessed").status_code == 404
    assert "Signed by" in lena.get(home).text


def test_the_last_signature_brings_the_credential(
    app: Flask, cast: Cast, client_of: ClientOf, places: tuple[int, int, int]
) -> None:
    """The programme has the credential wait; the course is done; 40 hours are signed last."""
    ada, lena, saul = client_of("Ada"), client_of("Lena"), client_of("Saul")
    lists = f"/manage/programmes/{cast.northgate}/practice"
    assert send(ada, lists, f"{lists}/switch", log="yes", ratings="no").status_code == 303
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=clock.now())
        db.session.commit()
        assert rows_of(db.session, CredentialRecord) == 0
    home = f"/learn/{cast.lena_seat}/practice"
    assert "Your credential waits for this" in lena.get(home).text
    assert "Practice signed for" in lena.get(f"/learn/{cast.lena_seat}/progress").text
    assert "Bring your practice log up to date" in lena.get("/learn").text
    for day in ("10", "11"):
        form = practicum(places, practised_on=f"2026-09-{day}", administration_hours="20")
        send(lena, f"{home}/new/practicum", **form)
    with app.app_context():
        rows = [entry.id for entry in practice.list_entries(db.session, cast.lena_seat)]
    for row in rows:
        page = f"/manage/supervision/{row}"
        assert send(saul, page, f"{page}/sign", typed_name=PEOPLE["Saul"]).status_code == 303
    with app.app_context():
        assert rows_of(db.session, CredentialRecord) == 1


def test_staff_keep_the_lists_and_an_auditor_only_reads(
    app: Flask, cast: Cast, client_of: ClientOf, places: tuple[int, int, int]
) -> None:
    ada, rhea = client_of("Ada"), client_of("Rhea")
    lists = f"/manage/programmes/{cast.northgate}/practice"
    twice = send(ada, lists, f"{lists}/sites", name="River  Clinic", place="Bend")
    assert twice.status_code == 422 and "already has a site" in twice.text
    assert send(ada, lists, f"{lists}/sites", name="Hill", place="Bend").status_code == 303
    end = send(ada, lists, f"{lists}/supervisors/{places[2]}/end")
    assert end.status_code == 303 and "Off the list" in ada.get(lists).text
    page = rhea.get(lists)
    assert page.status_code == 200 and "Enter a supervisor" not in page.text
    for path in (
        f"/manage/cohorts/{cast.autumn}/practice",
        f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/practice",
    ):
        assert rhea.get(path).status_code == 200
        assert PEOPLE["Lena"] in rhea.get(path).text
    other = f"/manage/cohorts/{cast.autumn}/learners/99999/practice"
    assert rhea.get(other).status_code == 404
