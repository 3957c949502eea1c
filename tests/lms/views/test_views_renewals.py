"""Pages of renewal: what is missing, the re-check, reminders stopped, and who lapses soon."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import quizzes
from lms import clock, jobs
from lms.db import db
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.models.renewals import ReminderChoice, Renewal
from lms.services import credentials
from lms.services.credentials import stop_token
from tests.cast import Cast, token_in
from tests.changes import SLUG, publish_update
from tests.renewal_samples import EARNED, IN_WINDOW, TOO_EARLY, answer, begin, earn, items
from tests.stories import rows_of

Sign = Callable[[str], FlaskClient]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let the application's clock show another time."""
    return lambda now: monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def serial(app: Flask, cast: Cast, at: Callable[[datetime], None]) -> str:
    """Lena's certificate, in its window now."""
    with app.app_context():
        made = earn(db.session, cast.lena, cast.lena_seat)
        db.session.commit()
    at(IN_WINDOW)
    return made


def page_of(serial: str) -> str:
    return f"/credentials/{serial}/renewal"


def post(client: FlaskClient, page: str, address: str | None = None, **fields: object) -> str:
    """Send the first form of a page, or another with its token; return the page it leads to."""
    token = token_in(client.get(page).get_data(as_text=True))
    answer = client.post(
        address or page, data={**fields, "csrf_token": token}, follow_redirects=True
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_a_renewal_from_the_first_click_to_the_new_certificate(
    app: Flask, client_of: Sign, cast: Cast, serial: str
) -> None:
    lena = client_of("Lena")
    shown = lena.get(page_of(serial)).get_data(as_text=True)
    assert "What is missing" in shown and "Begin the renewal" in shown
    shown = post(lena, page_of(serial))
    assert "0 of 3 answered rightly" in shown
    for number in (1, 2, 3):
        with app.app_context():
            asked = items(db.session, cast.lena, serial)[number - 1]
        item = f"{page_of(serial)}/items/{number}"
        shown = post(lena, item, recheck=asked.row_id, answer=quizzes.best_answer(asked.item))
        assert "Renewed." in shown if number == 3 else "Next item" in shown
    assert "Cycle 2: it renews" in shown
    shown = lena.get(page_of(serial)).get_data(as_text=True)
    assert "This certificate has been renewed" in shown


def test_a_miss_shows_why_and_asks_another_item(
    app: Flask, client_of: Sign, cast: Cast, serial: str
) -> None:
    lena = client_of("Lena")
    post(lena, page_of(serial))
    with app.app_context():
        asked = items(db.session, cast.lena, serial)[0]
    wrong = next(each.id for each in asked.item.options if not each.key)
    item = f"{page_of(serial)}/items/1"
    before = lena.get(item).get_data(as_text=True)
    assert "CANARY" not in before
    shown = post(lena, item, recheck=asked.row_id, answer=wrong)
    assert "Not right yet" in shown and "CANARY-RIGHT" in shown
    again = post(lena, item, f"{item}/again")
    assert "CANARY" not in again and "Send the answer" in again


def test_a_stale_page_answers_nothing(app: Flask, client_of: Sign, cast: Cast, serial: str) -> None:
    lena = client_of("Lena")
    post(lena, page_of(serial))
    with app.app_context():
        asked = items(db.session, cast.lena, serial)[0]
    best = quizzes.best_answer(asked.item)
    item = f"{page_of(serial)}/items/1"
    post(lena, item, recheck=asked.row_id + 999, answer=best)
    with app.app_context():
        assert items(db.session, cast.lena, serial)[0].is_right is None
    assert "Nothing is answered" in post(lena, item, recheck=asked.row_id)


def test_the_last_update_confirmed_renews(
    app: Flask, client_of: Sign, cast: Cast, serial: str, tmp_path: Path
) -> None:
    with app.app_context():
        publish_update(db.session, tmp_path, IN_WINDOW)
        begin(db.session, cast.lena, serial)
        for asked in items(db.session, cast.lena, serial):
            answer(db.session, cast.lena, serial, asked)
        db.session.commit()
    lena = client_of("Lena")
    assert "Read and confirm:" in lena.get(page_of(serial)).get_data(as_text=True)
    update = f"/credentials/{serial}/updates/{SLUG}"
    post(lena, update, f"{update}/confirm")
    with app.app_context():
        assert rows_of(db.session, CredentialRecord) == 2


def test_before_the_window_there_is_no_button(
    client_of: Sign, serial: str, at: Callable[[datetime], None]
) -> None:
    at(TOO_EARLY)
    lena = client_of("Lena")
    shown = lena.get(page_of(serial)).get_data(as_text=True)
    assert "The window is not open yet" in shown and "Begin the renewal" not in shown
    token = token_in(lena.get("/credentials").get_data(as_text=True) + shown)
    assert lena.post(page_of(serial), data={"csrf_token": token}).status_code == 422


def test_looking_begins_nothing(app: Flask, client_of: Sign, serial: str) -> None:
    lena = client_of("Lena")
    lena.get(page_of(serial))
    lena.head(page_of(serial))
    assert lena.post(page_of(serial)).status_code in (400, 422)
    with app.app_context():
        assert rows_of(db.session, Renewal) == 0


def test_reminders_are_stopped_from_a_letter_without_signing_in(app: Flask, cast: Cast) -> None:
    """To open the address, as a preview or a scanner of mail does, stops nothing."""
    token = stop_token(app.config["SETTINGS"].secret(), cast.lena)
    client = app.test_client()
    shown = client.get(f"/reminders/stop/{token}").get_data(as_text=True)
    client.head(f"/reminders/stop/{token}")
    assert "Lena" not in shown and "Marković" not in shown
    with app.app_context():
        assert rows_of(db.session, ReminderChoice) == 0
    assert "Reminders are stopped" in post(client, f"/reminders/stop/{token}")
    with app.app_context():
        assert not credentials.wants_reminders(db.session, cast.lena)
        assert credentials.wants_reminders(db.session, cast.leo)


@pytest.mark.parametrize("forged", ["1", "1-", "1-00000000000000000000000000000000", "x-y", "-"])
def test_a_forged_address_stops_nothing(app: Flask, forged: str) -> None:
    assert app.test_client().get(f"/reminders/stop/{forged}").status_code == 404


def test_reminders_are_stopped_and_resumed_on_the_page(
    app: Flask, client_of: Sign, cast: Cast, serial: str
) -> None:
    lena = client_of("Lena")
    post(lena, page_of(serial), "/credentials/reminders", wanted="no")
    assert "Remind me again" in lena.get(page_of(serial)).get_data(as_text=True)
    post(lena, page_of(serial), "/credentials/reminders", wanted="yes")
    with app.app_context():
        assert credentials.wants_reminders(db.session, cast.lena)


def test_an_administrator_sees_who_lapses_and_takes_the_list_away(
    app: Flask, client_of: Sign, cast: Cast, serial: str
) -> None:
    with app.app_context():
        earn(db.session, cast.leo, cast.leo_seat, EARNED.replace(year=EARNED.year + 1))
        begin(db.session, cast.lena, serial)
        db.session.commit()
    ada = client_of("Ada")
    page = f"/manage/programmes/{cast.northgate}/renewals"
    shown = ada.get(page).get_data(as_text=True)
    assert "One certificate passes its currency date within 90 days" in shown
    assert "Lena Marković" in shown and "Leo Ferreira" not in shown and "Begun" in shown
    answer = ada.get(f"{page}.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["Holder"] for row in rows] == ["Lena Marković"]
    assert rows[0]["Days left"] == "30"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_name_that_is_a_formula_is_harmless_in_the_file(
    app: Flask, client_of: Sign, cast: Cast, serial: str
) -> None:
    with app.app_context():
        db.session.execute(
            sa.text("UPDATE accounts SET full_name = '=1+1' WHERE id = :id"), {"id": cast.lena}
        )
        db.session.commit()
    page = f"/manage/programmes/{cast.northgate}/renewals.csv"
    body = client_of("Ada").get(page).get_data().decode("utf-8-sig")
    assert '"\'=1+1"' in body


def test_a_stranger_learns_nothing_of_a_renewal(client_of: Sign, serial: str) -> None:
    for who, status in (("Leo", 404), ("Otto", 404), ("Olga", 404), ("Ada", 403)):
        assert client_of(who).get(page_of(serial)).status_code == status
        assert client_of(who).get(f"{page_of(serial)}/items/1").status_code == status


def test_the_letter_leads_to_the_page(app: Flask, client_of: Sign, serial: str) -> None:
    assert jobs.remind_holders(app) == 1
    with app.app_context():
        body = db.session.scalars(
            sa.select(OutboxMessage.body).order_by(OutboxMessage.id.desc())
        ).first()
    place = str(body).split(app.config["SETTINGS"].public_url)[1].split()[0]
    assert client_of("Lena").get(place).status_code == 200
