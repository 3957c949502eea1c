"""People who send what no page of ours would: fields they must not set, other people's numbers."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import Base, db
from lms.models.accounts import Account, RoleGrant
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.models.credentials import CredentialRecord
from lms.services import accounts, assessment, cohorts
from tests.cast import Cast, token_in
from tests.stories import Told, read_all, rows_of, tell

EVERY_COLUMN = sorted(
    {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    | {"user_id", "member", "role", "is_staff", "admin", "progress", "status", "score", "key"}
)
# Forged values for every column of the database; a form's own fields are left as they were sent.
FORGED = dict.fromkeys(EVERY_COLUMN, "1") | {"role": "administrator", "status": "Pass"}


def test_a_forged_score_is_not_even_read(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariants 21 and 22: the server computes from stored answers, whatever is sent along."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        seat = cohorts.seat_for(db.session, cast.lena, cast.lena_seat)
        attempt = assessment.start(db.session, seat, "first-module", seed=3, now=clock.now())
        db.session.commit()
    lena = client_of("Lena")
    token = token_in(lena.get(f"/attempts/{attempt}/review").text)
    forged = {**FORGED, "csrf_token": token, "points": "3", "maximum": "3", "passed": "true"}
    assert lena.post(f"/attempts/{attempt}/submit", data=forged).status_code == 303
    with app.app_context():
        points, passed = db.session.execute(sa.select(ScoreRecord.points, ScoreRecord.passed)).one()
        assert (points, passed) == (0, False)
        assert rows_of(db.session, CredentialRecord) == 0


def test_a_forged_start_begins_an_ordinary_attempt(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 12: number, seed, paper and instants are the server's own."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, clock.now())
        db.session.commit()
    lena = client_of("Lena")
    path = f"/learn/{cast.lena_seat}/first-module/quiz"
    token = token_in(lena.get(path).text)
    forged = {**FORGED, "csrf_token": token, "seed": "1", "number": "9", "account_id": cast.leo}
    before = clock.now()
    lena.post(f"{path}/start", data=forged)
    with app.app_context():
        made = db.session.scalars(sa.select(Attempt)).one()
        assert made.enrolment_id == cast.lena_seat and made.number == 1
        assert made.seed != 1 and made.submitted_at is None
        assert before <= made.started_at <= clock.now()


def test_a_forged_answer_changes_nothing_but_the_answer(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], told: Told
) -> None:
    """Invariant 23: whose attempt it is follows from the session, never from the body."""
    lena = client_of("Lena")
    token = token_in(lena.get(f"/attempts/{told.open_attempt}/items/1").text)
    body = {**FORGED, "sequence": 1, "answer": "b", "certainty": 3}
    body |= {"attempt_id": told.passed_attempt}
    body |= {"account_id": cast.leo, "recorded_at": "2020-01-01T00:00:00Z", "is_key": True}
    answer = lena.post(
        f"/attempts/{told.open_attempt}/items/1/response",
        json=body,
        headers={"X-CSRFToken": token},
    )
    assert answer.get_json()["stored"] == {"sequence": 1, "answer": "b", "certainty": None}
    assert answer.get_json()["saved_at"] > "2026"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"sequence": "1", "answer": "a"},
        {"sequence": 1.0, "answer": "a"},
        {"sequence": True, "answer": "a"},
        {"sequence": 1, "answer": None},
        {"sequence": 1, "answer": ["a"]},
        {"sequence": 10**30, "answer": "a"},
        {"sequence": -1, "answer": "a"},
        {"sequence": 1, "answer": "a" * 5000},
        {"sequence": 1, "answer": "\x00"},
    ],
)
def test_a_malformed_answer_is_refused_calmly(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], body: object, told: Told
) -> None:
    lena = client_of("Lena")
    token = token_in(lena.get(f"/attempts/{told.open_attempt}/items/1").text)
    answer = lena.post(
        f"/attempts/{told.open_attempt}/items/1/response",
        json=body,
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code in (400, 409, 422)
    assert answer.is_json


def test_nobody_promotes_themselves_through_a_form(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 22: only the fields a form has are taken; the rest of a row is out of reach."""
    otto = client_of("Otto")
    page = otto.get("/account").text
    form = {**FORGED, "csrf_token": token_in(page), "full_name": "Otto Lind",
            "profession": "Nurse", "email": "ada@example.org", "password": "x"}  # fmt: skip
    assert otto.post("/account", data=form).status_code == 303
    with app.app_context():
        row = db.session.get_one(Account, cast.otto)
        assert row.email == "otto@example.org" and row.password.startswith("$argon2")
        assert row.profession == "Nurse"
        assert not db.session.scalars(
            sa.select(RoleGrant).where(RoleGrant.account_id == cast.otto)
        ).all()


