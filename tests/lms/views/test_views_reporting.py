"""The pages of completion reports: a learner's consent, the file that is sent, who may open it."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.audit import AuditEntry
from lms.services import reporting
from tests.cast import token_in
from tests.completion_samples import report
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]
WORDS = {
    "first_name": "Leo",
    "last_name": "Ferreira",
    "licence_jurisdiction": "Oregon",
    "licence_number": "PSY-20931",
    "birth_month": "2",
    "birth_day": "29",
    "agrees": "y",
}


def press(client: FlaskClient, path: str, **fields: str) -> tuple[int, str, bytes]:
    """Send a form; return status, page and bytes of where it leads."""
    form = {"csrf_token": token_in(client.get("/account").text), **fields}
    answer = client.post(path, data=form, follow_redirects=True)
    return answer.status_code, answer.text, answer.data


def test_from_consent_to_the_file_and_back(app: Flask, told: Told, client_of: ClientOf) -> None:
    leo, ada = client_of("Leo"), client_of("Ada")
    consent = f"/learn/{told.cast.leo_seat}/reporting"
    programme = f"/manage/programmes/{told.cast.northgate}/reporting"
    assert "without the year" in leo.get(consent).text
    status, page, _ = press(leo, consent, **{**WORDS, "birth_day": "31"})
    assert status == 422 and "no such day" in page
    assert "Keep it and report" in page
    assert "Kept, encrypted." in press(leo, consent, **WORDS)[1]
    press(ada, f"{programme}/activity", course="small-course", activity_id="2026-0417")
    assert "1 completion is ready." in ada.get(programme).text
    page = press(ada, f"{programme}/make", course="small-course")[1]
    assert "R1-1" in page and "PSY-20931" not in page
    text = press(ada, "/manage/reports/1/file.txt")[2].decode()
    assert "\tPSY-20931\t" in text and "\t2\t29\t" in text
    form = {
        "csrf_token": token_in(ada.get("/account").text),
        "file": (io.BytesIO(b"Reference,Reason\nR1-1,Not found\n"), "back.csv"),
    }
    back = ada.post("/manage/reports/1/rejections", data=form, follow_redirects=True).text
    assert "One line is marked." in back and "Not found" in back
    assert "it waits no more" in press(ada, "/manage/reports/1/lines/1/settle")[1]
    assert "is erased" in press(leo, f"{consent}/withdraw")[1]
    assert "PSY-20931" not in press(ada, "/manage/reports/1/file.csv")[1]


@pytest.mark.parametrize(
    ("who", "page", "file"), [("Rhea", 200, 403), ("Ivo", 403, 403), ("Olga", 404, 404)]
)
def test_what_is_entrusted_is_opened_by_administrators_alone(
    app: Flask, told: Told, client_of: ClientOf, who: str, page: int, file: int
) -> None:
    with app.app_context():
        report(db.session, told.cast, app.config["SETTINGS"].secret(), clock.now())
        db.session.commit()
    client = client_of(who)
    shown = client.get("/manage/reports/1")
    assert shown.status_code == page and "PSY-20931" not in shown.text
    assert press(client, "/manage/reports/1/file.txt")[0] == file
    with app.app_context():
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
    assert "report.exported" not in acts


def test_a_file_of_what_came_back_that_is_none_is_told_at_its_field(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    with app.app_context():
        report(db.session, told.cast, app.config["SETTINGS"].secret(), clock.now())
        db.session.commit()
    ada = client_of("Ada")
    form = {
        "csrf_token": token_in(ada.get("/account").text),
        "file": (io.BytesIO(b"%PDF-1.7"), "back.pdf"),
    }
    answer = ada.post("/manage/reports/1/rejections", data=form)
    assert answer.status_code == 422 and "neither a CSV file nor" in answer.text


def test_completions_have_pages_and_the_file_has_them_all(
    app: Flask, told: Told, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        report(db.session, told.cast, app.config["SETTINGS"].secret(), clock.now())
        db.session.commit()
        northgate = told.cast.northgate
        (one,) = reporting.list_completions(db.session, northgate, "small-course", clock.now())
    many = [replace(one, holder=f"Holder {number:03}") for number in range(120)]
    monkeypatch.setattr(reporting, "list_completions", lambda *_: many)
    ada, path = client_of("Ada"), f"/manage/programmes/{northgate}/reporting"
    seen = [
        set(re.findall(r"Holder \d{3}", ada.get(f"{path}?page={page}").text)) for page in (1, 2, 3)
    ]
    assert [len(each) for each in seen] == [50, 50, 20] and len(set.union(*seen)) == 120
    assert set(re.findall(r"Holder \d{3}", ada.get(f"{path}?page=99").text)) == seen[2]
    rest = ada.get(f"{path}?show=rejected").text
    assert "show=rejected&amp;page=2" in rest or "show=rejected&page=2" in rest
    file = ada.get(f"{path}/table.csv?show=rejected").text
    assert len(set(re.findall(r"Holder \d{3}", file))) == 120
    assert "Holder" not in ada.get(f"{path}/table.csv?show=ready").text.split("\n", 1)[1]
