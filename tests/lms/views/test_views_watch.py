"""The pages of who is at risk: staff look and act, auditors look, nobody else learns a thing."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.cohorts import Cohort
from lms.models.watch import RiskFlagAct
from lms.services import cohorts, watch
from tests.cast import Cast, token_in

SILENT = "No trace for"


@pytest.fixture
def silent(app: Flask, cast: Cast) -> str:
    """Lena and Leo have been silent for long; return the key of Lena's flag."""
    with app.app_context():
        start = clock.now().date() - timedelta(days=40)
        db.session.execute(
            sa.update(Cohort).values(starts_on=start, due_on=start + timedelta(days=400))
        )
        db.session.execute(sa.text("UPDATE enrolments SET enrolled_at = '2026-01-01 08:00:00'"))
        db.session.commit()
    return f"{cast.lena_seat}/silent/"


def post(client: FlaskClient, page: str, path: str, **form: object):  # type: ignore[no-untyped-def]
    token = token_in(client.get(page).text)
    return client.post(path, data={**form, "csrf_token": token}, follow_redirects=True)


def test_staff_see_why_take_it_and_deal_with_it(
    client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    ivo, page = client_of("Ivo"), f"/manage/cohorts/{cast.autumn}/at-risk"
    seen = ivo.get(page).text
    assert seen.count(SILENT) == 2 and "Nobody has taken it yet." in seen
    given = post(ivo, page, f"{page}/owner", flag=[silent], owner=cast.ivo)
    assert "1 flag given." in given.text
    assert "Taken by <bdi>Ivo Hansen</bdi>" in ivo.get(f"{page}?show=mine").text
    one = f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/flags"
    day = (clock.now() + timedelta(days=7)).date().isoformat()
    dealt = post(
        ivo, one, one, flag=silent, do="outcome", outcome="contacted", again_on=day, words="Rang."
    )
    assert "Spoke with them" in dealt.text and "“Rang.”" in dealt.text
    assert ivo.get(page).text.count(SILENT) == 1
    assert ivo.get(f"{page}?show=dealt").text.count(SILENT) == 1


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"do": "note", "words": " "}, "Write a note."),
        ({"do": "outcome", "outcome": "nonsense"}, "Not a valid choice."),
        ({"do": "outcome", "outcome": "plan", "again_on": "2020-01-01"}, "a day to come"),
        ({"do": "owner", "owner": 99999}, "Not a valid choice."),
    ],
)
def test_what_cannot_be_done_says_so_and_keeps_what_was_typed(
    app: Flask,
    client_of: Callable[[str], FlaskClient],
    cast: Cast,
    silent: str,
    form: dict[str, object],
    problem: str,
) -> None:
    ivo = client_of("Ivo")
    one = f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/flags"
    answer = post(ivo, one, one, flag=silent, **form)
    assert answer.status_code == 422 and problem in answer.text
    with app.app_context():
        assert db.session.scalars(sa.select(RiskFlagAct)).all() == []


def test_a_flag_of_another_learner_cannot_be_slipped_in(
    app: Flask, client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    ivo = client_of("Ivo")
    one = f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}/flags"
    assert post(ivo, one, one, flag=silent, do="note", words="x").status_code == 422
    for key in ("", "x/silent/", f"{cast.leo_seat}/nonsense/", f"{cast.leo_seat}/behind/../"):
        assert post(ivo, one, one, flag=key, do="note", words="x").status_code == 422