def test_enrolling_somebody_else_enrols_oneself(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 23."""
    otto = client_of("Otto")
    token = token_in(otto.get("/programmes/northgate").text)
    forged = {**FORGED, "csrf_token": token, "account_id": cast.olga, "user_id": cast.olga}
    assert otto.post(f"/cohorts/{cast.autumn}/enrol", data=forged).status_code == 303
    with app.app_context():
        seated = set(db.session.scalars(sa.select(Enrolment.account_id)))
        assert seated == {cast.lena, cast.leo, cast.otto}


def test_a_role_that_is_withdrawn_ends_with_the_next_request(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariant 28: rights are looked up each time, never kept in a session."""
    ivo = client_of("Ivo")
    path = f"/manage/cohorts/{cast.autumn}"
    assert ivo.get(path).status_code == 200
    with app.app_context():
        accounts.withdraw_role(
            db.session,
            programme_id=cast.northgate,
            account_id=cast.ivo,
            by=cast.ada,
            now=clock.now(),
        )
        db.session.commit()
    assert ivo.get(path).status_code == 404
    assert ivo.get("/manage").status_code == 404


def test_a_session_that_was_ended_opens_nothing_more(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    lena = client_of("Lena")
    assert lena.get("/learn").status_code == 200
    with app.app_context():
        accounts.end_other_sign_ins(db.session, cast.lena, keep=None, now=clock.now())
        db.session.commit()
    assert lena.get("/learn").status_code == 302
    answer = lena.post("/attempts/1/items/1/response", json={})
    assert answer.status_code in (400, 401)


MARKUP = '"><script>alert(1)</script>{{7*7}}<img src=x onerror=alert(1)>\u202e'


def test_markup_in_a_name_is_shown_as_typed(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient]
) -> None:
    """Invariants 47 and 52: on the learner's, the administrator's and the public page alike."""
    with app.app_context():
        db.session.execute(
            sa.update(Account).where(Account.id == cast.leo).values(full_name=MARKUP)
        )
        db.session.commit()
    told = tell(app, cast)
    leo, ada = client_of("Leo"), client_of("Ada")
    for client, path in (
        (leo, "/account"),
        (leo, "/learn"),
        (leo, "/credentials"),
        (ada, f"/manage/cohorts/{cast.autumn}"),
        (ada, f"/manage/cohorts/{cast.autumn}/learners/{cast.leo_seat}"),
        (ada, f"/manage/programmes/{cast.northgate}/audit"),
        (app.test_client(), f"/v/{told.serial}"),
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "<script>alert" not in page.text and "onerror=alert(1)>" not in page.text, path
        assert "&lt;script&gt;" in page.text or "audit" in path, path
        assert ">49<" not in page.text and not re.search(r"script>49", page.text)


def test_every_unknown_serial_gets_the_same_page(app: Flask) -> None:
    """Invariant 35: unknown, malformed and wrongly checked numbers are told apart by nobody."""
    client = app.test_client()
    pages = {
        client.get(f"/v/{serial}").text
        for serial in (
            "0" * 28,
            "NOSUCHNUMBER",
            "a",
            "%00",
            "🜁" * 10,
            "0W40J2GB1G6GW3RG2491650N2R6Z",
        )
    }
    assert len(pages) == 1
    statuses = {client.get(f"/v/{serial}").status_code for serial in ("0" * 28, "x")}
    assert statuses == {404}


def test_a_certificate_is_drawn_from_the_record_alone(
    app: Flask, cast: Cast, client_of: Callable[[str], FlaskClient], told: Told
) -> None:
    """Invariants 36 and 37: nothing in the address or the query reaches the paper."""
    leo = client_of("Leo")
    path = f"/credentials/{told.serial}/certificate.pdf"
    plain = leo.get(path)
    forged = leo.get(f"{path}?name=Somebody&holder_name=Somebody&minutes=99999&verify=evil.example")
    assert plain.data.startswith(b"%PDF") and plain.data == forged.data
    for who in ("Lena", "Otto", "Olga"):
        assert client_of(who).get(path).status_code == 404
    assert client_of("Ada").get(path).status_code == 403
