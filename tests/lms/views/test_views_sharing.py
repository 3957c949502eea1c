"""The holder's pages: what others see, links, looks by day, and taking it elsewhere."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

import certificates
from lms import clock
from lms.db import db
from lms.services import credentials, sharing
from lms.services.sharing import ALARM_DAYS
from tests.cast import token_in
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
SHOWN = {"shows_profession": "y", "shows_hours": "y", "shows_assessment": "y"}


def test_hiding_the_page_takes_effect_at_once_and_can_be_undone(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo, path = client_of("Leo"), f"/credentials/{told.serial}/sharing"
    token = token_in(leo.get(path).text)
    form = {"csrf_token": token, "shown_name": "full", **SHOWN}
    assert leo.post(path, data=form).status_code == 303, "an unticked box hides"
    public = app.test_client()
    assert public.get(f"/v/{told.serial}").status_code == 404
    assert "Hidden" in leo.get(path).text
    assert leo.post(path, data={**form, "is_published": "y"}).status_code == 303
    assert public.get(f"/v/{told.serial}").status_code == 200


def test_a_name_is_shown_in_one_of_three_ways(told: Told, client_of: ClientOf) -> None:
    leo, path = client_of("Leo"), f"/credentials/{told.serial}/sharing"
    token = token_in(leo.get(path).text)
    for wrong in ("Dr Leo", ""):
        form = {"csrf_token": token, "shown_name": wrong, **SHOWN}
        assert leo.post(path, data=form).status_code == 422


def test_the_holder_sees_on_which_days_it_was_looked_up(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo, path = client_of("Leo"), f"/credentials/{told.serial}/sharing"
    assert "Not yet, as far as we have counted" in leo.get(path).text
    for _ in range(3):
        app.test_client().get(f"/v/{told.serial}", headers=BROWSER)
    with app.app_context():
        sharing.keep_look_ups(db.session, app.extensions["look_ups"])
    page = leo.get(path).text
    today = clock.now().date()
    assert f'<time datetime="{today}">' in page and "3 times" in page


def make(leo: FlaskClient, told: Told, **more: object) -> str:
    token = token_in(leo.get("/credentials/links").text)
    form = {
        "csrf_token": token,
        "serials": [told.serial],
        "shown_name": "full",
        "days": "30",
        "label": "St Mary’s <HR>",
        **more,
    }
    answer = leo.post("/credentials/links", data=form)
    assert answer.status_code == 201, answer.text
    address = re.search(r'value="http[^"]*(/s/[\w-]+)"', answer.text)
    assert address is not None
    return address[1]


def test_a_link_is_made_shown_once_followed_counted_and_ended(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo, anybody = client_of("Leo"), app.test_client()
    address = make(leo, told)
    assert address not in leo.get("/credentials/links").text, "shown once"
    assert anybody.get(address, headers=BROWSER).status_code == 200
    leo.get(address, headers=BROWSER)
    with app.app_context():
        sharing.keep_look_ups(db.session, app.extensions["look_ups"])
    page = leo.get("/credentials/links").text
    assert "Followed once" in page, "the holder's own visit is not counted"
    assert "St Mary’s &lt;HR&gt;" in page
    ends = re.findall(r'action="(/credentials/links/\d+/end)"', page)
    assert leo.post(ends[0], data={"csrf_token": token_in(page)}).status_code == 303
    assert anybody.get(address).status_code == 404
    assert "Ended" in leo.get("/credentials/links").text


@pytest.mark.parametrize(
    "wrong", [{"serials": []}, {"serials": ["X" * 28]}, {"days": "1000"}, {"shown_name": "Pope"}]
)
def test_a_link_form_that_asks_for_something_else_is_refused(
    told: Told, client_of: ClientOf, wrong: dict[str, object]
) -> None:
    leo = client_of("Leo")
    token = token_in(leo.get("/credentials/links").text)
    form = {"csrf_token": token, "serials": [told.serial], "shown_name": "full", "days": "7"}
    assert leo.post("/credentials/links", data={**form, **wrong}).status_code == 422


def test_one_cannot_link_to_or_share_what_is_not_ones_own(told: Told, client_of: ClientOf) -> None:
    """Invariant 23: the form's own choices are the person's own credentials."""
    otto = client_of("Otto")
    page = otto.get("/credentials/links")
    assert page.status_code == 200 and told.serial not in page.text
    token = token_in(otto.get("/account").text)
    form = {"csrf_token": token, "serials": [told.serial], "shown_name": "full", "days": "7"}
    assert otto.post("/credentials/links", data=form).status_code == 422
    assert otto.get(f"/credentials/{told.serial}/sharing").status_code == 404
    assert otto.get(f"/credentials/{told.serial}/currency.ics").status_code == 404


def credential_of(app: Flask, told: Told) -> certificates.Credential:
    with app.app_context():
        found = credentials.find_by_serial(db.session, told.serial, clock.now())
        assert found is not None
        return found.credential


def test_linkedin_gets_every_field_when_the_holder_goes_there(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    page = client_of("Leo").get(f"/credentials/{told.serial}/sharing").text
    link = re.search(r'href="(https://www\.linkedin\.com/profile/add[^"]+)"', page)
    assert link is not None
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    known = credential_of(app, told)
    assert asked == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["A Small Course for Tests"],
        "organizationName": ["Northgate PAT Programme"],
        "issueYear": [str(known.issued_at.year)],
        "issueMonth": [str(known.issued_at.month)],
        "expirationYear": [str(known.current_until.year)],
        "expirationMonth": [str(known.current_until.month)],
        "certUrl": [f"http://127.0.0.1:8000/v/{told.serial}"],
        "certId": [certificates.format_serial(told.serial)],
    }


def test_a_hidden_page_is_not_offered_to_a_profile(told: Told, client_of: ClientOf) -> None:
    leo, path = client_of("Leo"), f"/credentials/{told.serial}/sharing"
    leo.post(path, data={"csrf_token": token_in(leo.get(path).text), "shown_name": "full"})
    assert "linkedin.com" not in leo.get(path).text


def test_the_calendar_entry_is_read_back_and_names_nobody(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    answer = client_of("Leo").get(f"/credentials/{told.serial}/currency.ics")
    assert answer.mimetype == "text/calendar"
    for part in ("Leo", "Ferreira", told.serial, certificates.format_serial(told.serial)):
        assert part.encode() not in answer.data.replace(b"\r\n ", b"")
    event = Calendar.from_ical(answer.data).walk("VEVENT")[0]
    last = credential_of(app, told).current_until
    assert event["DTSTART"].dt == last and event["DTEND"].dt == last + timedelta(days=1)
    alarms = [alarm["TRIGGER"].dt.days for alarm in event.walk("VALARM")]
    assert alarms == [-days for days in ALARM_DAYS]
    again = client_of("Leo").get(f"/credentials/{told.serial}/currency.ics")
    assert again.data == answer.data


def test_google_gets_the_day_and_nothing_of_the_person(told: Told, client_of: ClientOf) -> None:
    page = client_of("Leo").get(f"/credentials/{told.serial}/sharing").text
    link = re.search(r'href="(https://calendar\.google\.com/[^"]+)"', page)
    assert link is not None
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert asked["action"] == ["TEMPLATE"] and re.fullmatch(r"\d{8}/\d{8}", asked["dates"][0])
    assert told.serial not in link[1] and "Ferreira" not in link[1]
