"""The pages of acts: two administrators, one holder, and what each of them is shown."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.db import db
from lms.models.accounts import RoleGrant
from lms.models.acts import ActProposal, CredentialAct
from lms.services import credentials
from tests.act_samples import NOTE, dispute, do, leave_ada_and_ivo, second_administrator
from tests.cast import Cast, token_in
from tests.stories import Told, rows_of

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def told(app: Flask, cast: Cast, told: Told) -> Told:
    """Leo holds a certificate, and Bea and Ada alone administer."""
    with app.app_context():
        leave_ada_and_ivo(db.session, cast)
        second_administrator(db.session, cast)
        db.session.commit()
    return told


def send(client: FlaskClient, page: str, action: str, **form: str) -> tuple[int, str]:
    """Send a form of a page; return the status and the page one ends on."""
    token = token_in(client.get(page).text)
    answer = client.post(action, data={**form, "csrf_token": token})
    if answer.status_code == 303:
        return 303, client.get(answer.headers["Location"]).text
    return answer.status_code, answer.text


def test_one_proposes_the_other_approves_and_everybody_reads_what_is_theirs(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada, bea, leo = client_of("Ada"), client_of("Bea"), client_of("Leo")
    page, public = f"/manage/credentials/{told.serial}", f"/v/{told.serial}"
    form = {"reason": "misconduct", "note": NOTE}
    status, text = send(ada, f"{page}/revoke", f"{page}/revoke", **form)
    assert status == 303 and "a second administrator answers" in text
    assert "Bea Lund" in text and "Approve and do it" not in text
    assert "evoked" not in app.test_client().get(public).text
    listed = bea.get(f"/manage/programmes/{told.cast.northgate}/credentials").text
    assert "Waiting for a second person" in listed and "You, or a colleague" in listed
    assert "Approve and do it" in bea.get(page).text
    status, text = send(bea, page, "/manage/proposals/1/approval")
    assert status == 303 and "Approved and done" in text
    assert NOTE in text and "Proposed by" in text and "approved by" in text
    shown = app.test_client().get(public).text
    assert "Revoked" in shown and "finding about conduct" in shown and NOTE not in shown
    mine = leo.get("/credentials").text
    assert "Revoked on" in mine and "Appeal against it" in mine and NOTE not in mine
    assert leo.get(f"/credentials/{told.serial}/certificate.pdf").status_code == 303
    assert "finding about conduct" in leo.get(f"/credentials/{told.serial}/appeal").text


def test_nobody_approves_their_own_by_sending_the_form(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    ada, page = client_of("Ada"), f"/manage/credentials/{told.serial}"
    send(ada, f"{page}/revoke", f"{page}/revoke", reason="misconduct", note=NOTE)
    status, text = send(ada, page, "/manage/proposals/1/approval")
    assert status == 403 and "second administrator" in text
    with app.app_context():
        assert rows_of(db.session, CredentialAct) == 0


def test_what_is_sent_besides_the_form_is_not_taken(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    """Invariants 22 and 23: the author is who asks, and the reason one of the list."""
    ada, page = client_of("Ada"), f"/manage/credentials/{told.serial}"
    more = {"proposed_by": "3", "kind": "reinstate", "decided_by": "3", "credential_id": "9"}
    form = {"reason": "misconduct", "note": NOTE, "holder_name": "Somebody Else"}
    assert send(ada, f"{page}/revoke", f"{page}/revoke", **form, **more)[0] == 303
    with app.app_context():
        row = db.session.scalars(sa.select(ActProposal)).one()
        assert (row.proposed_by, row.kind, row.holder_name) == (told.cast.ada, "revoke", None)


def test_a_form_sent_wrongly_says_what_is_missing(told: Told, client_of: ClientOf) -> None:
    ada, page = client_of("Ada"), f"/manage/credentials/{told.serial}"
    for wrong in ({}, {"reason": "misconduct"}, {"reason": "spite", "note": "x"}, {"note": "x"}):
        status, text = send(ada, f"{page}/revoke", f"{page}/revoke", **wrong)
        assert status == 422 and "Please check what you entered" in text
    same = {"holder_name": "Leo Ferreira", "holder_profession": "Licensed psychologist"}
    form = {"reason": "name-changed", "note": NOTE, **same}
    status, text = send(ada, f"{page}/reissue", f"{page}/reissue", **form)
    assert status == 422 and "says already" in text


def test_a_programme_with_one_administrator_is_told_what_to_do(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    with app.app_context():
        bea = second_administrator(db.session, told.cast)
        db.session.execute(sa.delete(RoleGrant).where(RoleGrant.account_id == bea))
        db.session.commit()
    ada, page = client_of("Ada"), f"/manage/credentials/{told.serial}"
    for path in (page, f"{page}/revoke"):
        text = ada.get(path).text
        assert "Nobody else can approve" in text
        assert f"/manage/programmes/{told.cast.northgate}/people" in text
    send(ada, f"{page}/revoke", f"{page}/revoke", reason="misconduct", note=NOTE)
    text = ada.get(page).text
    assert "Nobody else can approve" in text and "Approve and do it" not in text
    listed = ada.get(f"/manage/programmes/{told.cast.northgate}/credentials").text
    assert "Nobody can" in listed


def test_a_proposal_is_declined_with_a_reason_or_taken_back(
    told: Told, client_of: ClientOf
) -> None:
    ada, bea, page = client_of("Ada"), client_of("Bea"), f"/manage/credentials/{told.serial}"
    send(ada, f"{page}/suspend", f"{page}/suspend", reason="under-review", note=NOTE)
    status, text = send(bea, page, "/manage/proposals/1/refusal")
    assert status == 422 and "Say why." in text
    status, text = send(bea, page, "/manage/proposals/1/refusal", words="The file is clear.")
    assert status == 303 and "Proposal declined" in text and "The file is clear." in text
    status, text = send(bea, page, "/manage/proposals/1/approval")
    assert status == 422 and "answered already" in text
    send(ada, f"{page}/suspend", f"{page}/suspend", reason="under-review", note=NOTE)
    status, text = send(ada, page, "/manage/proposals/2/withdrawal")
    assert status == 303 and "Proposal taken back" in text


def test_a_new_number_is_the_holders_and_the_old_one_still_answers(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    with app.app_context():
        serial = do(db.session, told.cast, told.serial, "reissue", clock.now())
        db.session.commit()
    leo, visitor = client_of("Leo"), app.test_client()
    mine = leo.get("/credentials").text
    assert "Leonor Ferreira" in mine and "Numbers it had before" in mine
    old = visitor.get(f"/v/{told.serial}")
    assert old.status_code == 200 and "Superseded" in old.text
    assert visitor.get(f"/v/{serial}").status_code == 200
    history = client_of("Ada").get(f"/manage/credentials/{serial}").text
    assert "Takes the place of" in history
    assert (
        "Its place is taken by" in client_of("Ada").get(f"/manage/credentials/{told.serial}").text
    )


def test_an_appeal_goes_from_the_holder_through_two_people_and_back(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    with app.app_context():
        do(db.session, told.cast, told.serial, "suspend", clock.now())
        db.session.commit()
    leo, ivo, ada = client_of("Leo"), client_of("Ivo"), client_of("Ada")
    own = f"/credentials/{told.serial}/appeal"
    assert send(leo, own, own, act="1")[0] == 422
    status, text = send(leo, own, own, act="1", ground="It was answered in September.")
    assert status == 303 and "We have your appeal" in text
    assert send(leo, own, own, act="1", ground="Once more.")[0] == 422
    queue = f"/manage/programmes/{told.cast.northgate}/credential-appeals"
    assert "Leo Ferreira" in ivo.get(queue).text
    page = "/manage/credential-appeals/1"
    status, text = send(ada, page, f"{page}/finding", outcome="changed", words="He is right.")
    assert status == 303 and "Somebody else is needed" in text and "Ivo Hansen" in text
    assert send(ada, page, f"{page}/decision", outcome="changed", words="I say so.")[0] == 403
    status, text = send(ivo, page, f"{page}/decision", outcome="changed", words="It is allowed.")
    assert status == 303 and "Allowed" in text
    mine = leo.get(own).text
    assert "It is allowed." in mine and "He is right." not in mine
    assert "Suspended" not in app.test_client().get(f"/v/{told.serial}").text


def test_the_list_is_searched_by_name_and_by_number(told: Told, client_of: ClientOf) -> None:
    ada, page = client_of("Ada"), f"/manage/programmes/{told.cast.northgate}/credentials"
    for words in ("ferr", told.serial, told.serial.lower()):
        assert "Leo Ferreira" in ada.get(page, query_string={"q": words}).text
    for words in ("nobody of that name", "100 %", "x" * 5000):
        assert "No certificate found" in ada.get(page, query_string={"q": words}).text


def test_a_dispute_is_shown_to_everybody_it_concerns(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    with app.app_context():
        dispute(db.session, told, clock.now())
        db.session.commit()
    text = client_of("Ada").get(f"/manage/programmes/{told.cast.northgate}/credentials").text
    assert "Appeals (1 waiting)" in text and "Reinstate" in text
    assert "suspended" in client_of("Leo").get("/learn").text
    with app.app_context():
        found = credentials.find_by_serial(db.session, told.serial, clock.now())
        assert found is not None and found.verdict.status == "suspended"