def test_an_auditor_looks_and_cannot_act(
    client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    rhea, page = client_of("Rhea"), f"/manage/cohorts/{cast.autumn}/at-risk"
    seen = rhea.get(page).text
    assert SILENT in seen and "Give those ticked to" not in seen
    one = f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/flags"
    assert "Deal with it" not in rhea.get(one).text
    token = token_in(rhea.get("/account").text)
    form = {"flag": silent, "do": "note", "words": "x", "csrf_token": token}
    assert rhea.post(one, data=form).status_code == 403


def test_rules_are_set_by_administrators_and_reach_the_page(
    app: Flask, client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    ada, page = client_of("Ada"), f"/manage/programmes/{cast.northgate}/at-risk"
    off = {"safety": 2, "certain": 3, "window": 14, "behind": 7, "silent": 300, "silent_on": "y"}
    assert "5 rules changed." in post(ada, page, page, **off).text
    with app.app_context():
        rules = watch.rules_of(db.session, cast.northgate)
    assert (rules.safety, rules.silent) == (None, 300)
    assert SILENT not in ada.get(f"/manage/cohorts/{cast.autumn}/at-risk").text
    assert "Enter 1 to 365." in post(ada, page, page, **{**off, "silent": 999}).text
    assert "Save the rules" not in client_of("Ivo").get(page).text


def test_the_file_holds_what_the_page_shows_and_no_notes(
    app: Flask, client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    ada, one = client_of("Ada"), f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}/flags"
    post(ada, one, one, flag=silent, do="note", words="CANARY-NOTE")
    file = ada.get(f"/manage/cohorts/{cast.autumn}/at-risk/table.csv").text
    assert "Lena Marković" in file and "CANARY" not in file
    book = ada.get(f"/manage/cohorts/{cast.autumn}/at-risk/table.xlsx")
    assert book.status_code == 200 and book.data[:2] == b"PK"
    assert ada.get(f"/manage/cohorts/{cast.autumn}/at-risk/table.exe").status_code == 404


def test_a_note_about_a_learner_stays_with_the_staff(
    client_of: Callable[[str], FlaskClient], cast: Cast
) -> None:
    ivo, page = client_of("Ivo"), f"/manage/cohorts/{cast.autumn}/learners/{cast.lena_seat}"
    post(ivo, page, f"{page}/notes", ticket="t1", words="CANARY-NOTE: prefers mornings.")
    lena = client_of("Lena")
    for path in ("/learn", f"/learn/{cast.lena_seat}/progress", "/account"):
        assert "CANARY-NOTE" not in lena.get(path).text
    assert lena.get(page).status_code == 403


def test_one_rule_is_chosen_and_every_link_of_the_page_opens(
    app: Flask, client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    ada, page = client_of("Ada"), f"/manage/cohorts/{cast.autumn}/at-risk"
    seen = ada.get(page).text
    chosen = ada.get(f"{page}?only=silent").text
    assert chosen.count(SILENT) == 2
    assert "No such flag" in ada.get(f"{page}?only=behind").text
    for link in set(re.findall(rf'href="({page}[^"]*)"', seen + chosen)):
        assert ada.get(link.replace("&amp;", "&")).status_code == 200


def test_staff_who_learn_never_read_what_is_noted_about_themselves(
    app: Flask, client_of: Callable[[str], FlaskClient], cast: Cast, silent: str
) -> None:
    assert silent
    with app.app_context():
        how = {"cohort_id": cast.autumn, "by": cast.dina, "now": clock.now()}
        seat = cohorts.place(db.session, account_id=cast.ivo, **how)  # type: ignore[arg-type]
        run = cohorts.cohort_for(db.session, cast.ed, cast.autumn, "instructor")
        words = {"ticket": "1" * 32, "by": cast.ed, "now": clock.now()}
        watch.write_note(db.session, run, seat, "CANARY-NOTE", **words)  # type: ignore[arg-type]
        db.session.commit()
    page = f"/manage/cohorts/{cast.autumn}/learners/{seat}"
    assert "CANARY-NOTE" in client_of("Ed").get(f"{page}/notes").text
    assert client_of("Ed").get(f"{page}/flags").status_code == 200
    for part in ("", "/history", "/hours", "/notes"):
        own = client_of("Ivo").get(f"{page}{part}")
        assert own.status_code == 200 and "CANARY-NOTE" not in own.text
    assert client_of("Ivo").get(f"{page}/flags").status_code == 403
