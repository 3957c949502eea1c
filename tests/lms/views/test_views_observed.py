"""The pages of observed skills: opened, judged blind on two sheets, decided, planned, shown."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.db import db
from tests.cast import PEOPLE, Cast, token_in
from tests.practice_samples import LINES, give_a_practice

ClientOf = Callable[[str], FlaskClient]


def send(client: FlaskClient, page: str, path: str | None = None, **form: object) -> TestResponse:
    """Open a page, take its ticket along and send a form."""
    text = client.get(page).text
    ticket = re.search(r'name="ticket"[^>]*value="([0-9a-f]*)"', text)
    hidden = {"ticket": ticket[1]} if ticket else {}
    return client.post(path or page, data={"csrf_token": token_in(text), **hidden, **form})


def sheet_of(client: FlaskClient, page: str) -> str:
    found = re.search(r"/observations/sheets/\d+", client.get(page).text)
    assert found is not None
    return found[0]


def judge(client: FlaskClient, page: str, act: str = "hand-in", **judged: str) -> TestResponse:
    form = {f"line-{line}": judged.get(line[-1:], "met") for line in LINES}
    return send(client, page, act=act, **form)


def test_two_sheets_a_decision_and_a_plan(
    app: Flask, cast: Cast, client_of: ClientOf, tmp_path: Path
) -> None:
    with app.app_context():
        give_a_practice(db.session, tmp_path, cast)
        db.session.commit()
    ada, ivo, ed, saul, lena = (client_of(each) for each in ("Ada", "Ivo", "Ed", "Saul", "Lena"))
    cohort = f"/manage/cohorts/{cast.autumn}/observed"
    assert "Nobody was observed yet" in ivo.get(cohort).text
    form = {
        "learner": cast.lena_seat,
        "checklist": "touch",
        "setting": "role-play",
        "observed_on": "2026-09-10",
        "first": cast.ivo,
    }
    same = send(ivo, f"{cohort}/new", **form, second=cast.ivo)
    assert same.status_code == 422 and "two people" in same.text
    page = send(ivo, f"{cohort}/new", **form, second=cast.ed).headers["Location"]
    sheet = sheet_of(ivo, cohort)
    judge(ivo, sheet, act="save", **{"2": "not-met"})
    assert re.search(r'name="line-BND-2" value="not-met" checked', ivo.get(sheet).text)
    left_out = {f"line-{line}": "met" for line in LINES if line != "BND-2"}
    page_again = send(ivo, sheet, act="hand-in", **left_out)
    assert page_again.status_code == 422 and page_again.text.count("Not judged yet") == 1
    assert 'href="#line-BND-2-1"' in page_again.text and 'id="line-BND-2-1"' in page_again.text
    assert judge(ivo, sheet, **{"2": "not-met"}).status_code == 303
    assert f'href="{cohort}"' in ivo.get(sheet).text
    for client in (ada, ed):
        assert "Line by line" not in client.get(page).text
    assert "not-met" not in ed.get(sheet_of(ed, page)).text.replace('value="not-met"', "")
    assert judge(ed, sheet_of(ed, page)).status_code == 303
    assert "The raters differ on 1 line" in ada.get(page).text
    assert send(ada, page, f"{page}/third", third=cast.saul).status_code == 303
    queue = f"/manage/programmes/{cast.northgate}/supervision"
    decides = sheet_of(saul, queue)
    assert "Rater 1: Not met" in saul.get(decides).text
    assert "BND-1" not in saul.get(decides).text
    assert f'href="{queue}"' in saul.get(decides).text
    assert send(saul, decides, act="hand-in", **{"line-BND-2": "not-met"}).status_code == 303
    assert send(ada, page, f"{page}/plan", steps="", due_on="").status_code == 422
    planned = send(ada, page, f"{page}/plan", steps="Practise it.", due_on="2099-01-01")
    assert planned.status_code == 303
    own = lena.get(f"/learn/{cast.lena_seat}/observed").text
    assert "Practise it." in own and "Not met" in own and PEOPLE["Ivo"] not in own
    with ada.get(f"{cohort}/table.csv") as table:
        assert PEOPLE["Lena"] in table.text and "to-work-on" in table.text
