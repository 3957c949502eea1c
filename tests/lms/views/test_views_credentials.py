"""The holder's list and paper, and revocation."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.services import credentials
from tests.act_samples import second_administrator
from tests.cast import Cast, token_in
from tests.stories import VERIFY, Told

ClientOf = Callable[[str], FlaskClient]


def test_revoking_takes_a_reason_and_a_note_and_happens_once(
    app: Flask, cast: Cast, client_of: ClientOf, told: Told
) -> None:
    ada, path = client_of("Ada"), f"/manage/credentials/{told.serial}/revoke"
    token = token_in(ada.get(path).text)
    for wrong in ({}, {"reason": "misconduct"}, {"reason": "spite", "note": "x"}, {"note": "x"}):
        assert ada.post(path, data={**wrong, "csrf_token": token}).status_code == 422
    form = {"reason": "misconduct", "note": "Board letter.", "csrf_token": token}
    assert ada.post(path, data=form).status_code == 303
    assert "evoked" not in app.test_client().get(f"/v/{told.serial}").text
    assert ada.post(path, data=form).status_code == 422, "one proposal waits at a time"
    with app.app_context():
        bea = second_administrator(db.session, cast)
        (line,) = credentials.list_waiting(db.session, cast.northgate)
        credentials.approve(db.session, bea, line.id, now=clock.now(), verify_address=VERIFY)
        db.session.commit()
    assert "misconduct" not in app.test_client().get(f"/v/{told.serial}").text
    assert "evoked" in app.test_client().get(f"/v/{told.serial}").text
    leo = client_of("Leo").get(f"/credentials/{told.serial}/certificate.pdf")
    assert leo.status_code == 303, "a revoked certificate is not drawn"


def test_the_same_credential_gives_the_same_paper(
    app: Flask, cast: Cast, client_of: ClientOf, told: Told
) -> None:
    leo, path = client_of("Leo"), f"/credentials/{told.serial}/certificate.pdf"
    first, second = leo.get(path), leo.get(path)
    assert first.data == second.data and first.mimetype == "application/pdf"
    assert "attachment" in first.headers["Content-Disposition"]
    assert "no-store" in first.headers["Cache-Control"]
