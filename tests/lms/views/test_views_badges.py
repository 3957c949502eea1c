"""Badges on the web: the holder's page and files, and the address for machines."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import certificates
from lms import clock
from lms.db import db
from lms.keys import keys_of
from lms.services import credentials, sharing
from lms.services.credentials import ProposedKind
from lms.services.sharing import Display
from tests.act_samples import do
from tests.cast import Cast
from tests.stories import Told

ClientOf = Callable[[str], FlaskClient]


def state_of(app: Flask, badge: str | bytes) -> str:
    keys = keys_of(app.config["SETTINGS"]).published
    return certificates.check_badge(badge, keys, clock.now()).state


def choose(app: Flask, told: Told, display: Display) -> None:
    with app.app_context():
        now = clock.now()
        found = credentials.find_by_serial(db.session, told.serial, now)
        assert found is not None
        sharing.choose_display(db.session, found, display, now)
        db.session.commit()


def test_the_holder_takes_the_badge_in_four_forms(
    app: Flask, told: Told, client_of: ClientOf
) -> None:
    leo = client_of("Leo")
    page = leo.get(f"/credentials/{told.serial}/badge")
    for form, media in {
        "json": "application/vc",
        "jwt": "application/jwt",
        "png": "image/png",
        "svg": "image/svg+xml",
    }.items():
        path = f"/credentials/{told.serial}/badge.{form}"
        assert path in page.text
        answer = leo.get(path)
        assert answer.mimetype == media
        assert "attachment" in answer.headers["Content-Disposition"]
        data = answer.data if form in ("json", "jwt") else certificates.unbake(answer.data)
        assert state_of(app, data) == "genuine"
        assert leo.get(path).data == answer.data


def test_the_picture_names_nobody(app: Flask, told: Told, client_of: ClientOf) -> None:
    answer = client_of("Leo").get(f"/credentials/{told.serial}/badge/picture.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "Leo" not in answer.text and told.serial not in answer.text


@pytest.mark.parametrize("tail", ["badge", "badge.json", "badge/picture.svg"])
def test_nobody_else_gets_it(app: Flask, told: Told, client_of: ClientOf, tail: str) -> None:
    path = f"/credentials/{told.serial}/{tail}"
    assert client_of("Otto").get(path).status_code == 404
    assert client_of("Ada").get(path).status_code == 403
    assert app.test_client().get(path).status_code == 302


def test_machines_find_the_badge_of_what_is_shown_whole(app: Flask, told: Told) -> None:
    answer = app.test_client().get(f"/v/{told.serial}/badge.json")
    assert answer.mimetype == "application/vc"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert state_of(app, answer.data) == "genuine"


def test_what_is_held_back_is_not_in_public_in_a_badge_either(app: Flask, told: Told) -> None:
    """The same answer for hidden, partly shown, unknown and malformed numbers."""
    client = app.test_client()
    unknown = client.get(f"/v/{'0' * 28}/badge.json")
    answers = [unknown, client.get("/v/nonsense/badge.json")]
    for display in (
        Display(is_published=False),
        Display(shown_name="initials"),
        Display(shows_hours=False),
    ):
        choose(app, told, display)
        answers.append(client.get(f"/v/{told.serial}/badge.json"))
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.data for answer in answers} == {unknown.data}


@pytest.mark.parametrize(
    ("act", "status"), [("suspend", "suspended"), ("revoke", "revoked"), ("reissue", "superseded")]
)
def test_what_is_not_to_be_relied_on_is_not_handed_out(
    app: Flask, cast: Cast, told: Told, client_of: ClientOf, act: ProposedKind, status: str
) -> None:
    with app.app_context():
        do(db.session, cast, told.serial, act, clock.now())
        db.session.commit()
    leo = client_of("Leo")
    assert leo.get(f"/credentials/{told.serial}/badge.json").status_code == 303
    assert "badge.json" not in leo.get(f"/credentials/{told.serial}/badge").text
    public = app.test_client().get(f"/v/{told.serial}/badge.json")
    assert public.status_code == 404
    assert public.get_json() == {"version": 1, "status": status}


def test_of_what_is_hidden_nothing_is_read(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Security case 35: hidden and unknown numbers take the same steps, so the same time."""
    from lms.views import badges

    looked = []
    find = credentials.find_by_serial

    def count(*arguments: Any) -> Any:
        looked.append(arguments)
        return find(*arguments)

    monkeypatch.setattr(badges.credentials, "find_by_serial", count)
    choose(app, told, Display(is_published=False))
    looked.clear()
    client = app.test_client()
    for serial in (told.serial, "0" * 28, "nonsense"):
        assert client.get(f"/v/{serial}/badge.json").status_code == 404
    assert looked == []
    choose(app, told, Display())
    looked.clear()
    assert client.get(f"/v/{told.serial}/badge.json").status_code == 200
    assert len(looked) == 1, "the twin: what is shown is looked up"
